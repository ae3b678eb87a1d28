/** Ranges of slots as values: `start` and `end` both belong to a range. */
import { SLOT_COUNT } from '../base/crc16.ts';

export interface SlotRange {
  readonly start: number;
  readonly end: number;
}

/** The ranges that redis-cli gives to so many primaries: as even as can be. */
export function evenRanges(nodeCount: number): SlotRange[] {
  const startOf = (index: number): number => Math.round((index * SLOT_COUNT) / nodeCount);
  return Array.from({ length: nodeCount }, (_, index) => ({ start: startOf(index), end: startOf(index + 1) - 1 }));
}

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((count, { start, end }) => count + end - start + 1, 0);
}

/** The fewest ranges with these slots. */
export function rangesOf(slots: Iterable<number>): SlotRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const slot of [...slots].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.end === slot - 1) last.end = slot;
    else if (last?.end !== slot) ranges.push({ start: slot, end: slot });
  }
  return ranges;
}

/** The slots that are in none of the ranges. */
export function slotsOutside(ranges: readonly SlotRange[]): SlotRange[] {
  const isInside = new Uint8Array(SLOT_COUNT);
  for (const { start, end } of ranges) isInside.fill(1, start, end + 1);
  return rangesOf(Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => isInside[slot] === 0));
}

/** `0-5460,6000`. */
export function rangesText(ranges: readonly SlotRange[]): string {
  return ranges.map(({ start, end }) => (start === end ? String(start) : `${start}-${end}`)).join(',');
}

/** Reads `0-5460` or `6000`. */
export function parseRange(text: string): SlotRange {
  const [start, end = start] = text.split('-').map(Number);
  return { start: start!, end: end! };
}
