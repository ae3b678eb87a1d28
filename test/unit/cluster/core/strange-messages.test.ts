/**
 * Messages that no sane node sends, though their packets are well formed: any flags, epochs, senders, also this node
 * itself, replicas of replicas. Whatever comes, the core goes on, its state makes sense and can be kept, and what it
 * sends can be written.
 */
import { expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import type { BusMessage, GossipEntry, MessageHeader, PingExtensions } from '../../../../src/cluster/bus/message.ts';
import { messageKinds } from '../../../../src/cluster/bus/message.ts';
import { readPacket } from '../../../../src/cluster/bus/packet-reader.ts';
import { writePacket } from '../../../../src/cluster/bus/packet-writer.ts';
import { ClusterCore } from '../../../../src/cluster/core/cluster-core.ts';
import { NodeFlag, isPrimary, isReplica } from '../../../../src/cluster/node-info.ts';
import { parseNodesConf, printNodesConf } from '../../../../src/cluster/nodes-conf.ts';
import { slotRanges } from '../../../../src/cluster/slot-ranges.ts';
import type { ClusterState } from '../../../../src/cluster/state.ts';
import { idOf, me, settings, stateWith } from '../support.ts';
import { peerOf } from './play.ts';

const seed = Number(process.env['TEST_SEED'] ?? 20_261);
const coreCount = 150;
const stepsPerCore = 150;
const startMs = 1_700_000_000_000;
const strangers = ['7', '8', '9'];
const known = ['a', 'b', 'c', 'd', 'e'];
const epochMax = 2n ** 64n - 1n;

test(`strange messages do no harm (TEST_SEED=${seed})`, () => {
  const random = new Random(seed);
  for (let i = 0; i < coreCount; i++) expect(new Strange(random).run()).toBe(stepsPerCore);
});

test('nor does the last epoch of all: nothing begins anew at 0', () => {
  const random = new Random(seed);
  for (let i = 0; i < 30; i++) expect(new Strange(random, epochMax).run()).toBe(stepsPerCore);
});

/** One core among strange nodes. */
class Strange {
  readonly #random: Random;
  readonly #core: ClusterCore;
  #nowMs = startMs;
  readonly #links: number[] = [];
  /** Links that the core has asked for and that are not there yet. */
  readonly #asked: number[] = [];
  #ids = 0;

  constructor(random: Random, epoch = 9n) {
    this.#random = random;
    const state = { ...startState(random), currentEpoch: epoch };
    this.#core = new ClusterCore({
      state, settings, random, newId: () => (++this.#ids).toString(16).padStart(40, 'f'), keysInSlot: (slot) => slot % 3,
    }, this.#nowMs);
  }

  /** How many steps it has gone through; what is wrong after one is thrown. */
  run(): number {
    let step = 0;
    for (; step < stepsPerCore; step++) {
      const former = this.#core.state;
      const what = this.#step();
      const context = `${what} after ${step} steps`;
      expectSense(former, this.#core.state, context);
      this.#carryOut();
    }
    expectKept(this.#core.state);
    return step;
  }

  /** Something happens; what, in words. */
  #step(): string {
    const random = this.#random;
    this.#nowMs += random.below(2) === 0 ? 0 : random.below(400);
    const draw = random.below(20);
    if (draw === 0) this.#core.tick(this.#nowMs);
    else if (draw === 1) this.#links.push(this.#core.accepted(this.#nowMs, ipFrom(random), ipFrom(random)));
    else if (draw === 2) this.#core.closed(this.#nowMs, this.#anyLink());
    else if (draw === 3) this.#connect();
    else if (draw === 4) this.#core.meet(this.#nowMs, { ip: ipFrom(random), port: 7000, tlsPort: 0, busPort: 17_000 });
    else {
      const message = readPacket(writePacket(messageFrom(random)));
      this.#core.receive(this.#nowMs, this.#anyLink(), message);
      return `${message.kind} from ${message.header?.sender}`;
    }
    return `step ${draw}`;
  }

  #connect(): void {
    for (const link of this.#asked.splice(0)) {
      this.#links.push(link);
      this.#core.connected(this.#nowMs, link);
    }
  }

  #anyLink(): number {
    if (this.#links.length === 0) this.#links.push(this.#core.accepted(this.#nowMs, '10.0.0.2', '10.0.0.1'));
    return this.#links[this.#random.below(this.#links.length)]!;
  }

  #carryOut(): void {
    for (const output of this.#core.takeOutputs()) {
      if (output.do === 'connect') this.#asked.push(output.link);
      if (output.do === 'send') writePacket(output.message);
    }
  }
}

/** This node a primary or a replica, among others that own slots, have failed, or replicate each other. */
function startState(random: Random): ClusterState {
  const state = stateWith(
    ...(random.below(3) === 0 ? [{ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: idOf('b') }] : []),
    peerOf('b', { configEpoch: 2n }),
    peerOf('c', { configEpoch: 3n, flags: NodeFlag.primary | (random.below(2) === 0 ? NodeFlag.failed : 0) }),
    replica('d', 'c'),
    replica('e', random.below(2) === 0 ? 'd' : 'a'),
  );
  const owners = ['', 'b', 'c', isReplica(state.nodes.get(me)!) ? '' : 'a'].map((letter) => (letter === '' ? '' : idOf(letter)));
  return { ...state, owners: state.owners.map((_, slot) => owners[slot >> 12]!), importingFrom: new Map([[0, idOf('b')]]), migratingTo: new Map([[16_000, idOf('c')]]) };
}

