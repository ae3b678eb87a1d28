/**
 * The nodes of an ordered tree. A node of capacity c is one block of an arena:
 *
 *     granule 0               c granules   c words   c words          c words
 *     ┌──────────┬──────────┬────────────┬─────────┬────────────────┬────────────────┐
 *     │ count:16 │ level:8  │ keys       │ refs    │ children       │ item counts    │
 *     │ cap.:16  │ start:24 │ float64    │ int32   │ only level > 0 │ only level > 0 │
 *     └──────────┴──────────┴────────────┴─────────┴────────────────┴────────────────┘
 *
 * The entries are the `count` ones from the `start`-th of each array on, so that what is taken from
 * the front moves nothing.
 *
 * An entry of a leaf (level 0) is an item. An entry of an inner node is a child with the key and the
 * ref of its first item and the number of items below it. Nodes of both kinds grow and shrink by the
 * arena's size classes, so that a small tree is small and a node that was split has little slack.
 *
 * A node is named by its address; entries by their place, 0 to count - 1.
 */
import { granulesOfClass, sizeClassOf } from '../memory/size-classes.ts';

/** The words of a tree's root. */
export const ROOT_NODE = 0;
export const ROOT_COUNT = 1;

const LEVEL_MASK = 0xff;
const START_SHIFT = 8;
const MOST_BLOCK_BYTES = 1024;
const LEAF_ENTRY_BYTES = 12;
const INNER_ENTRY_BYTES = 20;
const HEADER_BYTES = 8;
const LEAST_CAPACITY = 4;
const MOST_ITEMS = Math.floor((MOST_BLOCK_BYTES - HEADER_BYTES) / LEAF_ENTRY_BYTES);
const MOST_CHILDREN = Math.floor((MOST_BLOCK_BYTES - HEADER_BYTES) / INNER_ENTRY_BYTES);

export function countOf(i32: Int32Array, node: number): number {
  return i32[node * 2]! & 0xffff;
}

export function capacityOf(i32: Int32Array, node: number): number {
  return i32[node * 2]! >>> 16;
}

export function levelOf(i32: Int32Array, node: number): number {
  return i32[node * 2 + 1]! & LEVEL_MASK;
}

/** The Float64 index of a node's first key. */
export function keysOf(i32: Int32Array, node: number): number {
  return node + 1 + startOf(i32, node);
}

/** The Int32 index of a node's first ref. */
export function refsOf(i32: Int32Array, node: number): number {
  return (node + 1 + capacityOf(i32, node)) * 2 + startOf(i32, node);
}

/** The Int32 index of an inner node's first child. */
export function childrenOf(i32: Int32Array, node: number): number {
  return refsOf(i32, node) + capacityOf(i32, node);
}

/** The Int32 index of an inner node's first item count. */
export function itemCountsOf(i32: Int32Array, node: number): number {
  return refsOf(i32, node) + capacityOf(i32, node) * 2;
}

export function childAt(i32: Int32Array, node: number, place: number): number {
  return i32[childrenOf(i32, node) + place]!;
}

/** The most entries that a node of this level takes. */
export function mostEntries(level: number): number {
  return level === 0 ? MOST_ITEMS : MOST_CHILDREN;
}

/** The capacity of the smallest block that holds `count` entries. */
export function capacityFor(level: number, count: number): number {
  const bytes = bytesOf(level, Math.max(count, LEAST_CAPACITY));
  const entryBytes = level === 0 ? LEAF_ENTRY_BYTES : INNER_ENTRY_BYTES;
  return Math.min(mostEntries(level), Math.floor((granulesOfClass(sizeClassOf(bytes)) * 8 - HEADER_BYTES) / entryBytes));
}

/** The capacity that a full node of `count` entries grows to. */
export function capacityAfter(level: number, count: number): number {
  return capacityFor(level, Math.min(mostEntries(level), count + Math.max(2, count >> 3)));
}

/** The size of a node. */
export function bytesOf(level: number, capacity: number): number {
  return HEADER_BYTES + capacity * (level === 0 ? LEAF_ENTRY_BYTES : INNER_ENTRY_BYTES);
}

/** Makes an empty node of fresh memory. */
export function layOut(i32: Int32Array, node: number, level: number, capacity: number): void {
  i32[node * 2] = capacity << 16;
  i32[node * 2 + 1] = level;
}

