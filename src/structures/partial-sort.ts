/**
 * Sorts as much of an array as is asked for: quicksort after Bentley and McIlroy ("Engineering a Sort
 * Function", 1993) that leaves parts alone in which nobody is interested.
 *
 * It is not stable. Redis sorts by the same method where only a part of a result is wanted, so equal
 * items come out in the same order here; who wants all of an array sorts it with `Array.sort`, which is
 * stable, as C's qsort is there.
 */

/** Items shorter than this are sorted by insertion. */
const insertionMax = 7;
/** From here on the pivot is the median of nine items, not of three. */
const ninesMin = 41;

type Compare<Item> = (a: Item, b: Item) => number;

/** Puts the items that belong to the indexes `first` to `last` (inclusive) there, in order. */
export function sortPart<Item>(items: Item[], compare: Compare<Item>, first: number, last: number): void {
  let [begin, end] = [0, items.length];
  while (end - begin >= insertionMax) {
    swap(items, begin, pivotOf(items, compare, begin, end));
    const { smaller, greater } = partition(items, compare, begin, end);
    if (smaller > 1 && overlaps(begin, begin + smaller, first, last)) {
      const part = items.slice(begin, begin + smaller);
      sortPart(part, compare, first - begin, last - begin);
      for (let i = 0; i < smaller; i++) items[begin + i] = part[i]!;
    }
    if (greater <= 1 || !overlaps(end - greater, end, first, last)) return;
    begin = end - greater;
  }
  insert(items, compare, begin, end);
}

function overlaps(begin: number, end: number, first: number, last: number): boolean {
  return first < end && last >= begin;
}

function insert<Item>(items: Item[], compare: Compare<Item>, begin: number, end: number): void {
  for (let i = begin + 1; i < end; i++) {
    for (let at = i; at > begin && compare(items[at - 1]!, items[at]!) > 0; at--) swap(items, at, at - 1);
  }
}

function pivotOf<Item>(items: Item[], compare: Compare<Item>, begin: number, end: number): number {
  const count = end - begin;
  const middle = begin + Math.floor(count / 2);
  if (count === insertionMax) return middle;
  const last = end - 1;
  if (count < ninesMin) return median(items, compare, begin, middle, last);
  const gap = Math.floor(count / 8);
  return median(items, compare,
    median(items, compare, begin, begin + gap, begin + 2 * gap),
    median(items, compare, middle - gap, middle, middle + gap),
    median(items, compare, last - 2 * gap, last - gap, last));
}

function median<Item>(items: Item[], compare: Compare<Item>, a: number, b: number, c: number): number {
  const isBelow = (i: number, j: number): boolean => compare(items[i]!, items[j]!) < 0;
  if (isBelow(a, b)) return isBelow(b, c) ? b : isBelow(a, c) ? c : a;
  return compare(items[b]!, items[c]!) > 0 ? b : isBelow(a, c) ? a : c;
}

/**
 * Orders items around the pivot, which is at `begin`: smaller ones, equal ones, greater ones. Equal ones
 * are collected at both ends first, then swapped into the middle.
 */
function partition<Item>(items: Item[], compare: Compare<Item>, begin: number, end: number): { smaller: number; greater: number } {
  let [equalLeft, left] = [begin + 1, begin + 1];
  let [equalRight, right] = [end - 1, end - 1];
  for (;;) {
    for (let order; left <= right && (order = compare(items[left]!, items[begin]!)) <= 0; left++) {
      if (order === 0) swap(items, equalLeft++, left);
    }
    for (let order; left <= right && (order = compare(items[right]!, items[begin]!)) >= 0; right--) {
      if (order === 0) swap(items, right, equalRight--);
    }
    if (left > right) break;
    swap(items, left++, right--);
  }
  const smaller = left - equalLeft;
  const greater = equalRight - right;
  swapRanges(items, begin, left, Math.min(equalLeft - begin, smaller));
  swapRanges(items, left, end, Math.min(greater, end - 1 - equalRight));
  return { smaller, greater };
}

/** Swaps the `count` items from `a` on with those that end before `bEnd`. */
function swapRanges<Item>(items: Item[], a: number, bEnd: number, count: number): void {
  for (let i = 0; i < count; i++) swap(items, a + i, bEnd - count + i);
}

function swap<Item>(items: Item[], i: number, j: number): void {
  const item = items[i]!;
  items[i] = items[j]!;
  items[j] = item;
}
