/**
 * Puts an item into an ordered tree where a path leads. All memory is allocated before anything is
 * changed, so that a full arena leaves the tree as it was.
 *
 * A node at its largest is split: in the middle, or at the tree's end or beginning so that ascending
 * and descending insertions leave full nodes behind.
 */
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import {
  appendEntries, bytesOf, capacityAfter, capacityFor, capacityOf, countOf, itemCountsOf, keysOf, layOut, levelOf, mostEntries,
  openPlace, putChild, putEntry, refsOf, ROOT_COUNT, ROOT_NODE,
} from './tree-node.ts';
import type { TreePath } from './tree-path.ts';

const MOST_FRESH_NODES = 80;

/** Where a full node is divided. */
const MIDDLE = 0;
const AT_BEGINNING = 1;
const AT_END = 2;

export class TreeInsertion {
  readonly #arena: Arena;
  readonly #path: TreePath;
  /** Nodes that are allocated for the change at hand, in the order of their use. */
  readonly #fresh = new Int32Array(MOST_FRESH_NODES);
  #freshCount = 0;
  #freshUsed = 0;

  constructor(arena: Arena, path: TreePath) {
    this.#arena = arena;
    this.#path = path;
  }

  /** Lets an empty tree hold one item; throws ArenaFullError. */
  begin(root: number, key: number, ref: number): void {
    const capacity = capacityFor(0, 1);
    const leaf = this.#arena.alloc(bytesOf(0, capacity), Purpose.structure);
    const { f64, i32 } = this.#arena;
    layOut(i32, leaf, 0, capacity);
    openPlace(f64, i32, leaf, 0);
    putEntry(f64, i32, leaf, 0, key, ref, 0, 0);
    i32[root + ROOT_NODE] = leaf;
    i32[root + ROOT_COUNT] = 1;
  }

  /** Puts an item at the end of the path; throws ArenaFullError. */
  insert(key: number, ref: number): void {
    const path = this.#path;
    const where = this.#whereToSplit();
    this.#reserve(where);
    let level = 0;
    let child = 0;
    while (level <= path.top && this.#isLargest(level)) {
      child = level === 0 ? this.#split(0, where, key, ref, 0) : this.#splitFor(level, where, child);
      level++;
    }
    if (level > path.top) this.#raise(level, child);
    else if (level === 0) this.#place(0, key, ref, 0);
    else this.#placeFor(level, child);
    this.#countUp(level, key, ref);
  }

  #whereToSplit(): number {
    const path = this.#path;
    if (!this.#isLargest(0)) return MIDDLE;
    if (path.isAtEnd()) return AT_END;
    // Only what comes before all items is put before the first item of a leaf.
    return path.placeAt(0) === 0 ? AT_BEGINNING : MIDDLE;
  }

  #isLargest(level: number): boolean {
    return countOf(this.#arena.i32, this.#path.nodeAt(level)) === mostEntries(level);
  }

