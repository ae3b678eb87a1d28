/**
 * Ordered trees with counts, in an arena: B+ trees whose inner nodes count the items below each
 * child, so that an item's rank and the item of a rank are found in O(log n). Their root is 2 words
 * at any Int32 index of the arena; all zero is an empty tree that owns no memory.
 *
 *     word 0   word 1   words 2, 3
 *     node     count    the owner's
 *
 * An item is a key (a float64, never NaN; -0 is 0) and a ref (an int32, not 0; mostly a record's
 * address). Items are in the order of their keys, and of their refs under the tree's `Order` among
 * equal keys. No item is in a tree twice: the caller knows. A tree reads the records behind its refs
 * only through its Order, so every record lives as long as its item.
 *
 * After an ArenaFullError a tree is as before. Removing never fails.
 */
import { assert } from '../base/assert.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import type { AddressList } from './address-list.ts';
import { checkOrderedTree } from './ordered-tree-check.ts';
import type { TreeCursor } from './tree-cursor.ts';
import { TreeInsertion } from './tree-insertion.ts';
import { childAt, countOf, itemCountsOf, keysOf, levelOf, refsOf, ROOT_COUNT, ROOT_NODE } from './tree-node.ts';
import { TreePath } from './tree-path.ts';
import { TreeRemoval } from './tree-removal.ts';
import { placeOf, Ties, type Order } from './tree-search.ts';

export class OrderedTree {
  readonly #arena: Arena;
  readonly #order: Order;
  readonly #path: TreePath;
  readonly #insertion: TreeInsertion;
  readonly #removal: TreeRemoval;

  constructor(arena: Arena, order: Order) {
    this.#arena = arena;
    this.#order = order;
    this.#path = new TreePath(arena);
    this.#insertion = new TreeInsertion(arena, this.#path);
    this.#removal = new TreeRemoval(arena, this.#path);
  }

  /** The number of items. */
  count(root: number): number {
    return this.#arena.i32[root + ROOT_COUNT]!;
  }

  /** Adds an item that the tree does not hold; throws ArenaFullError. O(log n). */
  insert(root: number, key: number, ref: number): void {
    if (this.#arena.i32[root + ROOT_NODE] === 0) {
      this.#insertion.begin(root, key, ref);
      return;
    }
    this.#path.toItem(root, this.#order, key, ref);
    this.#insertion.insert(key, ref);
  }

  /** As `insert`, for an item that comes after all others: without a comparison. */
  append(root: number, key: number, ref: number): void {
    if (this.#arena.i32[root + ROOT_NODE] === 0) {
      this.#insertion.begin(root, key, ref);
      return;
    }
    this.#path.toEnd(root);
    this.#insertion.insert(key, ref);
  }

  /** Fills an empty tree with `count` items in order; throws ArenaFullError, and the tree is empty again. O(n). */
  build(root: number, keys: Float64Array, refs: Int32Array, count: number): void {
    assert(this.count(root) === 0, 'a tree that is built is empty');
    try {
      for (let index = 0; index < count; index++) this.append(root, keys[index]!, refs[index]!);
    } catch (error) {
      if (error instanceof ArenaFullError) this.clear(root);
      throw error;
    }
  }

