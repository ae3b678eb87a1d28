/**
 * Who owns which slot: the changes that ADDSLOTS, DELSLOTS, FLUSHSLOTS, SETSLOT and a start with
 * keys make. Pure; arguments come as the client wrote them, since the order in which Redis judges
 * them decides which error wins.
 */
import { SLOT_COUNT } from '../base/crc16.ts';
import * as clusterErrors from '../protocol/cluster-errors.ts';
import { bumpEpoch } from './epoch-operations.ts';
import { isInRanges } from './migration/ranges.ts';
import type { Range } from './migration/ranges.ts';
import { isReplica } from './node-info.ts';
import { NO_OWNER, memberOf, myself } from './state.ts';
import type { ClusterState, Outcome } from './state.ts';

export type SlotChange = 'add' | 'delete';

/** The slot that the text names, or undefined. */
export function parseSlot(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,4})$/.test(text)) return undefined;
  const slot = Number(text);
  return slot < SLOT_COUNT ? slot : undefined;
}

/** ADDSLOTS and DELSLOTS: all arguments are read before any is judged. */
export function changeSlots(state: ClusterState, change: SlotChange, args: readonly string[]): Outcome {
  const slots: number[] = [];
  for (const arg of args) {
    const slot = parseSlot(arg);
    if (slot === undefined) return clusterErrors.invalidSlotArgument;
    slots.push(slot);
  }
  const chosen = new Set<number>();
  for (const slot of slots) {
    const refusal = choose(state, change, chosen, slot, slot);
    if (refusal !== undefined) return refusal;
  }
  return assign(state, change, chosen);
}

/** ADDSLOTSRANGE and DELSLOTSRANGE, an even number of arguments: each range is read and judged in turn. */
export function changeSlotRanges(state: ClusterState, change: SlotChange, args: readonly string[]): Outcome {
  const chosen = new Set<number>();
  for (let i = 0; i < args.length; i += 2) {
    const start = parseSlot(args[i] ?? '');
    const end = parseSlot(args[i + 1] ?? '');
    if (start === undefined || end === undefined) return clusterErrors.invalidSlotArgument;
    if (start > end) return clusterErrors.slotRangeReversed(start, end);
    const refusal = choose(state, change, chosen, start, end);
    if (refusal !== undefined) return refusal;
  }
  return assign(state, change, chosen);
}

/** Gives away every slot of this node, which holds `keyCount` keys. */
export function flushSlots(state: ClusterState, keyCount: number): Outcome {
  if (keyCount > 0) return clusterErrors.clusterFlushNotEmpty;
  if (!state.owners.includes(state.myId)) return state;
  return { ...state, owners: state.owners.map((owner) => (owner === state.myId ? NO_OWNER : owner)) };
}

/**
 * SETSLOT with the arguments behind its name: `5 MIGRATING id`, `5 STABLE`. `keyCount` counts this
 * node's keys in a slot.
 */
export function setSlot(state: ClusterState, args: readonly string[], keyCount: (slot: number) => number): Outcome {
  if (isReplica(myself(state))) return clusterErrors.setSlotOnReplica;
  const slot = parseSlot(args[0] ?? '');
  if (slot === undefined) return clusterErrors.invalidSlotArgument;
  const action = (args[1] ?? '').toLowerCase();
  const id = args[2];
  if (action === 'stable' && args.length === 2) return closeSlot(state, slot);
  if (id !== undefined && args.length === 3) {
    if (action === 'migrating') return markMigrating(state, slot, id);
    if (action === 'importing') return markImporting(state, slot, id);
    if (action === 'node') return giveSlot(state, slot, id, keyCount(slot));
  }
  return clusterErrors.clusterSetSlotAction;
}

/**
 * What a start makes of the keys that were loaded: this primary takes slots with keys that nobody
 * owns, and marks those that another node owns as importing from it; not those whose keys are to go.
 */
