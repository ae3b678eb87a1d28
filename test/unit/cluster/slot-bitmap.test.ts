import { describe, expect, it } from 'vitest';
import { bitmapOf, slotsIn, withoutSlots } from '../../../src/cluster/slot-bitmap.ts';

const all = Array.from({ length: 16384 }, (_, slot) => slot);

describe('slots of a bitmap that are in none of some ranges', () => {
  it.each([
    ['none', []],
    ['a slot', [[9, 9]]],
    ['some slots of one byte', [[10, 13]]],
    ['a whole byte', [[8, 15]]],
    ['parts of two bytes', [[7, 8]]],
    ['bytes between parts of bytes', [[3, 1029]]],
    ['whole bytes', [[16, 8191]]],
    ['the ends', [[0, 0], [16383, 16383]]],
    ['ranges that overlap', [[100, 300], [200, 400]]],
    ['all', [[0, 16383]]],
  ])('are the others when the ranges hold %s', (_, bounds) => {
    const ranges = bounds.map(([start, end]) => ({ start: start!, end: end! }));
    const isOutside = (slot: number): boolean => !ranges.some(({ start, end }) => start <= slot && slot <= end);
    expect(slotsIn(withoutSlots(bitmapOf(all), ranges))).toEqual(all.filter(isOutside));
    const even = all.filter((slot) => slot % 2 === 0);
    expect(slotsIn(withoutSlots(bitmapOf(even), ranges))).toEqual(even.filter(isOutside));
  });
});
