/**
 * Spoilt packets of the cluster bus against a member of a cluster: a hundred a case, over several links, with time going
 * by between them. Promised: a packet is refused as malformed, which costs its link, or it is a message; nothing else is
 * thrown, nothing grows without end, and what the node then keeps and sends holds together.
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/base/random.ts';
import { MessageFlag, messageKinds } from '../../src/cluster/bus/message.ts';
import type { BusMessage, MessageHeader, MessageKind } from '../../src/cluster/bus/message.ts';
import { writePacket } from '../../src/cluster/bus/packet-writer.ts';
import { NodeFlag } from '../../src/cluster/node-info.ts';
import { bitmapOf } from '../../src/cluster/slot-bitmap.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import { gossipOf, peerOf } from '../unit/cluster/core/play.ts';
import { idOf, me, myShard, stateWith } from '../unit/cluster/support.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { FuzzedMember } from './fuzzed-member.ts';
import type { Verdicts } from './fuzzed-member.ts';
import { pick, spoiltPacket } from './spoil-packet.ts';

export const PACKETS_PER_CASE = 100;
const casesMin = 10_000;
const recordedUrl = new URL('../unit/cluster/bus/packets.recorded.txt', import.meta.url);

const primaries = ['a', 'b', 'c'];
const strangers = ['e', '0'];
const letters = [...primaries, 'd', ...strangers];
const slotsEach = 16_384 / 4;

/** This node, two other primaries with a quarter of the slots each, and a replica of one of them. */
function cluster(): ClusterState {
  const state = stateWith(
    peerOf('a', { configEpoch: 1n }),
    peerOf('b', { configEpoch: 2n }),
    peerOf('c', { configEpoch: 3n }),
    peerOf('d', { flags: NodeFlag.replica, primaryId: idOf('b') }),
  );
  const owners = state.owners.map((_, slot) => idOf(primaries[Math.floor(slot / slotsEach)] ?? ''));
  return { ...state, currentEpoch: 3n, owners, migratingTo: new Map([[7, idOf('b')]]), importingFrom: new Map([[slotsEach, idOf('b')]]) };
}

function headerOf(letter: string): MessageHeader {
  const quarter = primaries.indexOf(letter);
  const slots = quarter < 0 ? [] : Array.from({ length: slotsEach }, (_, i) => quarter * slotsEach + i);
  const isReplica = letter === 'd';
  return {
    sender: idOf(letter), currentEpoch: 3n, configEpoch: BigInt(quarter + 1), replicationOffset: 5n, slots: bitmapOf(slots),
    primaryId: isReplica ? idOf('b') : '', announcedIp: '', port: 7000, otherPort: 0, busPort: 17_000,
    flags: isReplica ? NodeFlag.replica : NodeFlag.primary, clusterIsUp: true, messageFlags: 0,
  };
}

function messageOf(kind: MessageKind, letter: string): BusMessage {
  const header = headerOf(letter);
  switch (kind) {
    case 'ping':
    case 'pong':
    case 'meet':
      return {
        kind, header: { ...header, messageFlags: MessageFlag.extensions },
        gossip: ['b', 'c', 'd', 'e'].map((other) => gossipOf(other, { flags: other === 'c' ? NodeFlag.primary | NodeFlag.maybeFailed : NodeFlag.primary })),
        extensions: { hostname: 'a.example', shardId: myShard, humanName: 'one', forgotten: [{ nodeId: idOf('c'), ttlSeconds: 60n }] },
      };
    case 'fail':
      return { kind, header, nodeId: idOf('c') };
    case 'update':
      return { kind, header, nodeId: idOf('c'), configEpoch: 9n, slots: bitmapOf([1, 2, 3]) };
    case 'publish':
    case 'publishshard':
      return { kind, header, channel: Buffer.from('news'), message: Buffer.from('hello') };
    case 'module':
      return { kind, header, moduleId: 1n, moduleType: 2, payload: Buffer.from('abc') };
    default:
      return { kind, header: { ...header, currentEpoch: 4n } };
  }
}

/** What the node that gets the packets believes at first. */
export const startState = cluster();
const recorded = readFileSync(recordedUrl, 'latin1').trim().split('\n').map((line) => Buffer.from(line, 'base64'));
const light = writePacket({ kind: 'publish', channel: Buffer.from('news'), message: Buffer.from('hello') });
const composed = letters.flatMap((letter) => messageKinds.map((kind) => writePacket(messageOf(kind, letter))));
/** As nodes send them: those of that cluster, strangers, and what redis-server was heard to say. */
export const packets: readonly Buffer[] = [...recorded, ...composed, light];

export const knownIds: readonly string[] = [me, ...letters.map(idOf)];

/** One case; what became of its packets. */
export function throwPackets(random: Random): Verdicts {
  const member = new FuzzedMember(random, startState);
  for (let i = 0; i < PACKETS_PER_CASE; i++) {
    if (random.below(8) === 0) member.tick();
    member.take(spoiltPacket({ random, packets, ids: idsFor(random, member) }));
  }
  member.check();
  return member.verdicts;
}

/** Those of the cluster; now and then those that the node has come to know, or made up. */
function idsFor(random: Random, member: FuzzedMember): readonly string[] {
  return random.below(4) === 0 ? [pick(random, [...member.core.state.nodes.keys()])] : knownIds;
}

const total: Verdicts = { packets: 0, messages: 0, dropped: 0 };

export const busPacketsTarget: FuzzTarget = {
  name: 'bus-packets',
  casesMin,
  run(random) {
    const { packets: count, messages, dropped } = throwPackets(random);
    total.packets += count;
    total.messages += messages;
    total.dropped += dropped;
  },
  summary: () => `${total.packets} packets: ${total.messages} were messages, ${total.dropped} cost their link`,
};
