/** Ranges of slots as the migration commands name them. */
import { SLOT_COUNT } from '../../base/crc16.ts';

export interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

export function* slotsOfRanges(ranges: readonly Range[]): Generator<number> {
  for (const { start, end } of ranges) for (let slot = start; slot <= end; slot++) yield slot;
}

export function isInRanges(ranges: readonly Range[], slot: number): boolean {
  return ranges.some(({ start, end }) => start <= slot && slot <= end);
}

/** Whether some slot is in both. */
export function overlap(one: readonly Range[], other: readonly Range[]): boolean {
  return one.some((a) => other.some((b) => a.start <= b.end && b.start <= a.end));
}

/** `0-100 200-200`, as Valkey shows them, or with another separator. */
export function printRanges(ranges: readonly Range[], separator: string): string {
  return ranges.map(({ start, end }) => `${start}-${end}`).join(separator);
}

/** The reverse, undefined if the text is not such a list. */
export function parseRanges(text: string, separator: string): Range[] | undefined {
  const ranges: Range[] = [];
  for (const word of text.split(separator)) {
    const match = /^(\d{1,5})-(\d{1,5})$/.exec(word);
    const [start, end] = match === null ? [NaN, NaN] : [Number(match[1]), Number(match[2])];
    if (!(start <= end && end < SLOT_COUNT)) return undefined;
    ranges.push({ start, end });
  }
  return ranges;
}
