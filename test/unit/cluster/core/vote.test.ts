/** This node's vote for a replica of a failed primary. a is this node; d replicates c. */
import { expect, test } from 'vitest';
import { MessageFlag } from '../../../../src/cluster/bus/message.ts';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import { bitmapOf } from '../../../../src/cluster/slot-bitmap.ts';
import { idOf, me, owning, stateWith } from '../support.ts';
import { peerOf, Play, quiet } from './play.ts';

const failed = NodeFlag.primary | NodeFlag.failed;

function voter(cEpoch = 2n, cFlags: number = failed): Play {
  const members = stateWith(peerOf('b', { configEpoch: 9n }), peerOf('c', { configEpoch: cEpoch, flags: cFlags }), peerOf('d', { flags: NodeFlag.replica, primaryId: idOf('c') }));
  const play = new Play({ ...owning(members, { 1: me, 5: idOf('c'), 6: idOf('c'), 7: idOf('b') }), currentEpoch: 9n });
  play.pass(100, 'bd');
  return play;
}

const asks = (play: Play, header: object = {}): string[] => quiet(play.from('d', 'auth-req', {
  currentEpoch: 10n, configEpoch: 2n, primaryId: idOf('c'), flags: NodeFlag.replica, slots: [5, 6], ...header,
}));

test('a replica of a failed primary gets this node\'s vote, once an epoch', () => {
  const play = voter();
  expect(asks(play)).toEqual(['d <- auth-ack']);
  expect(play.state).toMatchObject({ currentEpoch: 10n, lastVoteEpoch: 10n });
  expect(asks(play)).toEqual([]);
});

test('a second vote about one primary waits for two node timeouts', () => {
  const play = voter();
  asks(play);
  expect(asks(play, { currentEpoch: 11n })).toEqual([]);
  play.pass(2100, 'bd');
  expect(asks(play, { currentEpoch: 12n })).toEqual(['d <- auth-ack']);
});

test('a replica of a primary that runs gets it only when an operator forces that', () => {
  const play = voter(2n, NodeFlag.primary);
  expect(asks(play)).toEqual([]);
  expect(asks(play, { messageFlags: MessageFlag.forceAck })).toEqual(['d <- auth-ack']);
});

test('an older epoch, and a node that is a primary or without slots itself, get and give none', () => {
  expect(asks(voter(), { currentEpoch: 8n })).toEqual([]);
  const slotless = new Play({ ...voter().state, owners: voter().state.owners.map((owner) => (owner === me ? '' : owner)) });
  slotless.pass(100, 'd');
  expect(asks(slotless)).toEqual([]);
});

test('a replica with an old epoch of its primary is refused, and told the newer one', () => {
  const play = voter(3n);
  expect(asks(play)).toEqual(['d <- update']);
  expect(play.lastSent('d', 'update')).toMatchObject({ nodeId: idOf('c'), configEpoch: 3n, slots: Buffer.from(bitmapOf([5, 6])) });
  expect(play.state.lastVoteEpoch).toBe(0n);
  expect(asks(play, { configEpoch: 3n })).toEqual(['d <- auth-ack']);
});

test('a slot that its owner no longer claims is no reason to refuse', () => {
  const play = voter();
  expect(asks(play, { slots: [5, 6, 7] })).toEqual(['d <- update']);
  play.from('b', 'ping', { configEpoch: 9n, currentEpoch: 10n, slots: [] });
  expect(asks(play, { slots: [5, 6, 7] })).toEqual(['d <- auth-ack']);
});
