/**
 * Takes items out of an ordered tree where a path leads, and gives memory back: an empty node goes, a
 * sparse one moves to a smaller block, one below a quarter is joined with a neighbour or gets some of
 * its entries. This needs memory for a moment; in a full arena it is left undone, so removing never
 * fails.
 */
import { assert } from '../base/assert.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import {
  appendEntries, bytesOf, capacityFor, capacityOf, childAt, closePlaces, countOf, itemCountsOf, keysOf, layOut, levelOf, mostEntries,
  putChild, refsOf, ROOT_COUNT, ROOT_NODE,
} from './tree-node.ts';
import type { TreePath } from './tree-path.ts';

export class TreeRemoval {
  readonly #arena: Arena;
  readonly #path: TreePath;

  constructor(arena: Arena, path: TreePath) {
    this.#arena = arena;
    this.#path = path;
  }

  /** Takes out up to `count` items from the path's place on, all of one leaf, and returns how many. */
  remove(count: number): number {
    const path = this.#path;
    const { f64, i32 } = this.#arena;
    const leaf = path.nodeAt(0);
    const place = path.placeAt(0);
    const removed = Math.min(count, countOf(i32, leaf) - place);
    assert(removed > 0, 'a path for a removal leads to an item');
    closePlaces(f64, i32, leaf, place, removed);
    i32[path.root + ROOT_COUNT]! -= removed;
    for (let level = 1; level <= path.top; level++) {
      i32[itemCountsOf(i32, path.nodeAt(level)) + path.placeAt(level)]! -= removed;
    }
    for (let level = 0; level < path.top; level++) this.#settle(level);
    this.#settleRoot();
    return removed;
  }

  /** Brings a node that has lost entries, below the root node, in order with its parent. */
  #settle(level: number): void {
    const path = this.#path;
    const { f64, i32 } = this.#arena;
    const node = path.nodeAt(level);
    const parent = path.nodeAt(level + 1);
    const place = path.placeAt(level + 1);
    const count = countOf(i32, node);
    if (count === 0) {
      this.#arena.free(node, Purpose.structure);
      closePlaces(f64, i32, parent, place, 1);
      return;
    }
    const siblings = countOf(i32, parent) - 1;
    if (count < mostEntries(level) >> 2 && siblings > 0) this.#join(level, parent, place < siblings ? place : place - 1);
    else this.#shrink(level);
    // Joined or not, the entry there is of a child whose first item may be another one now.
    this.#putFirst(parent, Math.min(place, countOf(i32, parent) - 1));
  }

  #settleRoot(): void {
    const path = this.#path;
    const i32 = this.#arena.i32;
    if (countOf(i32, path.nodeAt(path.top)) === 0) {
      this.#arena.free(path.nodeAt(path.top), Purpose.structure);
      i32[path.root + ROOT_NODE] = 0;
      return;
    }
    this.#shrink(path.top);
    for (;;) {
      const node = i32[path.root + ROOT_NODE]!;
      if (levelOf(i32, node) === 0 || countOf(i32, node) > 1) return;
      i32[path.root + ROOT_NODE] = childAt(i32, node, 0);
      this.#arena.free(node, Purpose.structure);
    }
  }

  /** Makes one node of the children at `place` and behind it, or two of about the same size. */
  #join(level: number, parent: number, place: number): void {
    const i32 = this.#arena.i32;
    const left = childAt(i32, parent, place);
    const right = childAt(i32, parent, place + 1);
    const count = countOf(i32, left) + countOf(i32, right);
    if (count <= (mostEntries(level) * 3) >> 2) this.#merge(level, parent, place, left, right);
    else this.#share(level, parent, place, left, right);
  }

  #merge(level: number, parent: number, place: number, left: number, right: number): void {
    const arena = this.#arena;
    const leftCount = countOf(arena.i32, left);
    const rightCount = countOf(arena.i32, right);
    const node = this.#tryNode(level, leftCount + rightCount);
    if (node === 0) return;
    const { f64, i32 } = arena;
    appendEntries(f64, i32, left, 0, leftCount, node);
    appendEntries(f64, i32, right, 0, rightCount, node);
    arena.free(left, Purpose.structure);
    arena.free(right, Purpose.structure);
    closePlaces(f64, i32, parent, place + 1, 1);
    putChild(f64, i32, parent, place, node);
  }

  #share(level: number, parent: number, place: number, left: number, right: number): void {
    const arena = this.#arena;
    const leftCount = countOf(arena.i32, left);
    const rightCount = countOf(arena.i32, right);
    const half = (leftCount + rightCount) >> 1;
    const first = this.#tryNode(level, half);
    const second = this.#tryNode(level, leftCount + rightCount - half);
    if (first === 0 || second === 0) {
      for (const node of [first, second]) if (node !== 0) arena.free(node, Purpose.structure);
      return;
    }
    const { f64, i32 } = arena;
    const kept = Math.min(leftCount, half);
    appendEntries(f64, i32, left, 0, kept, first);
    appendEntries(f64, i32, right, 0, half - kept, first);
    appendEntries(f64, i32, left, kept, leftCount - kept, second);
    appendEntries(f64, i32, right, half - kept, rightCount - half + kept, second);
    arena.free(left, Purpose.structure);
    arena.free(right, Purpose.structure);
    putChild(f64, i32, parent, place, first);
    putChild(f64, i32, parent, place + 1, second);
  }

  /** Moves the path's node of `level` to a smaller block when more than a quarter of it is unused. */
  #shrink(level: number): void {
    const arena = this.#arena;
    const old = this.#path.nodeAt(level);
    const count = countOf(arena.i32, old);
    const capacity = capacityOf(arena.i32, old);
    if (capacity - count <= (capacity >> 2) + 2 || capacityFor(level, count) >= capacity) return;
    const node = this.#tryNode(level, count);
    if (node === 0) return;
    appendEntries(arena.f64, arena.i32, old, 0, count, node);
    arena.free(old, Purpose.structure);
    this.#path.relink(level, node);
  }

  /** Writes the first item of a child into its entry, whose count is right. */
  #putFirst(parent: number, place: number): void {
    const { f64, i32 } = this.#arena;
    const child = childAt(i32, parent, place);
    f64[keysOf(i32, parent) + place] = f64[keysOf(i32, child)]!;
    i32[refsOf(i32, parent) + place] = i32[refsOf(i32, child)]!;
  }

  /** An empty node for `count` entries, or 0 when the arena is full. */
  #tryNode(level: number, count: number): number {
    const capacity = capacityFor(level, count);
    const node = this.#arena.tryAlloc(bytesOf(level, capacity), Purpose.structure);
    if (node !== 0) layOut(this.#arena.i32, node, level, capacity);
    return node;
  }
}
