import type { Random } from '../../src/base/random.ts';

/** The numbers below `length` in random order (Fisher and Yates). */
export function shuffled(length: number, random: Random): Int32Array {
  const items = Int32Array.from({ length }, (_, index) => index);
  for (let left = length - 1; left > 0; left--) {
    const other = random.below(left + 1);
    const item = items[left]!;
    items[left] = items[other]!;
    items[other] = item;
  }
  return items;
}
