/**
 * Where in a node of an ordered tree something stands. Keys decide; among equal keys an `Order` does.
 */
import { countOf, keysOf, refsOf } from './tree-node.ts';

/**
 * How items with the same key are ordered by what their refs stand for. The order of two refs must
 * not change while both are in a tree.
 *
 * A probe is a value that has no ref: who looks it up tells its Order first what it is.
 */
export abstract class Order {
  /** Negative when `refA` comes before `refB`, positive when after it; 0 only for the same item. */
  abstract compare(refA: number, refB: number): number;

  /** Negative when the probe comes before `ref`, positive when after it, 0 when they are equal. */
  abstract compareProbe(ref: number): number;
}

/** The order of the numbers that the refs are, for items that need no other; it has no probe. */
export class RefOrder extends Order {
  override compare(refA: number, refB: number): number {
    return refA < refB ? -1 : Number(refA > refB);
  }

  override compareProbe(): number {
    return 0;
  }
}

/** Which of the entries with the sought key come before what is sought. */
export const Ties = {
  /** None: the lower bound of the key. */
  none: 0,
  /** All: the upper bound of the key. */
  all: 1,
  /** Those up to the item `ref`, itself too. */
  upToItem: 2,
  /** Those that are less than the probe. */
  belowProbe: 3,
  /** Those that are not greater than the probe. */
  upToProbe: 4,
} as const;
export type Ties = (typeof Ties)[keyof typeof Ties];

/** The number of a node's entries that come before what is sought. */
export function placeOf(
  f64: Float64Array, i32: Int32Array, node: number, order: Order, key: number, ref: number, ties: Ties,
): number {
  const keys = keysOf(i32, node);
  const refs = refsOf(i32, node);
  let low = 0;
  let high = countOf(i32, node);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = f64[keys + middle]!;
    if (other < key || (other === key && tieIsBefore(order, i32[refs + middle]!, ref, ties))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tieIsBefore(order: Order, other: number, ref: number, ties: Ties): boolean {
  if (ties === Ties.upToItem) return other === ref || order.compare(ref, other) >= 0;
  if (ties === Ties.none) return false;
  if (ties === Ties.all) return true;
  const side = order.compareProbe(other);
  return ties === Ties.belowProbe ? side > 0 : side >= 0;
}
