/** Slots and shards with their nodes, as CLUSTER SLOTS and CLUSTER SHARDS list them. Pure views of a state. */
import { hasFailed, isPrimary, isReplica } from './node-info.ts';
import type { NodeInfo } from './node-info.ts';
import { slotRanges, slotRangesByOwner } from './slot-ranges.ts';
import type { SlotRange } from './slot-ranges.ts';
import { nodeOf, replicasOf } from './state.ts';
import type { ClusterState } from './state.ts';

export interface ServedRange extends SlotRange {
  /** The primary, then its replicas that are ready to serve. */
  readonly nodes: readonly NodeInfo[];
}

export interface ClusterShard {
  readonly ranges: readonly SlotRange[];
  /** The primary, then all its replicas. */
  readonly nodes: readonly ShardNode[];
}

export interface ShardNode extends NodeInfo {
  readonly role: 'master' | 'replica';
  /** A replica that has nothing yet is `loading`. */
  readonly health: 'fail' | 'loading' | 'online';
}

export function servedRanges(state: ClusterState): ServedRange[] {
  return slotRanges(state.owners).map((range) => {
    const replicas = replicasOf(state, range.ownerId).filter((node) => !hasFailed(node) && node.replicationOffset !== 0);
    return { ...range, nodes: [nodeOf(state, range.ownerId), ...replicas] };
  });
}

/** One for each primary, also for those without slots. */
export function clusterShards(state: ClusterState): ClusterShard[] {
  const ranges = slotRangesByOwner(state.owners);
  return [...state.nodes.values()].filter(isPrimary).map((primary) => ({
    ranges: ranges.get(primary.id) ?? [],
    nodes: [primary, ...replicasOf(state, primary.id)].map(shardNode),
  }));
}

function shardNode(node: NodeInfo): ShardNode {
  const isEmpty = isReplica(node) && node.replicationOffset === 0;
  return { ...node, role: isReplica(node) ? 'replica' : 'master', health: hasFailed(node) ? 'fail' : isEmpty ? 'loading' : 'online' };
}
