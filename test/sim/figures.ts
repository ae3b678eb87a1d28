/**
 * What a cluster at rest costs, and how fast it learns, measured in virtual time; figures-expected.ts says what is to be
 * expected. The cluster is there from the start, all its nodes primaries with slots. Nodes that join come on top, without
 * slots; nodes that crash do not come back. Times are exact to `pollMs`.
 */
import { Random } from '../../src/base/random.ts';
import type { BusMessage } from '../../src/cluster/bus/message.ts';
import { writePacket } from '../../src/cluster/bus/packet-writer.ts';
import { NodeFlag } from '../../src/cluster/node-info.ts';
import { introduce, startFormed } from './formation.ts';
import { SimNode } from './sim-node.ts';
import { World } from './world.ts';

export interface FigureOptions {
  readonly seed: number;
  readonly nodeCount: number;
  readonly nodeTimeoutMs: number;
  /** How long the cluster at rest is listened to. */
  readonly restMs: number;
  readonly joinCount: number;
  /** Of each kind of crash. */
  readonly crashCount: number;
}

/** From a crash until the first node suspects (fail?), the first knows of a majority that does (fail), all have heard. */
export interface Detection {
  readonly suspectedMs: number;
  readonly agreedMs: number;
  readonly knownMs: number;
}

export interface Figures {
  /** Sent, per node and second. */
  readonly messages: number;
  readonly bytes: number;
  /** Entries of gossip per ping, pong and meet. */
  readonly gossip: { readonly mean: number; readonly most: number };
  /** From the MEET until all know the new node. */
  readonly joinsMs: readonly number[];
  /** The process ends, and its connections with it. */
  readonly killed: readonly Detection[];
  /** The host is gone: nothing comes from it any more, not even the end of a connection. */
  readonly silent: readonly Detection[];
}

const pollMs = 10;
const pauseMs = 2000;
const patienceMs = 300_000;
const settleTimeouts = 3;

export function measure({ seed, nodeCount, nodeTimeoutMs, restMs, joinCount, crashCount }: FigureOptions): Figures {
  const meter = new Meter();
  const world = new World({ seed, nodeCount: nodeCount + joinCount, settings: { nodeTimeoutMs }, nodeClass: meteredBy(meter) });
  const random = new Random(seed);
  const [first, later] = [world.nodes.slice(0, nodeCount), world.nodes.slice(nodeCount)];
  startFormed({ nodes: first }, { primaryCount: nodeCount, collides: false });
  world.pass(settleTimeouts * nodeTimeoutMs + pauseMs);
  meter.isOn = true;
  world.pass(restMs);
  meter.isOn = false;
  const perNodeAndSecond = nodeCount * (restMs / 1000);
  const pause = (): void => world.pass(pauseMs + random.below(nodeTimeoutMs));
  const joinsMs = later.map((node) => {
    pause();
    return join(world, node, first[random.below(nodeCount)]!);
  });
  const crashes = (isSilent: boolean): Detection[] => Array.from({ length: crashCount }, () => {
    pause();
    const up = first.filter((node) => node.isUp);
    return crash(world, up[random.below(up.length)]!, isSilent);
  });
  return {
    messages: meter.messages / perNodeAndSecond,
    bytes: meter.bytes / perNodeAndSecond,
    gossip: { mean: meter.entries / meter.gossiping, most: meter.entriesMost },
    joinsMs, killed: crashes(false), silent: crashes(true),
  };
}

/** What is sent while it is on. */
class Meter {
  isOn = false;
  messages = 0;
  bytes = 0;
  /** Messages with gossip. */
  gossiping = 0;
  entries = 0;
  entriesMost = 0;

  count(message: BusMessage): void {
    if (!this.isOn) return;
    this.messages++;
    this.bytes += writePacket(message).length;
    if (!('gossip' in message)) return;
    this.gossiping++;
    this.entries += message.gossip.length;
    this.entriesMost = Math.max(this.entriesMost, message.gossip.length);
  }
}

function meteredBy(meter: Meter): typeof SimNode {
  return class extends SimNode {
    override send(link: number, message: BusMessage): void {
      meter.count(message);
      super.send(link, message);
    }
  };
}

function join(world: World, node: SimNode, member: SimNode): number {
  node.start();
  introduce(node, member);
  return timeUntil(world, () => world.running.every(({ state }) => state.nodes.has(node.lastId)));
}

function crash(world: World, node: SimNode, isSilent: boolean): Detection {
  if (isSilent) for (const other of world.nodes) for (const [from, to] of [[node, other], [other, node]] as const) world.network.cut(from, to);
  node.crash();
  const others = world.running;
  const has = (flag: number) => ({ state }: SimNode): boolean => (state.nodes.get(node.lastId)!.flags & flag) !== 0;
  const suspectedMs = timeUntil(world, () => others.some(has(NodeFlag.maybeFailed | NodeFlag.failed)));
  const agreedMs = suspectedMs + timeUntil(world, () => others.some(has(NodeFlag.failed)));
  return { suspectedMs, agreedMs, knownMs: agreedMs + timeUntil(world, () => others.every(has(NodeFlag.failed))) };
}

function timeUntil(world: World, isSo: () => boolean): number {
  const startMs = world.queue.nowMs;
  while (!isSo()) {
    if (world.queue.nowMs - startMs > patienceMs) throw new Error('what is waited for does not happen');
    world.pass(pollMs);
  }
  return world.queue.nowMs - startMs;
}
