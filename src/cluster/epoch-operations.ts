/**
 * The cluster's logical clock: the changes that BUMPEPOCH, SET-CONFIG-EPOCH and RESET make. Pure.
 * Epochs are unsigned 64-bit integers, as on the bus.
 */
import * as clusterErrors from '../protocol/cluster-errors.ts';
import { NodeFlag, clientAddressOf, isReplica } from './node-info.ts';
import { maxEpoch, myself, newClusterState, withMyAddress, withNode } from './state.ts';
import type { ClusterState, Outcome } from './state.ts';

const epochMax = 2n ** 64n - 1n;

/** After the last epoch there is none: it does not begin anew at 0, which would undo everything. */
export function epochAfter(epoch: bigint): bigint {
  return epoch < epochMax ? epoch + 1n : epoch;
}

/** Gives this node a new epoch of its own, unless it already has the greatest that is known. */
export function bumpEpoch(state: ClusterState): ClusterState {
  const mine = myself(state).configEpoch;
  if (mine !== 0n && mine === maxEpoch(state)) return state;
  const currentEpoch = epochAfter(state.currentEpoch);
  return { ...withNode(state, state.myId, { configEpoch: currentEpoch }), currentEpoch };
}

/** Sets the first epoch of a node that knows nobody yet. `epoch` is any int64. */
export function setConfigEpoch(state: ClusterState, epoch: bigint): Outcome {
  if (epoch < 0n) return clusterErrors.clusterInvalidEpoch(epoch);
  if (state.nodes.size > 1) return clusterErrors.clusterEpochKnownNodes;
  if (myself(state).configEpoch !== 0n) return clusterErrors.clusterEpochSet;
  if (epoch === 0n) return state;
  const currentEpoch = epoch > state.currentEpoch ? epoch : state.currentEpoch;
  return { ...withNode(state, state.myId, { configEpoch: epoch }), currentEpoch };
}

export interface ResetIds {
  readonly nodeId: string;
  readonly shardId: string;
}

/**
 * A node alone again, a primary without slots. `hard` also forgets the epochs and takes the new
 * ids; a replica leaves its primary's shard either way. A primary must hold no keys; a replica's
 * keys are the caller's to drop.
 */
export function resetNode(state: ClusterState, hard: boolean, ids: ResetIds, keyCount: number): Outcome {
  const me = myself(state);
  if (!isReplica(me) && keyCount > 0) return clusterErrors.clusterResetNotEmpty;
  const fresh = newClusterState(hard ? ids.nodeId : state.myId, hard || isReplica(me) ? ids.shardId : me.shardId);
  const flags = myself(fresh).flags | (me.flags & NodeFlag.noFailover);
  const alone = withNode(withMyAddress(fresh, me), fresh.myId, { flags, humanName: me.humanName, ...clientAddressOf(me) });
  if (hard) return alone;
  const kept = withNode(alone, state.myId, { configEpoch: me.configEpoch });
  return { ...kept, currentEpoch: state.currentEpoch, lastVoteEpoch: state.lastVoteEpoch };
}