  /** Allocates every node that the insertion needs. */
  #reserve(where: number): void {
    const path = this.#path;
    this.#freshCount = 0;
    this.#freshUsed = 0;
    let level = 0;
    for (; level <= path.top && this.#isLargest(level); level++) {
      const leftCount = leftCountOf(level, where);
      this.#reserveNode(level, capacityFor(level, leftCount));
      this.#reserveNode(level, capacityFor(level, mostEntries(level) + 1 - leftCount));
    }
    if (level > path.top) {
      this.#reserveNode(level, capacityFor(level, 2));
      return;
    }
    const i32 = this.#arena.i32;
    const node = path.nodeAt(level);
    const count = countOf(i32, node);
    if (count === capacityOf(i32, node)) this.#reserveNode(level, capacityAfter(level, count));
  }

  #reserveNode(level: number, capacity: number): void {
    const arena = this.#arena;
    const bytes = bytesOf(level, capacity);
    const node = arena.tryAlloc(bytes, Purpose.structure);
    if (node === 0) {
      while (this.#freshCount > 0) arena.free(this.#fresh[--this.#freshCount]!, Purpose.structure);
      throw new ArenaFullError(bytes);
    }
    layOut(arena.i32, node, level, capacity);
    this.#fresh[this.#freshCount++] = node;
  }

  #takeFresh(): number {
    return this.#fresh[this.#freshUsed++]!;
  }

  /** Splits the path's inner node of `level` while it takes in `child`. */
  #splitFor(level: number, where: number, child: number): number {
    const { f64, i32 } = this.#arena;
    return this.#split(level, where, f64[keysOf(i32, child)]!, i32[refsOf(i32, child)]!, child);
  }

  /** Puts `child` into the path's inner node of `level`, behind its older sibling. */
  #placeFor(level: number, child: number): void {
    const { f64, i32 } = this.#arena;
    this.#place(level, f64[keysOf(i32, child)]!, i32[refsOf(i32, child)]!, child);
  }

  /** Replaces the path's node of `level` by two that also hold the new entry; the right one, which its parent lacks. */
  #split(level: number, where: number, key: number, ref: number, child: number): number {
    const path = this.#path;
    const { f64, i32 } = this.#arena;
    const node = path.nodeAt(level);
    const count = countOf(i32, node);
    const place = placeForNew(path, level);
    const left = this.#takeFresh();
    const right = this.#takeFresh();
    const leftCount = leftCountOf(level, where);
    const split = place < leftCount ? leftCount - 1 : leftCount;
    appendEntries(f64, i32, node, 0, split, left);
    appendEntries(f64, i32, node, split, count - split, right);
    if (place < leftCount) this.#write(left, place, key, ref, child);
    else this.#write(right, place - leftCount, key, ref, child);
    this.#arena.free(node, Purpose.structure);
    path.relink(level, left);
    if (level < path.top) putChild(f64, i32, path.nodeAt(level + 1), path.placeAt(level + 1), left);
    return right;
  }

  /** Puts an entry into the path's node of `level`, which grows if it is full. */
  #place(level: number, key: number, ref: number, child: number): void {
    const path = this.#path;
    const { f64, i32 } = this.#arena;
    const old = path.nodeAt(level);
    const place = placeForNew(path, level);
    const count = countOf(i32, old);
    if (count === capacityOf(i32, old)) {
      const node = this.#takeFresh();
      appendEntries(f64, i32, old, 0, count, node);
      this.#arena.free(old, Purpose.structure);
      path.relink(level, node);
    }
    this.#write(path.nodeAt(level), place, key, ref, child);
  }

  #write(node: number, place: number, key: number, ref: number, child: number): void {
    const { f64, i32 } = this.#arena;
    openPlace(f64, i32, node, place);
    if (levelOf(i32, node) === 0) putEntry(f64, i32, node, place, key, ref, 0, 0);
    else putChild(f64, i32, node, place, child);
  }

  /** Puts a new root node above the two halves of the old one. */
  #raise(level: number, right: number): void {
    const { f64, i32 } = this.#arena;
    const node = this.#takeFresh();
    i32[node * 2]! += 2;
    putChild(f64, i32, node, 0, this.#path.nodeAt(level - 1));
    putChild(f64, i32, node, 1, right);
    i32[this.#path.root + ROOT_NODE] = node;
  }

  /** Counts the new item above `level`, where the change ended; a first item is in all separators. */
  #countUp(level: number, key: number, ref: number): void {
    const path = this.#path;
    const { f64, i32 } = this.#arena;
    i32[path.root + ROOT_COUNT]! += 1;
    const isFirst = path.placeAt(0) === 0;
    for (let above = level + 1; above <= path.top; above++) {
      i32[itemCountsOf(i32, path.nodeAt(above)) + path.placeAt(above)]! += 1;
    }
    if (!isFirst) return;
    for (let above = Math.max(level, 1); above <= path.top; above++) {
      const node = path.nodeAt(above);
      f64[keysOf(i32, node)] = key + 0;
      i32[refsOf(i32, node)] = ref;
    }
  }
}

/** How many of the entries of a largest node and a new one the left half takes. */
function leftCountOf(level: number, where: number): number {
  const count = mostEntries(level) + 1;
  if (where === AT_END) return count - 1;
  return where === AT_BEGINNING ? 1 : count >> 1;
}

/** Where a new entry goes in the path's node of `level`: a new child stands behind the one that was split. */
function placeForNew(path: TreePath, level: number): number {
  return level === 0 ? path.placeAt(0) : path.placeAt(level) + 1;
}
