/**
 * Slots as runs of one owner: what CLUSTER SLOTS, SHARDS and NODES and nodes.conf list, and what is counted from. They
 * are found once per list of owners, which never changes.
 */
import { NO_OWNER } from './state.ts';

export interface SlotRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
  readonly ownerId: string;
}

const known = new WeakMap<readonly string[], readonly SlotRange[]>();

/** Longest runs of slots with one owner, ascending; slots without an owner are left out. */
export function slotRanges(owners: readonly string[]): readonly SlotRange[] {
  let ranges = known.get(owners);
  if (ranges === undefined) known.set(owners, ranges = findRanges(owners));
  return ranges;
}

/** The same by owner. */
export function slotRangesByOwner(owners: readonly string[]): Map<string, SlotRange[]> {
  return Map.groupBy(slotRanges(owners), (range) => range.ownerId);
}

function findRanges(owners: readonly string[]): SlotRange[] {
  const ranges: SlotRange[] = [];
  for (let start = 0; start < owners.length; ) {
    const ownerId = owners[start]!;
    let next = start + 1;
    while (next < owners.length && owners[next] === ownerId) next++;
    if (ownerId !== NO_OWNER) ranges.push({ start, end: next - 1, ownerId });
    start = next;
  }
  return ranges;
}
