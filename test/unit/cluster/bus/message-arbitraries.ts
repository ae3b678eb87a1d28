/** Messages of every kind, by chance. */
import * as fc from 'fast-check';
import { MessageFlag } from '../../../../src/cluster/bus/message.ts';
import type { BusMessage, GossipEntry, MessageHeader, PingExtensions } from '../../../../src/cluster/bus/message.ts';

const port = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const hex = fc.constantFrom(...'0123456789abcdef');
const nodeId = fc.string({ unit: hex, minLength: 40, maxLength: 40 });
const slots = fc.uint8Array({ minLength: 2048, maxLength: 2048 });
const ip = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(''));
const name = fc.string({ unit: fc.constantFrom(...'abz019-.'), minLength: 1, maxLength: 255 });
const bytes = fc.uint8Array({ maxLength: 200 });

const header: fc.Arbitrary<MessageHeader> = fc.record({
  sender: nodeId,
  currentEpoch: u64,
  configEpoch: u64,
  replicationOffset: u64,
  slots,
  primaryId: fc.oneof(nodeId, fc.constant('')),
  announcedIp: ip,
  port,
  otherPort: port,
  busPort: port,
  flags: port,
  clusterIsUp: fc.boolean(),
  messageFlags: fc.nat(7),
});

const gossip: fc.Arbitrary<GossipEntry> = fc.record({
  nodeId, pingSentSeconds: u32, pongReceivedSeconds: u32, ip, port, otherPort: port, busPort: port, flags: port,
});

const extensions: fc.Arbitrary<PingExtensions> = fc.record({
  hostname: name,
  humanName: name,
  shardId: nodeId,
  clientIpv4: fc.ipV4(),
  clientIpv6: fc.ipV6(),
  clientTcpPort: port,
  clientTlsPort: port,
  forgotten: fc.array(fc.record({ nodeId, ttlSeconds: u64 }), { minLength: 1, maxLength: 4 }),
}, { requiredKeys: [] });

const ping = fc.record({ kind: fc.constantFrom('ping', 'pong', 'meet'), header, gossip: fc.array(gossip, { maxLength: 6 }), extensions })
  .map((message) => (Object.keys(message.extensions).length === 0 ? message : withFlag(message)));

/** A header says that extensions follow. */
function withFlag<M extends { readonly header: MessageHeader }>(message: M): M {
  return { ...message, header: { ...message.header, messageFlags: message.header.messageFlags | MessageFlag.extensions } };
}

export const anyMessage: fc.Arbitrary<BusMessage> = fc.oneof(
  ping,
  fc.record({ kind: fc.constant('fail'), header, nodeId }),
  fc.record({ kind: fc.constantFrom('publish', 'publishshard'), header, channel: bytes, message: bytes }),
  fc.record({ kind: fc.constantFrom('publish', 'publishshard'), channel: bytes, message: bytes }),
  fc.record({ kind: fc.constantFrom('auth-req', 'auth-ack', 'mfstart'), header }),
  fc.record({ kind: fc.constant('update'), header, nodeId, configEpoch: u64, slots }),
  fc.record({ kind: fc.constant('module'), header, moduleId: u64, moduleType: fc.nat(255), payload: bytes }),
) as fc.Arbitrary<BusMessage>;
