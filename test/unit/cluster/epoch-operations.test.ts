import { describe, expect, test } from 'vitest';
import { bumpEpoch, resetNode, setConfigEpoch } from '../../../src/cluster/epoch-operations.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { myself } from '../../../src/cluster/state.ts';
import { expectState, idOf, me, myShard, other, owningAll, stateWith } from './support.ts';

const ids = { nodeId: idOf('d'), shardId: idOf('e') };
const MAX = 2n ** 64n - 1n;

describe('BUMPEPOCH', () => {
  test('gives the first epoch, and the same state when ours is the greatest already', () => {
    const first = bumpEpoch(stateWith());
    expect([first.currentEpoch, myself(first).configEpoch]).toEqual([1n, 1n]);
    expect(bumpEpoch(first)).toBe(first);
  });

  test('goes above the current epoch when another node has the greatest', () => {
    const state = { ...stateWith({ id: me, configEpoch: 3n }, { id: other, configEpoch: 7n }), currentEpoch: 9n };
    expect(myself(bumpEpoch(state)).configEpoch).toBe(10n);
  });

  test('counts in 64 bits', () => {
    const state = { ...stateWith(), currentEpoch: MAX - 1n };
    expect(bumpEpoch(state).currentEpoch).toBe(MAX);
  });
});

describe('SET-CONFIG-EPOCH', () => {
  test('sets the epoch of a fresh node and raises the current one', () => {
    const state = expectState(setConfigEpoch(stateWith(), 2n ** 63n - 1n));
    expect([state.currentEpoch, myself(state).configEpoch]).toEqual([2n ** 63n - 1n, 2n ** 63n - 1n]);
  });

  test('never lowers the current epoch', () => {
    expect(expectState(setConfigEpoch({ ...stateWith(), currentEpoch: 9n }, 5n)).currentEpoch).toBe(9n);
  });

  test('accepts 0, which changes nothing', () => {
    const state = stateWith();
    expect(setConfigEpoch(state, 0n)).toBe(state);
  });

  test('refuses in this order: below zero, a node that knows others, a second time', () => {
    const used = stateWith({ id: me, configEpoch: 2n }, { id: other });
    expect(setConfigEpoch(used, -1n)).toBe('ERR Invalid config epoch specified: -1');
    expect(setConfigEpoch(used, 5n)).toBe('ERR The user can assign a config epoch only when the node does not know any other node.');
    expect(setConfigEpoch(stateWith({ id: me, configEpoch: 2n }), 5n)).toBe('ERR Node config epoch is already non-zero');
  });
});

describe('RESET', () => {
  const busy = {
    ...owningAll(stateWith({ id: me, configEpoch: 3n, ip: '10.0.0.1', port: 7001, hostname: 'h' }, { id: other })),
    currentEpoch: 8n,
    lastVoteEpoch: 6n,
    migratingTo: new Map([[1, other]]),
    importingFrom: new Map([[2, other]]),
  };

  test('SOFT forgets nodes and slots, keeps id, shard, address and epochs', () => {
    const state = expectState(resetNode(busy, false, ids, 0));
    expect([...state.nodes.keys()]).toEqual([me]);
    expect(new Set(state.owners)).toEqual(new Set(['']));
    expect([state.migratingTo.size, state.importingFrom.size]).toEqual([0, 0]);
    expect([state.currentEpoch, state.lastVoteEpoch]).toEqual([8n, 6n]);
    expect(myself(state)).toMatchObject({ configEpoch: 3n, shardId: myShard, ip: '10.0.0.1', port: 7001, hostname: 'h' });
  });

  test('HARD also takes new ids and forgets the epochs', () => {
    const state = expectState(resetNode(busy, true, ids, 0));
    expect([state.myId, state.currentEpoch, state.lastVoteEpoch]).toEqual([ids.nodeId, 0n, 0n]);
    expect(myself(state)).toMatchObject({ id: ids.nodeId, shardId: ids.shardId, configEpoch: 0n, ip: '10.0.0.1' });
  });

  test('refuses a primary with keys', () => {
    expect(resetNode(busy, true, ids, 1)).toBe("ERR CLUSTER RESET can't be called with master nodes containing keys");
  });

  test('makes a replica a primary of a shard of its own, keys or not', () => {
    const flags = NodeFlag.myself | NodeFlag.replica | NodeFlag.noFailover;
    const replica = stateWith({ id: me, flags, primaryId: other }, { id: other });
    const state = expectState(resetNode(replica, false, ids, 12));
    expect(myself(state)).toMatchObject({
      id: me,
      shardId: ids.shardId,
      primaryId: '',
      flags: NodeFlag.myself | NodeFlag.primary | NodeFlag.noFailover,
    });
  });
});
