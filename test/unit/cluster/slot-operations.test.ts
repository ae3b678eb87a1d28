import { describe, expect, test } from 'vitest';
import { changeSlotRanges, changeSlots, claimSlotsWithKeys, flushSlots, parseSlot, setSlot } from '../../../src/cluster/slot-operations.ts';
import { myself } from '../../../src/cluster/state.ts';
import type { ClusterState } from '../../../src/cluster/state.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { expectState, idOf, me, other, owning, stateWith, third } from './support.ts';

const alone = stateWith();
const pair = stateWith({ id: other, configEpoch: 4n });
const noKeys = (): number => 0;
const keys = (...slots: number[]) => (slot: number) => (slots.includes(slot) ? 1 : 0);

function ownedBy(state: ClusterState, id: string): number[] {
  return state.owners.flatMap((owner, slot) => (owner === id ? [slot] : []));
}

describe('a slot as text', () => {
  test.each(['0', '5', '16383'])('%j is a slot', (text) => expect(parseSlot(text)).toBe(Number(text)));
  test.each(['', ' 1', '+1', '-1', '01', '1.0', '16384', '99999', '1e3', 'x', '１'])('%j is none', (text) =>
    expect(parseSlot(text)).toBeUndefined());
});

describe('ADDSLOTS and DELSLOTS', () => {
  test('take and leave single slots', () => {
    const some = expectState(changeSlots(alone, 'add', ['3', '0', '16383']));
    expect(ownedBy(some, me)).toEqual([0, 3, 16383]);
    expect(ownedBy(expectState(changeSlots(some, 'delete', ['3'])), me)).toEqual([0, 16383]);
    expect(ownedBy(alone, me)).toEqual([]);
  });

  test('name the first argument that is no slot before anything else', () => {
    expect(changeSlots(alone, 'add', ['5', '5', 'x'])).toBe('ERR Invalid or out of range slot');
  });

  test('refuse slots that are taken, free, or named twice', () => {
    const some = owning(pair, { 5: me, 6: other });
    expect(changeSlots(some, 'add', ['7', '6'])).toBe('ERR Slot 6 is already busy');
    expect(changeSlots(some, 'delete', ['5', '7'])).toBe('ERR Slot 7 is already unassigned');
    expect(changeSlots(some, 'add', ['8', '8'])).toBe('ERR Slot 8 specified multiple times');
  });

  test('leave slots of other nodes without an owner too', () => {
    expect(ownedBy(expectState(changeSlots(owning(pair, { 6: other }), 'delete', ['6'])), other)).toEqual([]);
  });

  test('end an import of the slot', () => {
    const importing = { ...pair, importingFrom: new Map([[5, other], [6, other]]) };
    expect([...expectState(changeSlots(importing, 'add', ['5'])).importingFrom.keys()]).toEqual([6]);
  });
});

describe('ADDSLOTSRANGE and DELSLOTSRANGE', () => {
  test('take and leave ranges', () => {
    const some = expectState(changeSlotRanges(alone, 'add', ['1', '3', '10', '10']));
    expect(ownedBy(some, me)).toEqual([1, 2, 3, 10]);
    expect(ownedBy(expectState(changeSlotRanges(some, 'delete', ['2', '3'])), me)).toEqual([1, 10]);
  });

  test('judge a range before they read the next', () => {
    expect(changeSlotRanges(alone, 'add', ['10', '20', '15', '30', 'x', 'y'])).toBe('ERR Slot 15 specified multiple times');
    expect(changeSlotRanges(alone, 'add', ['7', '5', 'x', 'y'])).toBe('ERR start slot number 7 is greater than end slot number 5');
    expect(changeSlotRanges(alone, 'add', ['16384', '3'])).toBe('ERR Invalid or out of range slot');
  });
});

describe('FLUSHSLOTS', () => {
  test('gives up the slots of this node alone', () => {
    const state = expectState(flushSlots(owning(pair, { 1: me, 2: other }), 0));
    expect(ownedBy(state, me)).toEqual([]);
    expect(ownedBy(state, other)).toEqual([2]);
  });

  test('refuses while there are keys', () => {
    expect(flushSlots(owning(alone, { 1: me }), 1)).toBe('ERR DB must be empty to perform CLUSTER FLUSHSLOTS.');
  });

  test('changes nothing when there is nothing to give up', () => {
    expect(flushSlots(pair, 0)).toBe(pair);
  });
});

