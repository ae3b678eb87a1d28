/** How the cluster of a run comes to be: it is there from the start, or operators make it of nodes alone. */
import { SLOT_COUNT } from '../../src/base/crc16.ts';
import { asReplica } from '../../src/cluster/member-operations.ts';
import { NodeFlag } from '../../src/cluster/node-info.ts';
import type { NodeInfo } from '../../src/cluster/node-info.ts';
import { newNode } from '../../src/cluster/state.ts';
import { busPort, clientPort } from './sim-node.ts';
import type { SimNode } from './sim-node.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

export interface Shape {
  readonly primaryCount: number;
  /** Whether all primaries start with one config epoch. */
  readonly collides: boolean;
}

const meetingMaxMs = 20_000;

/** Starts all nodes as members of a cluster: `primaryCount` primaries with slots, then replicas in turn. */
export function startFormed({ nodes }: Pick<World, 'nodes'>, { primaryCount, collides }: Shape): void {
  const ids = nodes.map((node) => node.newId());
  const primaryOf = (i: number): string => (i < primaryCount ? '' : ids[i % primaryCount]!);
  const shards = nodes.map((node) => node.newId());
  const members = new Map(nodes.map(({ ip }, i): [string, NodeInfo] => [ids[i]!, {
    ...newNode(ids[i]!, shards[i % primaryCount]!, i < primaryCount ? NodeFlag.primary : NodeFlag.replica),
    ip, port: clientPort, busPort, primaryId: primaryOf(i), configEpoch: i < primaryCount ? BigInt(collides ? 1 : i + 1) : 0n,
  }]));
  const owners = Array.from({ length: SLOT_COUNT }, (_, slot) => ids[Math.floor((slot * primaryCount) / SLOT_COUNT)]!);
  for (const [i, node] of nodes.entries()) {
    const id = ids[i]!;
    const mine = new Map(members).set(id, { ...members.get(id)!, flags: members.get(id)!.flags | NodeFlag.myself });
    node.start({
      myId: id, currentEpoch: BigInt(collides ? 1 : primaryCount), lastVoteEpoch: 0n, nodes: mine, owners,
      migratingTo: new Map(), importingFrom: new Map(), moves: new Map(),
    });
  }
}

/** Starts nodes that know nobody and does what redis-cli does to make a cluster of them. */
export function startAndMeet(world: World, shape: Shape): void {
  const { nodes } = world;
  for (const [i, node] of nodes.entries()) {
    node.start();
    if (!shape.collides) node.command('its epoch', (it) => it.setConfigEpoch(BigInt(i + 1)));
    if (i < shape.primaryCount) node.command('its slots', (it) => it.changeSlotRanges('add', rangeOf(i, shape.primaryCount)));
  }
  for (const node of nodes.slice(1)) introduce(nodes[0]!, node);
  const isComplete = ({ state }: SimNode): boolean => nodes.every(({ lastId }) => state.nodes.has(lastId));
  while (!nodes.every(isComplete)) {
    if (world.queue.nowMs > meetingMaxMs) throw new Violation('convergence', 'nodes that were met do not know each other');
    world.pass(100);
  }
  for (const [i, node] of nodes.entries()) if (i >= shape.primaryCount) replicate(node, nodes[i % shape.primaryCount]!);
}

export function introduce(node: SimNode, to: SimNode): void {
  node.command(`to meet ${to.name}`, (it) => it.meet(to.ip, clientPort, busPort));
}

export function replicate(node: SimNode, primary: SimNode): string | undefined {
  return node.command(`to replicate ${primary.name}`, (it) => it.adopt(asReplica(it.state, it.state.myId, primary.lastId)));
}

function rangeOf(i: number, count: number): string[] {
  const first = (n: number): number => Math.ceil((n * SLOT_COUNT) / count);
  return [String(first(i)), String(first(i + 1) - 1)];
}

