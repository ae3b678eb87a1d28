/**
 * First key, last key and step, as COMMAND INFO gave them before there were key specifications, worked
 * out from those as Redis does: one plain range as it is, else what neighbouring plain ranges cover.
 */
import type { KeySpec } from '../command.ts';

export interface LegacyKeys {
  /** Argument indexes; 0 without keys. */
  readonly first: number;
  /** Below zero: counted from the end. */
  readonly last: number;
  readonly step: number;
}

interface PlainRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

const none: LegacyKeys = { first: 0, last: 0, step: 0 };

export function legacyKeysOf(specs: readonly KeySpec[]): LegacyKeys {
  const ranges = specs.map(plainRange);
  if (ranges.length === 1) return ranges[0] ?? none;
  let covered: PlainRange | undefined;
  for (const range of ranges) {
    if (range === undefined || range.step !== 1) continue;
    if (covered === undefined) covered = range;
    else if (covered.last === range.first - 1) covered = { first: covered.first, last: range.last, step: 1 };
  }
  return covered ?? none;
}

function plainRange({ begin, find }: KeySpec): PlainRange | undefined {
  if (!('index' in begin) || !('lastKey' in find)) return undefined;
  return { first: begin.index, last: find.lastKey < 0 ? find.lastKey : begin.index + find.lastKey, step: find.step };
}