describe('SETSLOT', () => {
  const mine = owning(pair, { 5: me, 6: other });

  test('marks a slot as migrating and as importing, and STABLE takes the marks away', () => {
    const open = expectState(setSlot(expectState(setSlot(mine, ['5', 'MIGRATING', other], noKeys)), ['6', 'importing', other], noKeys));
    expect(open.migratingTo).toEqual(new Map([[5, other]]));
    expect(open.importingFrom).toEqual(new Map([[6, other]]));
    expect(expectState(setSlot(open, ['5', 'stable'], noKeys)).migratingTo.size).toBe(0);
    expect(expectState(setSlot(open, ['6', 'STABLE'], noKeys)).importingFrom.size).toBe(0);
    expect(setSlot(mine, ['6', 'stable'], noKeys)).toBe(mine);
  });

  test.each<[string, readonly string[], string]>([
    ['an unknown action', ['5', 'move', other], 'ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP'],
    ['an argument too many', ['5', 'stable', other], 'ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP'],
    ['an argument too few', ['5', 'node'], 'ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP'],
    ['no slot', ['16384', 'stable'], 'ERR Invalid or out of range slot'],
    ['migrating what is not ours', ['6', 'migrating', other], "ERR I'm not the owner of hash slot 6"],
    ['importing what is ours', ['5', 'importing', other], "ERR I'm already the owner of hash slot 5"],
    ['migrating to nobody', ['5', 'migrating', 'nobody'], "ERR I don't know about node nobody"],
    ['importing from nobody', ['6', 'importing', third], `ERR I don't know about node ${third}`],
    ['giving to nobody', ['6', 'node', third], `ERR Unknown node ${third}`],
  ])('refuses %s', (_, args, text) => expect(setSlot(mine, args, noKeys)).toBe(text));

  test.each(['migrating', 'importing', 'node'])('%s refuses a replica', (action) => {
    const state = owning(stateWith({ id: other }, { id: third, flags: NodeFlag.replica, primaryId: other }), { 5: me });
    const slot = action === 'importing' ? '6' : '5';
    expect(setSlot(state, [slot, action, third], noKeys)).toBe('ERR Target node is not a master');
  });

  test.each([['migrating', '5'], ['importing', '6'], ['node', '5']])('%s does not know a node that is only being met', (action, slot) => {
    const state = owning(stateWith({ id: other }, { id: third, flags: NodeFlag.primary | NodeFlag.handshake }), { 5: me, 6: other });
    expect(setSlot(state, [slot, action, third], noKeys)).toMatch(/^ERR (Unknown node|I don't know about node) c+$/);
  });

  test('is for primaries', () => {
    const replica = stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: other }, { id: other });
    expect(setSlot(replica, ['x'], noKeys)).toBe('ERR Please use SETSLOT only with masters.');
  });

  test('NODE gives a slot away, once it is empty, and ends its migration', () => {
    const migrating = { ...mine, migratingTo: new Map([[5, other]]) };
    expect(setSlot(migrating, ['5', 'node', other], () => 1)).toBe(
      "ERR Can't assign hashslot 5 to a different node while I still hold keys for this hash slot.",
    );
    const given = expectState(setSlot(migrating, ['5', 'node', other], noKeys));
    expect(given.owners[5]).toBe(other);
    expect(given.migratingTo.size).toBe(0);
  });

  test('NODE keeps the migrating mark of a slot of ours that still has keys', () => {
    const migrating = { ...mine, migratingTo: new Map([[5, other]]) };
    expect(expectState(setSlot(migrating, ['5', 'node', me], () => 1)).migratingTo).toEqual(new Map([[5, other]]));
  });

  test('NODE with ourselves completes an import under an epoch above all others', () => {
    const importing = { ...mine, currentEpoch: 4n, importingFrom: new Map([[6, other]]) };
    const done = expectState(setSlot(importing, ['6', 'node', me], () => 3));
    expect(done.owners[6]).toBe(me);
    expect(done.importingFrom.size).toBe(0);
    expect(myself(done).configEpoch).toBe(5n);
    expect(done.currentEpoch).toBe(5n);
  });

  test('NODE of a slot that is not imported leaves the epoch', () => {
    expect(myself(expectState(setSlot(mine, ['6', 'node', me], noKeys))).configEpoch).toBe(0n);
  });
});

describe('a start with keys', () => {
  test('takes slots that nobody owns and imports those of others', () => {
    const state = claimSlotsWithKeys(owning(pair, { 5: me, 6: other }), keys(5, 6, 7));
    expect(ownedBy(state, me)).toEqual([5, 7]);
    expect(state.importingFrom).toEqual(new Map([[6, other]]));
  });

  test('changes nothing when every key is at home', () => {
    const state = { ...owning(pair, { 5: me, 6: other }), importingFrom: new Map([[6, other]]) };
    expect(claimSlotsWithKeys(state, keys(5, 6))).toBe(state);
  });

  test('changes nothing on a replica, whose keys are its primary\'s', () => {
    const replica = owning(stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: other }, { id: other }), { 6: other });
    expect(claimSlotsWithKeys(replica, keys(5, 6))).toBe(replica);
  });
});

test('no operation changes the state that it was given', () => {
  const before = JSON.stringify([pair.owners, [...pair.nodes.keys()], [...pair.migratingTo], [...pair.importingFrom]]);
  changeSlotRanges(pair, 'add', ['0', '16383']);
  setSlot(pair, ['1', 'importing', other], noKeys);
  setSlot(pair, ['1', 'node', me], noKeys);
  claimSlotsWithKeys(pair, () => 1);
  expect(JSON.stringify([pair.owners, [...pair.nodes.keys()], [...pair.migratingTo], [...pair.importingFrom]])).toBe(before);
  expect(pair.nodes.has(idOf('d'))).toBe(false);
});
