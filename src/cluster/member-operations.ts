/** Who is a member: nodes that come, go, get their names and change their roles. Pure. */
import { NodeFlag, isPrimary } from './node-info.ts';
import type { NodeInfo } from './node-info.ts';
import { ownsSlots } from './slot-bitmap.ts';
import { NO_OWNER, nodeOf, withNode } from './state.ts';
import type { ClusterState } from './state.ts';

export function withMember(state: ClusterState, node: NodeInfo): ClusterState {
  return { ...state, nodes: new Map(state.nodes).set(node.id, node) };
}

/** Without that member, its slots, marks about it, and its replicas' tie to it. */
export function withoutMember(state: ClusterState, id: string): ClusterState {
  const nodes = new Map(state.nodes);
  nodes.delete(id);
  for (const node of nodes.values()) if (node.primaryId === id) nodes.set(node.id, { ...node, primaryId: '' });
  const keep = (marks: ReadonlyMap<number, string>): ReadonlyMap<number, string> =>
    ([...marks.values()].includes(id) ? new Map([...marks].filter(([, node]) => node !== id)) : marks);
  return {
    ...state, nodes, owners: disowned(state.owners, id), migratingTo: keep(state.migratingTo), importingFrom: keep(state.importingFrom),
  };
}

/** A member that was met under a name made up for it has told its own, which nobody else has. */
export function renamed(state: ClusterState, id: string, name: string, change: Partial<NodeInfo>): ClusterState {
  const nodes = new Map(state.nodes);
  nodes.delete(id);
  nodes.set(name, { ...nodeOf(state, id), ...change, id: name });
  return { ...state, nodes };
}

export function asPrimary(state: ClusterState, id: string): ClusterState {
  const node = nodeOf(state, id);
  if (isPrimary(node)) return state;
  return withNode(state, id, { flags: (node.flags & ~NodeFlag.replica) | NodeFlag.primary, primaryId: '' });
}

/** `primaryId` is '' when the primary is not known here. */
export function asReplica(state: ClusterState, id: string, primaryId: string): ClusterState {
  const node = nodeOf(state, id);
  const flags = (node.flags & ~NodeFlag.primary) | NodeFlag.replica;
  if (node.flags === flags && node.primaryId === primaryId) return state;
  const shardId = state.nodes.get(primaryId)?.shardId ?? '';
  return withNode(state, id, { flags, primaryId, shardId: shardId === '' ? node.shardId : shardId });
}

export function withoutSlotsOf(state: ClusterState, id: string): ClusterState {
  const owners = disowned(state.owners, id);
  return owners === state.owners ? state : { ...state, owners };
}

function disowned(owners: readonly string[], id: string): readonly string[] {
  return ownsSlots(owners, id) ? owners.map((owner) => (owner === id ? NO_OWNER : owner)) : owners;
}
