/**
 * The immutable answer to "whose slot is this?", one byte a slot, made anew at every change of the
 * cluster state or of a setting that matters.
 *
 *   bit   7 6 5 | 4    | 3 2      | 1 0
 *         hold  | down | open     | owner
 *
 * A byte of 0 says: mine, stable, cluster up: serve without asking further. Every other value is an
 * input of the decision table (routing/slot-decision.ts). A migrating mark counts only while this
 * node owns the slot, and hides an importing mark. A hold is the dispatcher's: the table does not know it.
 */
import { clusterHealth } from './health.ts';
import type { ClusterHealth } from './health.ts';
import { rangesInMoves } from './migration/moves.ts';
import type { Range } from './migration/ranges.ts';
import { slotRanges } from './slot-ranges.ts';
import { myself } from './state.ts';
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

/** While a slot is handed over to another node. */
export const SlotHold = {
  /** Writes wait. */
  writes: 1 << 5,
  /** Everything waits: the other node may own the slot already. */
  all: 1 << 6,
  /** As before, for too long to wait: everything is refused. */
  refuse: 1 << 7,
} as const;

export const HOLDS = SlotHold.writes | SlotHold.all | SlotHold.refuse;

/** What is held at the moment beyond what the state says. */
export interface Handover {
  /** Slots whose writes wait. */
  readonly paused: readonly Range[];
  /** Whether clients of slots that were granted wait still. */
  readonly isPatient: boolean;
}

export const noHandover: Handover = { paused: [], isPatient: false };

export interface SlotTable {
  /** The byte of each slot, as drawn above. Never changes. */
  readonly situations: Uint8Array;
  readonly state: ClusterState;
  readonly health: ClusterHealth;
}

/** With `isHeld` the cluster is down for clients though it is well: see core/serving.ts. */
export function buildSlotTable(state: ClusterState, requireFullCoverage: boolean, isHeld = false, handover = noHandover): SlotTable {
  const found = clusterHealth(state, requireFullCoverage);
  const health = { ...found, up: found.up && !isHeld };
  const down = health.up ? 0 : CLUSTER_DOWN;
  const situations = new Uint8Array(state.owners.length).fill(down | SlotOwner.nobody);
  for (const { start, end, ownerId } of slotRanges(state.owners)) situations.fill(down | relation(state, ownerId), start, end + 1);
  for (const slot of openSlots(state)) situations[slot]! |= openness(state, slot);
  mark(situations, handover.paused, SlotHold.writes);
  mark(situations, rangesInMoves(state, 'granted'), handover.isPatient ? SlotHold.all : SlotHold.refuse);
  return { situations, state, health };
}

function mark(situations: Uint8Array, ranges: readonly Range[], bits: number): void {
  for (const { start, end } of ranges) for (let slot = start; slot <= end; slot++) situations[slot]! |= bits;
}

function relation(state: ClusterState, ownerId: string): number {
  if (ownerId === state.myId) return SlotOwner.me;
  return ownerId === myself(state).primaryId ? SlotOwner.myPrimary : SlotOwner.other;
}

function openSlots({ migratingTo, importingFrom }: ClusterState): Set<number> {
  return new Set([...migratingTo.keys(), ...importingFrom.keys()]);
}

function openness(state: ClusterState, slot: number): number {
  if (state.migratingTo.has(slot) && state.owners[slot] === state.myId) return SlotOpen.migrating;
  return state.importingFrom.has(slot) ? SlotOpen.importing : SlotOpen.no;
}
