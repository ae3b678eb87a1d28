/** What others may come to rely on is in nodes.conf before they are told. */
import { expect, test } from 'vitest';
import type { BusMessage, MessageHeader } from '../../../src/cluster/bus/message.ts';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { bitmapOf } from '../../../src/cluster/slot-bitmap.ts';
import { TestHost, idOf, me, owning, settings, stateWith } from './support.ts';

const header: MessageHeader = {
  sender: idOf('b'), currentEpoch: 9n, configEpoch: 0n, replicationOffset: 0n, slots: bitmapOf([]), primaryId: '', announcedIp: '',
  port: 7000, otherPort: 0, busPort: 17_000, flags: NodeFlag.primary, clusterIsUp: true, messageFlags: 0,
};

/** Lines `save <epochs>` and `send <kind>` of what a message makes a node do. */
function deedsOf(message: BusMessage): string[] {
  const deeds: string[] = [];
  const host = new TestHost();
  host.save = (text): void => { deeds.push(`save ${/currentEpoch.*/.exec(text)?.[0]}`); };
  const failed = { id: idOf('c'), flags: NodeFlag.primary | NodeFlag.failed };
  const replica = { id: idOf('b'), flags: NodeFlag.replica, primaryId: idOf('c'), ip: '10.0.0.2', port: 7000, busPort: 17_000 };
  const node = new ClusterNode(host, settings, owning(stateWith(replica, failed), { 1: me }));
  node.connectBus({
    linksOverLimit: 0, waitingBytes: () => 0, failedToSave: () => {},
    perform: (output) => {
      if (output.do === 'connect') node.linkConnected(output.link);
      if (output.do === 'send') deeds.push(`send ${output.message.kind}`);
    },
  });
  node.tick();
  deeds.length = 0;
  node.receive(node.linkAccepted('10.0.0.2', '10.0.0.1'), message);
  return deeds;
}

test('a newer epoch, before the pong that tells it', () => {
  const replicaHeader = { ...header, primaryId: idOf('c'), flags: NodeFlag.replica };
  expect(deedsOf({ kind: 'ping', header: replicaHeader, gossip: [], extensions: {} })).toEqual(['save currentEpoch 9 lastVoteEpoch 0', 'send pong']);
});

test('a vote, before it leaves', () => {
  const request = { ...header, primaryId: idOf('c'), flags: NodeFlag.replica, slots: bitmapOf([]) };
  expect(deedsOf({ kind: 'auth-req', header: request })).toEqual(['save currentEpoch 9 lastVoteEpoch 9', 'send auth-ack']);
});