function replica(letter: string, primary: string): ReturnType<typeof peerOf> {
  return peerOf(letter, { flags: NodeFlag.replica, primaryId: idOf(primary) });
}

function messageFrom(random: Random): BusMessage {
  const kind = messageKinds[random.below(2) === 0 ? random.below(3) : random.below(messageKinds.length)]!;
  const header = headerFrom(random);
  switch (kind) {
    case 'ping':
    case 'pong':
    case 'meet':
      return { kind, header, gossip: Array.from({ length: random.below(5) }, () => gossipFrom(random)), extensions: extensionsFrom(random, header) };
    case 'fail':
      return { kind, header, nodeId: idFrom(random) };
    case 'update':
      return { kind, header, nodeId: idFrom(random), configEpoch: epochFrom(random), slots: slotsFrom(random) };
    case 'publish':
    case 'publishshard':
      return { kind, ...(random.below(2) === 0 ? { header } : {}), channel: Buffer.from('c'), message: Buffer.from('m') };
    case 'module':
      return { kind, header, moduleId: 1n, moduleType: 2, payload: Buffer.from('p') };
    default:
      return { kind, header };
  }
}

function headerFrom(random: Random): MessageHeader {
  return {
    sender: idFrom(random), currentEpoch: epochFrom(random), configEpoch: epochFrom(random), replicationOffset: BigInt(random.uint32()),
    slots: slotsFrom(random), primaryId: random.below(2) === 0 ? '' : idFrom(random), announcedIp: random.below(3) === 0 ? ipFrom(random) : '',
    port: random.below(2) * 7000, otherPort: 0, busPort: random.below(4) === 0 ? 0 : 17_000, flags: random.below(1 << 16), clusterIsUp: random.below(2) === 0,
    messageFlags: random.below(8),
  };
}

function gossipFrom(random: Random): GossipEntry {
  const seconds = (): number => (random.below(3) === 0 ? random.uint32() : Math.floor(startMs / 1000) + random.below(20) - 10);
  return {
    nodeId: idFrom(random), pingSentSeconds: seconds(), pongReceivedSeconds: seconds(), ip: ipFrom(random), port: 7000, otherPort: 0,
    busPort: random.below(4) === 0 ? 0 : 17_000, flags: random.below(1 << 16),
  };
}

function extensionsFrom(random: Random, { messageFlags }: MessageHeader): PingExtensions {
  if ((messageFlags & 4) === 0) return {};
  return {
    ...(random.below(2) === 0 ? { shardId: idOf(String(random.below(4))) } : {}),
    ...(random.below(4) === 0 ? { forgotten: [{ nodeId: idFrom(random), ttlSeconds: random.below(2) === 0 ? epochMax : 1n }] } : {}),
  };
}

function idFrom(random: Random): string {
  const letters = random.below(8) === 0 ? strangers : known;
  return idOf(letters[random.below(letters.length)]!);
}

function epochFrom(random: Random): bigint {
  const draw = random.below(20);
  if (draw === 0) return epochMax - BigInt(random.below(3));
  return draw < 8 ? BigInt(random.below(12)) : 0n;
}

/** Mostly some quarters of all slots, or what has no order at all. */
function slotsFrom(random: Random): Uint8Array {
  if (random.below(20) === 0) return Uint8Array.from({ length: 2048 }, () => random.below(256));
  const quarters = random.below(16);
  return Uint8Array.from({ length: 2048 }, (_, at) => ((quarters & (1 << (at >> 9))) === 0 ? 0 : 0xff));
}

function ipFrom(random: Random): string {
  return random.below(5) === 0 ? '' : `10.0.0.${1 + random.below(6)}`;
}

function expectSense(former: ClusterState, state: ClusterState, context: string): void {
  if (!state.nodes.has(state.myId)) expect.fail(`${context}: the node is not its own member`);
  const odd = [...state.nodes].find(([id, node]) => node.id !== id || (isPrimary(node) && isReplica(node)) ||
    ((node.flags & NodeFlag.myself) !== 0) !== (id === state.myId) ||
    (node.primaryId !== '' && (!isReplica(node) || !state.nodes.has(node.primaryId) || node.primaryId === id)));
  if (odd !== undefined) expect.fail(`${context}: ${JSON.stringify(odd[1], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`);
  const strange = slotRanges(state.owners).find(({ ownerId }) => !state.nodes.has(ownerId));
  if (strange !== undefined) expect.fail(`${context}: slot ${strange.start} belongs to no member`);
  if (state.currentEpoch < former.currentEpoch || state.lastVoteEpoch < former.lastVoteEpoch) expect.fail(`${context}: an epoch goes back`);
}

/** What nodes.conf keeps of it is the same when it is read. */
function expectKept(state: ClusterState): void {
  const text = printNodesConf(state);
  expect(comparable(printNodesConf(parseNodesConf(text, startMs, idOf('1'))))).toBe(comparable(text));
}

/** Without the times, which start anew, and the epochs of replicas, which are those of their primaries. */
function comparable(text: string): string {
  return text.replace(/ \d+ \d+ (?=\d+ (?:dis)?connected)/g, ' ').replace(/(slave.*) \d+ (?=(?:dis)?connected)/g, '$1 ');
}
