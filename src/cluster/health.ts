/**
 * Whether the cluster, as this node sees it, may serve, and the counts that CLUSTER INFO shows.
 *
 * It is up when a majority of the primaries with slots can be reached and, with
 * cluster-require-full-coverage, every slot has an owner that has not failed. The waiting time of a
 * primary that comes back from a minority needs a clock: core/serving.ts.
 */
import { NodeFlag, hasFailed, isPrimary } from './node-info.ts';
import { slotRanges } from './slot-ranges.ts';
import { nodeOf } from './state.ts';
import type { ClusterState } from './state.ts';

export interface ClusterHealth {
  readonly up: boolean;
  /** Whether most primaries with slots can be reached. */
  readonly inMajority: boolean;
  readonly slotsAssigned: number;
  /** Assigned slots whose owner is reachable. */
  readonly slotsOk: number;
  readonly slotsMaybeFailed: number;
  readonly slotsFailed: number;
  /** Primaries that own slots. */
  readonly size: number;
}

export function clusterHealth(state: ClusterState, requireFullCoverage: boolean): ClusterHealth {
  const slots = countSlots(state);
  let size = 0;
  let reachable = 0;
  for (const id of new Set(slotRanges(state.owners).map(({ ownerId }) => ownerId))) {
    if (!isPrimary(nodeOf(state, id))) continue;
    size++;
    if ((nodeOf(state, id).flags & (NodeFlag.failed | NodeFlag.maybeFailed)) === 0) reachable++;
  }
  const covered = slots.slotsAssigned === state.owners.length && slots.slotsFailed === 0;
  const inMajority = reachable >= Math.floor(size / 2) + 1;
  return { up: inMajority && (covered || !requireFullCoverage), inMajority, ...slots, size };
}

function countSlots(state: ClusterState): Omit<ClusterHealth, 'up' | 'inMajority' | 'size'> {
  let slotsAssigned = 0;
  let slotsMaybeFailed = 0;
  let slotsFailed = 0;
  for (const { start, end, ownerId } of slotRanges(state.owners)) {
    const count = end - start + 1;
    slotsAssigned += count;
    const owner = nodeOf(state, ownerId);
    if (hasFailed(owner)) slotsFailed += count;
    else if ((owner.flags & NodeFlag.maybeFailed) !== 0) slotsMaybeFailed += count;
  }
  return { slotsAssigned, slotsOk: slotsAssigned - slotsFailed - slotsMaybeFailed, slotsMaybeFailed, slotsFailed };
}
