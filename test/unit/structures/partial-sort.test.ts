import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortPart } from '../../../src/structures/partial-sort.ts';
import { seed } from '../base/seed.ts';

const byValue = (a: number, b: number): number => a - b;
const items = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 100 }),
  fc.array(fc.integer(), { maxLength: 200 }),
  fc.nat({ max: 150 }).map((count) => Array.from({ length: count }, (_, i) => i)),
  fc.nat({ max: 150 }).map((count) => Array.from({ length: count }, (_, i) => -i)),
);

test('the part that is wanted is sorted, and all items stay', () => {
  fc.assert(fc.property(items, fc.nat({ max: 200 }), fc.nat({ max: 200 }), (values, a, b) => {
    const [first, last] = [Math.min(a, b), Math.max(a, b)];
    const sorted = values.toSorted(byValue);
    const partly = [...values];
    sortPart(partly, byValue, first, last);
    expect(partly.slice(first, last + 1)).toEqual(sorted.slice(first, last + 1));
    expect(partly.toSorted(byValue)).toEqual(sorted);
  }), { seed, numRuns: 1000 });
});

test('a part that is wanted alone takes few comparisons', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007);
  const [whole, part] = [[...values], [...values]];
  let comparisons = 0;
  const compare = (a: number, b: number): number => {
    comparisons++;
    return a - b;
  };
  sortPart(whole, compare, 0, values.length - 1);
  const forAll = comparisons;
  comparisons = 0;
  sortPart(part, compare, 0, 9);
  expect(comparisons).toBeLessThan(forAll / 3);
  expect(part.slice(0, 10)).toEqual(whole.slice(0, 10));
});
