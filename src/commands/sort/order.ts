/** The orders in which SORT puts elements, as comparisons of their numbers among the elements. */
import type { ByteStrings } from '../../structures/byte-strings.ts';
import { sortPart } from '../../structures/partial-sort.ts';

/** Negative, zero or positive as element `i` comes before, with or after `j`. */
export type Compare = (i: number, j: number) => number;

/** By weight; elements of equal weight by their bytes. */
export function byWeight(weights: Float64Array, elements: ByteStrings): Compare {
  return (i, j) => {
    const [a, b] = [weights[i]!, weights[j]!];
    return a > b ? 1 : a < b ? -1 : elements.compare(i, j);
  };
}

/** By their bytes; `isText`: only up to a NUL, as far as C's strcoll sees. */
export function byBytes(strings: ByteStrings, isText: boolean): Compare {
  return isText ? (i, j) => compareText(strings, i, j) : (i, j) => strings.compare(i, j);
}

/** By the strings that patterns led to; elements that led nowhere come first, all equal. */
export function byStrings(strings: ByteStrings, isFound: Uint8Array, isText: boolean): Compare {
  const compare = byBytes(strings, isText);
  return (i, j) => (isFound[i] === 1 && isFound[j] === 1 ? compare(i, j) : isFound[i]! - isFound[j]!);
}

/**
 * The numbers of `count` elements in order, at least those from `first` to `last` (inclusive). Sorting
 * wholly is stable; where only a part is wanted it is not (partial-sort.ts).
 */
export function ordered(count: number, compare: Compare, isDescending: boolean, part?: { readonly first: number; readonly last: number }): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  const directed: Compare = isDescending ? (i, j) => -compare(i, j) : compare;
  if (part === undefined) return order.toSorted(directed);
  sortPart(order, directed, part.first, part.last);
  return order;
}

function compareText(strings: ByteStrings, i: number, j: number): number {
  const { bytes } = strings;
  const [a, b] = [strings.offsetOf(i), strings.offsetOf(j)];
  const [aLength, bLength] = [strings.lengthOf(i), strings.lengthOf(j)];
  for (let at = 0; ; at++) {
    const aByte = at < aLength ? bytes[a + at]! : 0;
    const bByte = at < bLength ? bytes[b + at]! : 0;
    if (aByte !== bByte || aByte === 0) return aByte - bByte;
  }
}
