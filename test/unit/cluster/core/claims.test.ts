import { expect, test } from 'vitest';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import { bitmapOf } from '../../../../src/cluster/slot-bitmap.ts';
import type { ClusterState } from '../../../../src/cluster/state.ts';
import { idOf, me, owning, stateWith } from '../support.ts';
import { peerOf, Play } from './play.ts';

const state = { ...stateWith(peerOf('b', { configEpoch: 9n }), peerOf('c')), currentEpoch: 9n };

test('a slot that its owner no longer claimed goes to whoever claims it', () => {
  const play = new Play(owning(state, { 5: idOf('b'), 6: idOf('b') }));
  play.from('b', 'ping', { configEpoch: 9n, currentEpoch: 9n, slots: [6] });
  play.from('c', 'ping', { configEpoch: 1n, currentEpoch: 9n, slots: [5] });
  expect(play.state.owners[5]).toBe(idOf('c'));
});

test('once it has been assigned to another owner, an older claim does not get it', () => {
  const play = new Play(owning(state, { 5: idOf('b'), 6: idOf('b') }));
  play.from('b', 'ping', { configEpoch: 9n, currentEpoch: 9n, slots: [6] });
  const assigned = owning(play.state, { 5: me });
  const nodes = new Map(assigned.nodes);
  nodes.set(me, { ...nodes.get(me)!, configEpoch: 12n });
  play.core.adopt(play.nowMs, { ...assigned, nodes, currentEpoch: 12n });
  play.outputs();
  play.from('c', 'ping', { configEpoch: 1n, currentEpoch: 12n, slots: [5] });
  expect(play.state.owners[5]).toBe(me);
});

test('a primary of the shard that follows this node, with an old notion of its epoch, changes nothing of it', () => {
  const nodes = new Map(state.nodes);
  nodes.set(me, { ...nodes.get(me)!, configEpoch: 12n });
  nodes.set(idOf('b'), { ...nodes.get(idOf('b'))!, shardId: nodes.get(me)!.shardId });
  const play = new Play({ ...state, nodes, currentEpoch: 12n });
  play.from('b', 'ping', { configEpoch: 10n, currentEpoch: 12n, primaryId: me, flags: 4 });
  expect(play.state.nodes.get(me)!.configEpoch).toBe(12n);
  expect(play.node('b')!.primaryId).toBe(me);
});

test('a replica with an old notion of its primary\'s slots is told who has them', () => {
  const replica = peerOf('d', { flags: NodeFlag.replica, primaryId: idOf('c') });
  const play = new Play(owning({ ...stateWith(peerOf('b', { configEpoch: 9n }), peerOf('c', { configEpoch: 2n }), replica), currentEpoch: 9n }, { 5: idOf('b'), 6: idOf('c') }));
  play.pass(100, 'd');
  play.from('d', 'ping', { configEpoch: 2n, currentEpoch: 9n, primaryId: idOf('c'), flags: NodeFlag.replica, slots: [5, 6] });
  expect(play.lastSent('d', 'update')).toMatchObject({ nodeId: idOf('b'), configEpoch: 9n, slots: Buffer.from(bitmapOf([5])) });
  expect(play.state.owners[5]).toBe(idOf('b'));
});

test('a replica that knows its primary\'s slots is told nothing', () => {
  const replica = peerOf('d', { flags: NodeFlag.replica, primaryId: idOf('c') });
  const play = new Play(owning(stateWith(peerOf('b', { configEpoch: 9n }), peerOf('c', { configEpoch: 2n }), replica), { 5: idOf('b'), 6: idOf('c') }));
  play.pass(100, 'd');
  play.from('d', 'ping', { configEpoch: 2n, currentEpoch: 9n, primaryId: idOf('c'), flags: NodeFlag.replica, slots: [6] });
  expect(play.lastSent('d', 'update')).toBeUndefined();
});

test('of two primaries with one epoch, the one with the smaller id takes the next, unless it is the last of all', () => {
  const epochMax = 2n ** 64n - 1n;
  for (const [epoch, next] of [[7n, 8n], [epochMax - 1n, epochMax], [epochMax, epochMax]] as const) {
    const play = new Play(collided(epoch));
    play.from('b', 'ping', { configEpoch: epoch, currentEpoch: epoch });
    expect(play.state).toMatchObject({ currentEpoch: next });
    expect(play.state.nodes.get(me)!.configEpoch).toBe(next);
  }
});

test('a config epoch beyond the current epoch takes that along', () => {
  const play = new Play(state);
  play.from('b', 'ping', { configEpoch: 20n, currentEpoch: 3n });
  expect(play.state.currentEpoch).toBe(20n);
});

/** This node and b, both under one config epoch. */
function collided(epoch: bigint): ClusterState {
  const both = stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.primary, configEpoch: epoch }, peerOf('b', { configEpoch: epoch }));
  return { ...both, currentEpoch: epoch };
}
