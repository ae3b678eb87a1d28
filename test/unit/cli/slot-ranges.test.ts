import { expect, it } from 'vitest';
import { countSlots, evenRanges, parseRange, rangesOf, rangesText, slotsOutside } from '../../../src/cli/slot-ranges.ts';

it('deals slots out as redis-cli does', () => {
  expect(rangesText(evenRanges(1))).toBe('0-16383');
  expect(rangesText(evenRanges(3))).toBe('0-5460,5461-10922,10923-16383');
  expect(rangesText(evenRanges(5))).toBe('0-3276,3277-6553,6554-9829,9830-13106,13107-16383');
});

it('gives each slot to one node, and no node more than one slot above another', () => {
  for (let count = 1; count <= 100; count++) {
    const ranges = evenRanges(count);
    const sizes = ranges.map((range) => countSlots([range]));
    expect(rangesOf(ranges.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, at) => start + at)))).toEqual([{ start: 0, end: 16_383 }]);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(16_384);
  }
});

it('puts slots together to ranges, in any order and with doubles', () => {
  expect(rangesText(rangesOf([5, 3, 4, 9, 3]))).toBe('3-5,9');
  expect(rangesOf([])).toEqual([]);
  expect(['3-5', '9'].map(parseRange)).toEqual([{ start: 3, end: 5 }, { start: 9, end: 9 }]);
});

it('finds what is left out', () => {
  expect(rangesText(slotsOutside([{ start: 1, end: 5 }, { start: 7, end: 16_382 }]))).toBe('0,6,16383');
  expect(slotsOutside(evenRanges(7))).toEqual([]);
});
