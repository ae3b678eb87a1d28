/**
 * The immutable answer to "whose slot is this?", one byte a slot, made anew at every change of the
 * cluster state or of a setting that matters.
 *
 *   bit   7 6 5 | 4    | 3 2      | 1 0
 *         0     | down | open     | owner
 *
 * A byte of 0 says: mine, stable, cluster up: serve without asking further. Every other value is an
 * input of the decision table (routing/slot-decision.ts). A migrating mark counts only while this
 * node owns the slot, and hides an importing mark.
 */
import { clusterHealth } from './health.ts';
import type { ClusterHealth } from './health.ts';
import { NO_OWNER, myself } from './state.ts';
import type { ClusterState } from './state.ts';

export const SlotOwner = {
  me: 0,
  other: 1,
  nobody: 2,
  /** The primary that this node replicates. */
  myPrimary: 3,
} as const;

export const SlotOpen = {
  no: 0,
  migrating: 1 << 2,
  importing: 2 << 2,
} as const;

export const CLUSTER_DOWN = 1 << 4;

export interface SlotTable {
  /** The byte of each slot, as drawn above. Never changes. */
  readonly situations: Uint8Array;
  readonly state: ClusterState;
  readonly health: ClusterHealth;
}

/** With `isHeld` the cluster is down for clients though it is well: see core/serving.ts. */
export function buildSlotTable(state: ClusterState, requireFullCoverage: boolean, isHeld = false): SlotTable {
  const found = clusterHealth(state, requireFullCoverage);
  const health = { ...found, up: found.up && !isHeld };
  const primaryId = myself(state).primaryId;
  const down = health.up ? 0 : CLUSTER_DOWN;
  const situations = new Uint8Array(state.owners.length);
  for (let slot = 0; slot < situations.length; slot++) {
    situations[slot] = down | openness(state, slot) | relation(state, slot, primaryId);
  }
  return { situations, state, health };
}

function relation(state: ClusterState, slot: number, primaryId: string): number {
  const owner = state.owners[slot]!;
  if (owner === state.myId) return SlotOwner.me;
  if (owner === NO_OWNER) return SlotOwner.nobody;
  return owner === primaryId ? SlotOwner.myPrimary : SlotOwner.other;
}

function openness(state: ClusterState, slot: number): number {
  if (state.migratingTo.has(slot) && state.owners[slot] === state.myId) return SlotOpen.migrating;
  return state.importingFrom.has(slot) ? SlotOpen.importing : SlotOpen.no;
}
