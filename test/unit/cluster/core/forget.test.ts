/** Nodes that are forgotten: what others are told of it, and what of it outlives a reset. */
import { expect, test } from 'vitest';
import { MessageFlag } from '../../../../src/cluster/bus/message.ts';
import type { PingMessage } from '../../../../src/cluster/bus/message.ts';
import { ClusterNode } from '../../../../src/cluster/cluster-node.ts';
import type { Output } from '../../../../src/cluster/core/output.ts';
import { withoutMember } from '../../../../src/cluster/member-operations.ts';
import { NodeFlag } from '../../../../src/cluster/node-info.ts';
import { bitmapOf } from '../../../../src/cluster/slot-bitmap.ts';
import { TestHost, idOf, me, myShard, settings, stateWith } from '../support.ts';
import { Play, gossipOf, ipOf, peerOf } from './play.ts';

const understands = { messageFlags: MessageFlag.extensions };
const telling = { extensions: { shardId: idOf('5') } };

test('others are told to forget a node for the whole seconds that are left, and no longer', () => {
  const play = new Play(stateWith(peerOf('b'), peerOf('c')), { blacklistTtlMs: 5000 });
  play.core.blacklist(play.nowMs, idOf('c'));
  play.core.adopt(play.nowMs, withoutMember(play.state, idOf('c')));
  play.pass(100, 'b');
  const told = (): PingMessage['extensions']['forgotten'] => {
    play.from('b', 'ping', understands, telling);
    return (play.lastSent('b', 'pong') as PingMessage).extensions.forgotten;
  };
  told();
  expect(told()).toEqual([{ nodeId: idOf('c'), ttlSeconds: 4n }]);
  play.pass(3900, 'b');
  expect(told()).toEqual([{ nodeId: idOf('c'), ttlSeconds: 1n }]);
  play.pass(100, 'b');
  expect(told()).toBeUndefined();
});

test('who was forgotten before a reset is taken in again by a node that has been reset, and others hear nothing of it', async () => {
  const node = new ClusterNode(new TestHost(), settings, stateWith(peerOf('b'), peerOf('c')));
  const sent: PingMessage[] = [];
  node.connectBus({
    linksOverLimit: 0, waitingBytes: () => 0, failedToSave: () => undefined,
    perform: (output: Output) => { if (output.do === 'send' && output.message.kind === 'pong') sent.push(output.message); },
  });
  expect(node.forget(idOf('c'))).toBeUndefined();
  expect(await node.reset(false)).toBeUndefined();
  node.adopt(stateWith(peerOf('b'), { id: me, shardId: myShard, flags: NodeFlag.myself | NodeFlag.primary }));
  const link = node.linkAccepted(ipOf('b'), '10.0.0.1');
  const header = {
    sender: idOf('b'), currentEpoch: 0n, configEpoch: 0n, replicationOffset: 0n, slots: bitmapOf([]), primaryId: '', announcedIp: '',
    port: 7000, otherPort: 0, busPort: 17000, flags: NodeFlag.primary, clusterIsUp: true, ...understands,
  };
  for (let i = 0; i < 2; i++) node.receive(link, { kind: 'ping', header, gossip: [gossipOf('c')], ...telling });
  expect(node.state.nodes.has(idOf('c'))).toBe(true);
  expect(sent.at(-1)!.extensions.shardId).toBeDefined();
  expect(sent.at(-1)!.extensions.forgotten).toBeUndefined();
});