  /** Takes an item out; false when the tree does not hold it. O(log n). */
  remove(root: number, key: number, ref: number): boolean {
    if (!this.#findItem(root, key, ref)) return false;
    this.#removal.remove(1);
    return true;
  }

  /** Takes out `count` items from `rank` on, all of which there are. O(log n) for each leaf. */
  removeRange(root: number, rank: number, count: number): void {
    assert(rank >= 0 && count >= 0 && rank + count <= this.count(root), 'a range that is removed is in the tree');
    for (let left = count; left > 0;) {
      this.#path.toRank(root, rank);
      left -= this.#removal.remove(left);
    }
  }

  /**
   * Appends the refs of items from `rank` on, of which there are `count`, as far as they lie in one
   * leaf; returns how many. O(log n).
   */
  refsFrom(root: number, rank: number, count: number, refs: AddressList): number {
    const path = this.#path;
    path.toRank(root, rank);
    const i32 = this.#arena.i32;
    const leaf = path.nodeAt(0);
    const place = path.placeAt(0);
    const first = refsOf(i32, leaf) + place;
    const found = Math.min(count, countOf(i32, leaf) - place);
    for (let at = first; at < first + found; at++) refs.push(i32[at]!);
    return found;
  }

  /** As `refsFrom`, and takes the items out. */
  takeFrom(root: number, rank: number, count: number, refs: AddressList): number {
    return this.#removal.remove(this.refsFrom(root, rank, count, refs));
  }

  /**
   * Lets the item refer to `newRef`, which compares as `oldRef` does, while both records can be read;
   * false when the tree does not hold the item. O(log n).
   */
  replaceRef(root: number, key: number, oldRef: number, newRef: number): boolean {
    if (!this.#findItem(root, key, oldRef)) return false;
    const path = this.#path;
    const i32 = this.#arena.i32;
    for (let level = 0; level <= path.top; level++) {
      const place = path.placeAt(level);
      i32[refsOf(i32, path.nodeAt(level)) + place] = newRef;
      if (place > 0) break;
    }
    return true;
  }

  /** The number of items before this one, or -1 when the tree does not hold it. O(log n). */
  rank(root: number, key: number, ref: number): number {
    const { f64, i32 } = this.#arena;
    let node = i32[root + ROOT_NODE]!;
    if (node === 0) return -1;
    let rank = 0;
    for (let level = levelOf(i32, node); level > 0; level--) {
      const place = Math.max(0, placeOf(f64, i32, node, this.#order, key, ref, Ties.upToItem) - 1);
      const counts = itemCountsOf(i32, node);
      for (let before = 0; before < place; before++) rank += i32[counts + before]!;
      node = childAt(i32, node, place);
    }
    const place = placeOf(f64, i32, node, this.#order, key, ref, Ties.upToItem) - 1;
    const isItem = place >= 0 && i32[refsOf(i32, node) + place] === ref && f64[keysOf(i32, node) + place] === key;
    return isItem ? rank + place : -1;
  }

  /** Places the cursor on the item of `rank`; false, and outside the tree, when there is none. O(log n). */
  at(root: number, rank: number, cursor: TreeCursor): boolean {
    return cursor.moveTo(root, rank);
  }

  first(root: number, cursor: TreeCursor): boolean {
    return cursor.moveTo(root, 0);
  }

  last(root: number, cursor: TreeCursor): boolean {
    return cursor.moveTo(root, this.count(root) - 1);
  }

  /** Places the cursor on the first item whose key is not below `key`, or behind the last item; its rank. O(log n). */
  lowerBound(root: number, key: number, cursor: TreeCursor): number {
    return this.#seek(root, key, Ties.none, cursor);
  }

  /** Places the cursor on the first item whose key is above `key`, or behind the last item; its rank. O(log n). */
  upperBound(root: number, key: number, cursor: TreeCursor): number {
    return this.#seek(root, key, Ties.all, cursor);
  }

  /** Places the cursor on the first item that is not before (key, the Order's probe); its rank. O(log n). */
  lowerBoundOfProbe(root: number, key: number, cursor: TreeCursor): number {
    return this.#seek(root, key, Ties.belowProbe, cursor);
  }

  /** Places the cursor on the first item after (key, the Order's probe); its rank. O(log n). */
  upperBoundOfProbe(root: number, key: number, cursor: TreeCursor): number {
    return this.#seek(root, key, Ties.upToProbe, cursor);
  }

  /** Empties the tree and frees its memory; the records and the owner's words stay. */
  clear(root: number): void {
    const i32 = this.#arena.i32;
    const node = i32[root + ROOT_NODE]!;
    if (node !== 0) this.#free(i32, node);
    i32[root + ROOT_NODE] = 0;
    i32[root + ROOT_COUNT] = 0;
  }

  /** The real size of the blocks that the tree owns. O(nodes). */
  usedBytes(root: number): number {
    const node = this.#arena.i32[root + ROOT_NODE]!;
    return node === 0 ? 0 : this.#usedBytesOf(this.#arena.i32, node);
  }

  /** Asserts that the tree is consistent. */
  check(root: number): void {
    checkOrderedTree(this.#arena, this.#order, root);
  }

  /** Leads the path to the item; false when the tree does not hold it. */
  #findItem(root: number, key: number, ref: number): boolean {
    const { f64, i32 } = this.#arena;
    if (i32[root + ROOT_NODE] === 0) return false;
    const path = this.#path;
    path.toItem(root, this.#order, key, ref);
    if (path.placeAt(0) === 0) return false;
    path.stepBack();
    const leaf = path.nodeAt(0);
    const place = path.placeAt(0);
    return i32[refsOf(i32, leaf) + place] === ref && f64[keysOf(i32, leaf) + place] === key;
  }

  #seek(root: number, key: number, ties: Ties, cursor: TreeCursor): number {
    const { f64, i32 } = this.#arena;
    let node = i32[root + ROOT_NODE]!;
    if (node === 0) {
      cursor.moveTo(root, 0);
      return 0;
    }
    let rank = 0;
    for (let level = levelOf(i32, node); level > 0; level--) {
      const place = Math.max(0, placeOf(f64, i32, node, this.#order, key, 0, ties) - 1);
      const counts = itemCountsOf(i32, node);
      for (let before = 0; before < place; before++) rank += i32[counts + before]!;
      node = childAt(i32, node, place);
    }
    const place = placeOf(f64, i32, node, this.#order, key, 0, ties);
    cursor.placeAt(root, rank + place, node, place);
    return rank + place;
  }

  #free(i32: Int32Array, node: number): void {
    if (levelOf(i32, node) > 0) {
      const count = countOf(i32, node);
      for (let place = 0; place < count; place++) this.#free(i32, childAt(i32, node, place));
    }
    this.#arena.free(node, Purpose.structure);
  }

  #usedBytesOf(i32: Int32Array, node: number): number {
    let bytes = this.#arena.capacityBytes(node);
    if (levelOf(i32, node) === 0) return bytes;
    const count = countOf(i32, node);
    for (let place = 0; place < count; place++) bytes += this.#usedBytesOf(i32, childAt(i32, node, place));
    return bytes;
  }
}
