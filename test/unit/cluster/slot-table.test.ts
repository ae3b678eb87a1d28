import { describe, expect, test } from 'vitest';
import { clusterHealth } from '../../../src/cluster/health.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { CLUSTER_DOWN, SlotOpen, SlotOwner, buildSlotTable } from '../../../src/cluster/slot-table.ts';
import { me, other, owning, owningAll, stateWith, third } from './support.ts';

describe('health', () => {
  test('a node that owns everything is up', () => {
    expect(clusterHealth(owningAll(stateWith()), true)).toEqual({
      up: true, inMajority: true, slotsAssigned: 16384, slotsOk: 16384, slotsMaybeFailed: 0, slotsFailed: 0, size: 1,
    });
  });

  test('a missing slot takes it down only when full coverage is required', () => {
    const state = owning(owningAll(stateWith()), { 9: '' });
    expect(clusterHealth(state, true).up).toBe(false);
    expect(clusterHealth(state, false)).toMatchObject({ up: true, slotsAssigned: 16383 });
  });

  test('nobody with slots is no majority', () => {
    expect(clusterHealth(stateWith({ id: other }), false)).toMatchObject({ up: false, size: 0 });
  });

  test.each<[number, number, boolean, boolean]>([
    // failed primaries of four, suspected ones, up with and without full coverage
    [0, 0, true, true],
    [0, 1, true, true],
    [0, 2, false, false],
    [1, 0, false, true],
    [1, 1, false, false],
  ])('%i failed and %i suspected primaries of four', (failed, suspected, upFull, upPart) => {
    const flagsOf = (i: number): number =>
      NodeFlag.primary | (i < failed ? NodeFlag.failed : i < failed + suspected ? NodeFlag.maybeFailed : 0);
    const ids = ['4', '5', '6'].map((digit) => digit.repeat(40));
    const members = ids.map((id, i) => ({ id, flags: flagsOf(i) }));
    const base = owningAll(stateWith(...members));
    const state = owning(base, Object.fromEntries(ids.map((id, i) => [i, id])));
    expect([clusterHealth(state, true).up, clusterHealth(state, false).up]).toEqual([upFull, upPart]);
    expect(clusterHealth(state, true)).toMatchObject({ slotsFailed: failed, slotsMaybeFailed: suspected, slotsOk: 16384 - failed - suspected, size: 4 });
  });

  test('replicas and primaries without slots do not count', () => {
    const state = owningAll(stateWith({ id: other, flags: NodeFlag.primary | NodeFlag.failed }, { id: third, flags: NodeFlag.replica | NodeFlag.failed, primaryId: me }));
    expect(clusterHealth(state, true)).toMatchObject({ up: true, size: 1 });
  });
});

describe('the slot table', () => {
  test('has zeros only for a node that owns everything', () => {
    const table = buildSlotTable(owningAll(stateWith()), true);
    expect(table.situations.length).toBe(16384);
    expect(table.situations.every((byte) => byte === 0)).toBe(true);
  });

  test('tells owners apart', () => {
    const state = owning(owningAll(stateWith({ id: other })), { 1: other, 2: '' });
    const { situations } = buildSlotTable(state, false);
    expect([...situations.subarray(0, 4)]).toEqual([SlotOwner.me, SlotOwner.other, SlotOwner.nobody, SlotOwner.me]);
  });

  test('knows a replica\'s primary', () => {
    const state = owning(stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: other }, { id: other }, { id: third }), { 1: other, 2: third });
    expect([...buildSlotTable(state, false).situations.subarray(0, 3)]).toEqual([SlotOwner.nobody, SlotOwner.myPrimary, SlotOwner.other]);
  });

  test('marks every slot when the cluster is down', () => {
    const { situations } = buildSlotTable(owning(owningAll(stateWith()), { 9: '' }), true);
    expect(situations.every((byte) => (byte & CLUSTER_DOWN) !== 0)).toBe(true);
    expect(situations[9]).toBe(CLUSTER_DOWN | SlotOwner.nobody);
  });

  test('shows a migration of our slots alone, and an import behind it', () => {
    const state = {
      ...owning(owningAll(stateWith({ id: other })), { 2: other, 3: other }),
      migratingTo: new Map([[0, other], [1, other], [2, other]]),
      importingFrom: new Map([[1, other], [3, other], [4, other]]),
    };
    expect([...buildSlotTable(state, false).situations.subarray(0, 6)]).toEqual([
      SlotOpen.migrating,
      SlotOpen.migrating,
      SlotOwner.other,
      SlotOwner.other | SlotOpen.importing,
      SlotOpen.importing,
      0,
    ]);
  });
});
