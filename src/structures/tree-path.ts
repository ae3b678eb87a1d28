/** The way from an ordered tree's root down to a place of a leaf, for the changes that go up again. */
import type { Arena } from '../memory/arena.ts';
import { childAt, childrenOf, countOf, itemCountsOf, levelOf, ROOT_NODE } from './tree-node.ts';
import { placeOf, Ties, type Order } from './tree-search.ts';

const MOST_LEVELS = 32;

export class TreePath {
  readonly #arena: Arena;
  readonly #nodes = new Int32Array(MOST_LEVELS);
  readonly #places = new Int32Array(MOST_LEVELS);
  #root = 0;
  #top = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The tree that the path is in, which is not empty. */
  get root(): number {
    return this.#root;
  }

  /** The level of the root node. */
  get top(): number {
    return this.#top;
  }

  nodeAt(level: number): number {
    return this.#nodes[level]!;
  }

  /** The place of the path in its node of `level`: above leaves that of the child it goes on to. */
  placeAt(level: number): number {
    return this.#places[level]!;
  }

  /** Goes to the place behind the last item that does not come after (key, ref). */
  toItem(root: number, order: Order, key: number, ref: number): void {
    const { f64, i32 } = this.#arena;
    let node = this.#begin(root);
    for (let level = this.#top; level > 0; level--) {
      const place = placeOf(f64, i32, node, order, key, ref, Ties.upToItem);
      node = this.#goDown(i32, level, node, place === 0 ? 0 : place - 1);
    }
    this.#nodes[0] = node;
    this.#places[0] = placeOf(f64, i32, node, order, key, ref, Ties.upToItem);
  }

  /** Goes to the item of `rank`, which there is. */
  toRank(root: number, rank: number): void {
    const i32 = this.#arena.i32;
    let node = this.#begin(root);
    let left = rank;
    for (let level = this.#top; level > 0; level--) {
      const counts = itemCountsOf(i32, node);
      let place = 0;
      while (left >= i32[counts + place]!) left -= i32[counts + place++]!;
      node = this.#goDown(i32, level, node, place);
    }
    this.#nodes[0] = node;
    this.#places[0] = left;
  }

  /** Goes to the place behind the last item. */
  toEnd(root: number): void {
    const i32 = this.#arena.i32;
    let node = this.#begin(root);
    for (let level = this.#top; level > 0; level--) node = this.#goDown(i32, level, node, countOf(i32, node) - 1);
    this.#nodes[0] = node;
    this.#places[0] = countOf(i32, node);
  }

  /** Steps back by one place within the leaf. */
  stepBack(): void {
    this.#places[0]! -= 1;
  }

  /** Whether all of the tree's items are before the path's end. */
  isAtEnd(): boolean {
    const i32 = this.#arena.i32;
    for (let level = this.#top; level > 0; level--) {
      if (this.#places[level] !== countOf(i32, this.#nodes[level]!) - 1) return false;
    }
    return this.#places[0] === countOf(i32, this.#nodes[0]!);
  }

  /** Lets the tree have `node` as the path's node of `level`. */
  relink(level: number, node: number): void {
    const i32 = this.#arena.i32;
    this.#nodes[level] = node;
    if (level === this.#top) i32[this.#root + ROOT_NODE] = node;
    else i32[childrenOf(i32, this.#nodes[level + 1]!) + this.#places[level + 1]!] = node;
  }

  #begin(root: number): number {
    const i32 = this.#arena.i32;
    const node = i32[root + ROOT_NODE]!;
    this.#root = root;
    this.#top = levelOf(i32, node);
    return node;
  }

  #goDown(i32: Int32Array, level: number, node: number, place: number): number {
    this.#nodes[level] = node;
    this.#places[level] = place;
    return childAt(i32, node, place);
  }
}