/** The number of items in and below a node. */
export function itemsBelow(i32: Int32Array, node: number): number {
  const count = countOf(i32, node);
  if (levelOf(i32, node) === 0) return count;
  const counts = itemCountsOf(i32, node);
  let sum = 0;
  for (let place = 0; place < count; place++) sum += i32[counts + place]!;
  return sum;
}

/** Writes an entry into a place that was opened for it; -0 becomes 0. `child` and `items` count in inner nodes only. */
export function putEntry(
  f64: Float64Array, i32: Int32Array, node: number, place: number, key: number, ref: number, child: number, items: number,
): void {
  const capacity = capacityOf(i32, node);
  const refs = refsOf(i32, node) + place;
  f64[keysOf(i32, node) + place] = key + 0;
  i32[refs] = ref;
  if (levelOf(i32, node) === 0) return;
  i32[refs + capacity] = child;
  i32[refs + capacity * 2] = items;
}

/** Writes the entry of `child`, as it is now, into a place of its parent. */
export function putChild(f64: Float64Array, i32: Int32Array, parent: number, place: number, child: number): void {
  putEntry(f64, i32, parent, place, f64[keysOf(i32, child)]!, i32[refsOf(i32, child)]!, child, itemsBelow(i32, child));
}

/** Makes room for one entry at `place` of a node that is not full: the fewer entries move, if there is room on their side. */
export function openPlace(f64: Float64Array, i32: Int32Array, node: number, place: number): void {
  const count = countOf(i32, node);
  const start = startOf(i32, node);
  if (start > 0 && (place < count >> 1 || start + count === capacityOf(i32, node))) {
    moveStart(i32, node, -1);
    moveEntries(f64, i32, node, 1, node, 0, place);
  } else {
    moveEntries(f64, i32, node, place, node, place + 1, count - place);
  }
  i32[node * 2]! += 1;
}

/** Takes out `count` entries from `place` on; the fewer of the others move. */
export function closePlaces(f64: Float64Array, i32: Int32Array, node: number, place: number, count: number): void {
  const behind = countOf(i32, node) - place - count;
  if (place < behind) {
    moveEntries(f64, i32, node, 0, node, count, place);
    moveStart(i32, node, count);
  } else {
    moveEntries(f64, i32, node, place + count, node, place, behind);
  }
  i32[node * 2]! -= count;
}

/** Appends `count` entries from `place` of a node to another one of its level, which starts with the first place. */
export function appendEntries(f64: Float64Array, i32: Int32Array, from: number, place: number, count: number, to: number): void {
  moveEntries(f64, i32, from, place, to, countOf(i32, to), count);
  i32[to * 2]! += count;
}

/** The place in the arrays of a node's first entry. */
export function startOf(i32: Int32Array, node: number): number {
  return i32[node * 2 + 1]! >>> START_SHIFT;
}

function moveStart(i32: Int32Array, node: number, places: number): void {
  i32[node * 2 + 1]! += places << START_SHIFT;
}

function moveEntries(
  f64: Float64Array, i32: Int32Array, from: number, place: number, to: number, toPlace: number, count: number,
): void {
  if (count <= 0) return;
  moveKeys(f64, keysOf(i32, from) + place, keysOf(i32, to) + toPlace, count);
  let source = refsOf(i32, from) + place;
  let target = refsOf(i32, to) + toPlace;
  moveWords(i32, source, target, count);
  if (levelOf(i32, from) === 0) return;
  const step = capacityOf(i32, from);
  const toStep = capacityOf(i32, to);
  for (let array = 0; array < 2; array++) {
    source += step;
    target += toStep;
    moveWords(i32, source, target, count);
  }
}

function moveKeys(f64: Float64Array, from: number, to: number, count: number): void {
  if (to <= from) for (let at = 0; at < count; at++) f64[to + at] = f64[from + at]!;
  else for (let at = count - 1; at >= 0; at--) f64[to + at] = f64[from + at]!;
}

function moveWords(i32: Int32Array, from: number, to: number, count: number): void {
  if (to <= from) for (let at = 0; at < count; at++) i32[to + at] = i32[from + at]!;
  else for (let at = count - 1; at >= 0; at--) i32[to + at] = i32[from + at]!;
}
