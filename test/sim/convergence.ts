/**
 * Whether nodes agree, as they must some time after everything is well: all know the same members; of those that run,
 * the same roles, slots, and config epochs of who has slots, and no two primaries share a config epoch; exactly those that are down are taken
 * for failed, and replaced where they have replicas; all have the same current epoch, and serve if every owner runs.
 */
import { SLOT_COUNT } from '../../src/base/crc16.ts';
import { NodeFlag, hasFailed, isPrimary } from '../../src/cluster/node-info.ts';
import { exceptSlots, ownsSlots, sameSlots, slotsIn, slotsOf } from '../../src/cluster/slot-bitmap.ts';
import { slotRanges } from '../../src/cluster/slot-ranges.ts';
import { NO_OWNER, myself } from '../../src/cluster/state.ts';
import type { ClusterState } from '../../src/cluster/state.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** What is not yet so, or undefined. `members` are the nodes of the cluster, running or not. */
export function disagreement(world: World, members: readonly SimNode[]): string | undefined {
  const running = members.filter((node) => node.isUp);
  const [first, ...others] = running;
  if (first === undefined) return undefined;
  const downIds = new Set(world.nodes.filter((node) => !node.isUp).map((node) => node.lastId));
  return sharedEpoch(world, first.state, downIds) ??
    abandonedReplica(world, running, downIds) ??
    firstOf(running, (node) => wrongMembers(world, node, members) ?? wrongFlags(world, node, downIds) ?? notServing(node, running, downIds)) ??
    firstOf(running, (node) => unknownClaim(node, running)) ?? firstOf(others, (node) => difference(world, first, node, downIds));
}

function firstOf(nodes: readonly SimNode[], find: (node: SimNode) => string | undefined): string | undefined {
  for (const node of nodes) {
    const found = find(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sharedEpoch(world: World, state: ClusterState, downIds: ReadonlySet<string>): string | undefined {
  const seen = new Map<bigint, string>();
  for (const node of state.nodes.values()) {
    if (!isPrimary(node) || downIds.has(node.id)) continue;
    const other = seen.get(node.configEpoch);
    if (other !== undefined) return `${world.nameOf(node.id)} and ${world.nameOf(other)} have config epoch ${node.configEpoch}`;
    seen.set(node.configEpoch, node.id);
  }
  return undefined;
}

/** A failed primary with slots has been replaced if there is who can do it. */
function abandonedReplica(world: World, running: readonly SimNode[], downIds: ReadonlySet<string>): string | undefined {
  const replica = running.find(({ state }) => downIds.has(myself(state).primaryId) && ownsSlots(state.owners, myself(state).primaryId));
  return replica === undefined ? undefined : `${replica.name} has not replaced ${world.nameOf(myself(replica.state).primaryId)}`;
}

function wrongMembers(world: World, node: SimNode, members: readonly SimNode[]): string | undefined {
  const missing = members.find(({ lastId }) => !node.state.nodes.has(lastId));
  if (missing !== undefined) return `${node.name} does not know ${missing.name}`;
  const extra = [...node.state.nodes.values()].find(({ id, flags }) =>
    (flags & NodeFlag.handshake) !== 0 || !members.some(({ lastId }) => lastId === id));
  return extra === undefined ? undefined : `${node.name} knows ${world.nameOf(extra.id)}`;
}

function wrongFlags(world: World, node: SimNode, downIds: ReadonlySet<string>): string | undefined {
  for (const info of node.state.nodes.values()) {
    const isDown = downIds.has(info.id);
    if (hasFailed(info) !== isDown) return `${node.name} takes ${world.nameOf(info.id)} ${isDown ? 'not ' : ''}for failed`;
    if ((info.flags & (NodeFlag.maybeFailed | NodeFlag.noAddress)) !== 0) return `${node.name} suspects ${world.nameOf(info.id)}`;
  }
  return undefined;
}

/** Whoever came after a primary went down knows it, but not its slots. */
function notServing(node: SimNode, running: readonly SimNode[], downIds: ReadonlySet<string>): string | undefined {
  const { owners } = node.state;
  const isLost = (slot: number): boolean => running.some(({ state }) => downIds.has(state.owners[slot]!));
  const unowned = node.node.table.health.slotsAssigned < SLOT_COUNT ? owners.flatMap((owner, slot) => (owner === NO_OWNER ? [slot] : [])) : [];
  const stray = unowned.find((slot) => !isLost(slot));
  if (stray !== undefined) return `${node.name} knows no owner of slot ${stray}`;
  const misses = node.world.settings.requireFullCoverage && (unowned.length > 0 || slotRanges(owners).some(({ ownerId }) => downIds.has(ownerId)));
  return node.node.table.health.up === misses ? `${node.name} ${misses ? 'serves' : 'does not serve'}` : undefined;
}

/** All know what a primary claims. What the dead have claimed last may have reached only some. */
function unknownClaim({ name, state }: SimNode, running: readonly SimNode[]): string | undefined {
  if (!isPrimary(myself(state))) return undefined;
  const claimed = slotsOf(state.owners, state.myId);
  const unaware = running.find((node) => {
    const known = slotsOf(node.state.owners, state.myId);
    return !sameSlots(claimed, known) && slotsIn(exceptSlots(claimed, known)).length > 0;
  });
  return unaware === undefined ? undefined : `${unaware.name} does not know all slots of ${name}`;
}

function difference(world: World, first: SimNode, node: SimNode, downIds: ReadonlySet<string>): string | undefined {
  const [a, b] = [first.state, node.state];
  if (a.currentEpoch !== b.currentEpoch) return `${first.name} is in epoch ${a.currentEpoch}, ${node.name} in ${b.currentEpoch}`;
  for (const info of a.nodes.values()) {
    const other = b.nodes.get(info.id)!;
    const name = world.nameOf(info.id);
    // The last that a node said before it went down may have reached only some.
    if (downIds.has(info.id)) continue;
    if (info.primaryId !== other.primaryId) return `${first.name} and ${node.name} disagree whose replica ${name} is`;
    // A replica's own epoch does not outlive a restart; when it is a primary again, others may know a greater one of it.
    const claims = isPrimary(info) && ownsSlots(a.owners, info.id);
    if (claims && info.configEpoch !== other.configEpoch) return `${first.name} and ${node.name} disagree about the config epoch of ${name}`;
    if (!sameSlots(slotsOf(a.owners, info.id), slotsOf(b.owners, info.id)) && downIds.size === 0) return `${first.name} and ${node.name} disagree about the slots of ${name}`;
  }
  return undefined;
}
