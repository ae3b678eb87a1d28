/**
 * A place in an ordered tree, owned by the caller and used again and again. It stands on an item, or
 * before the first one (rank -1) or behind the last one (rank = the tree's count), from where it
 * steps back in. Any change of the tree makes it invalid until it is placed again.
 *
 * Leaves are not linked: past a leaf's end a cursor goes down from the root again, by its rank.
 */
import type { Arena } from '../memory/arena.ts';
import { childAt, countOf, itemCountsOf, keysOf, levelOf, refsOf, ROOT_COUNT, ROOT_NODE } from './tree-node.ts';

export class TreeCursor {
  readonly #arena: Arena;
  #root = 0;
  #rank = -1;
  #leaf = 0;
  #place = 0;
  #leafCount = 0;
  #keys = 0;
  #refs = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Whether the cursor stands on an item: only then are there a key and a ref. */
  get onItem(): boolean {
    return this.#leaf !== 0;
  }

  get key(): number {
    return this.#arena.f64[this.#keys + this.#place]!;
  }

  get ref(): number {
    return this.#arena.i32[this.#refs + this.#place]!;
  }

  /** The number of items before the cursor's. */
  get rank(): number {
    return this.#rank;
  }

  /** Steps to the next item; false at the end. */
  next(): boolean {
    if (this.#leaf === 0 || this.#place + 1 === this.#leafCount) return this.moveTo(this.#root, this.#rank + 1);
    this.#place++;
    this.#rank++;
    return true;
  }

  /** Steps to the item before; false at the beginning. */
  prev(): boolean {
    if (this.#leaf === 0 || this.#place === 0) return this.moveTo(this.#root, this.#rank - 1);
    this.#place--;
    this.#rank--;
    return true;
  }

  /** Goes to the item of `rank` in a tree; false, and outside, when there is none. O(log n). */
  moveTo(root: number, rank: number): boolean {
    const i32 = this.#arena.i32;
    const count = i32[root + ROOT_COUNT]!;
    if (!(rank >= 0 && rank < count)) return this.#leave(root, rank < 0 ? -1 : count);
    let node = i32[root + ROOT_NODE]!;
    let left = rank;
    for (let level = levelOf(i32, node); level > 0; level--) {
      const counts = itemCountsOf(i32, node);
      let place = 0;
      for (let items = i32[counts]!; left >= items; items = i32[counts + place]!) {
        left -= items;
        place++;
      }
      node = childAt(i32, node, place);
    }
    this.#stand(root, rank, node, left);
    return true;
  }

  /** Stands at a place of a leaf that was found by a search, `rank` being that place's; it may be the leaf's end. */
  placeAt(root: number, rank: number, leaf: number, place: number): void {
    if (place < countOf(this.#arena.i32, leaf)) this.#stand(root, rank, leaf, place);
    else this.moveTo(root, rank);
  }

  #stand(root: number, rank: number, leaf: number, place: number): void {
    const i32 = this.#arena.i32;
    this.#root = root;
    this.#rank = rank;
    this.#leaf = leaf;
    this.#place = place;
    this.#leafCount = countOf(i32, leaf);
    this.#keys = keysOf(i32, leaf);
    this.#refs = refsOf(i32, leaf);
  }

  #leave(root: number, rank: number): boolean {
    this.#root = root;
    this.#rank = rank;
    this.#leaf = 0;
    return false;
  }
}