export function claimSlotsWithKeys(state: ClusterState, keyCount: (slot: number) => number, except: readonly Range[] = []): ClusterState {
  if (isReplica(myself(state))) return state;
  const orphans = new Set<number>();
  const importingFrom = new Map(state.importingFrom);
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const owner = state.owners[slot]!;
    if (owner === state.myId || importingFrom.has(slot) || isInRanges(except, slot) || keyCount(slot) === 0) continue;
    if (owner === NO_OWNER) orphans.add(slot);
    else importingFrom.set(slot, owner);
  }
  if (orphans.size === 0 && importingFrom.size === state.importingFrom.size) return state;
  return { ...assign(state, 'add', orphans), importingFrom };
}

/** Adds the slots from `start` to `end` to those chosen, unless one cannot change so. */
function choose(state: ClusterState, change: SlotChange, chosen: Set<number>, start: number, end: number): string | undefined {
  for (let slot = start; slot <= end; slot++) {
    const owned = state.owners[slot] !== NO_OWNER;
    if (change === 'delete' && !owned) return clusterErrors.slotUnassigned(slot);
    if (change === 'add' && owned) return clusterErrors.slotBusy(slot);
    if (chosen.has(slot)) return clusterErrors.slotRepeated(slot);
    chosen.add(slot);
  }
  return undefined;
}

function assign(state: ClusterState, change: SlotChange, slots: ReadonlySet<number>): ClusterState {
  const owners = [...state.owners];
  const importingFrom = new Map(state.importingFrom);
  for (const slot of slots) {
    owners[slot] = change === 'add' ? state.myId : NO_OWNER;
    importingFrom.delete(slot);
  }
  return { ...state, owners, importingFrom };
}

function closeSlot(state: ClusterState, slot: number): ClusterState {
  if (!state.migratingTo.has(slot) && !state.importingFrom.has(slot)) return state;
  return { ...state, migratingTo: without(state.migratingTo, slot), importingFrom: without(state.importingFrom, slot) };
}

function markMigrating(state: ClusterState, slot: number, id: string): Outcome {
  if (state.owners[slot] !== state.myId) return clusterErrors.slotNotOwned(slot);
  const target = memberOf(state, id);
  if (target === undefined) return clusterErrors.clusterStrangeNode(id);
  if (isReplica(target)) return clusterErrors.targetNotPrimary;
  return { ...state, migratingTo: new Map(state.migratingTo).set(slot, id) };
}

function markImporting(state: ClusterState, slot: number, id: string): Outcome {
  if (state.owners[slot] === state.myId) return clusterErrors.slotAlreadyOwned(slot);
  const source = memberOf(state, id);
  if (source === undefined) return clusterErrors.clusterStrangeNode(id);
  if (isReplica(source)) return clusterErrors.targetNotPrimary;
  return { ...state, importingFrom: new Map(state.importingFrom).set(slot, id) };
}

/** Makes `id` the owner. A slot that this node imported for itself gets a new epoch, so that others believe it. */
function giveSlot(state: ClusterState, slot: number, id: string, keyCount: number): Outcome {
  const owner = memberOf(state, id);
  if (owner === undefined) return clusterErrors.clusterUnknownNode(id);
  if (isReplica(owner)) return clusterErrors.targetNotPrimary;
  if (state.owners[slot] === state.myId && id !== state.myId && keyCount > 0) return clusterErrors.slotStillHasKeys(slot);
  const migratingTo = keyCount === 0 ? without(state.migratingTo, slot) : state.migratingTo;
  const next = { ...state, owners: state.owners.with(slot, id), migratingTo };
  if (id !== state.myId || !state.importingFrom.has(slot)) return next;
  return { ...bumpEpoch(next), importingFrom: without(state.importingFrom, slot) };
}

function without(marks: ReadonlyMap<number, string>, slot: number): ReadonlyMap<number, string> {
  if (!marks.has(slot)) return marks;
  const rest = new Map(marks);
  rest.delete(slot);
  return rest;
}
