/**
 * Sequences of items with weights, in an arena: trees whose inner nodes know the weight below each
 * child, so that the item that covers a position is found in O(log n). Items are in the order their
 * owner gives them. The root is 2 words at any Int32 index; all zero is an empty sequence that owns
 * no memory.
 *
 *     word 0   word 1
 *     node     weight of all items
 *
 * An item is a ref (an int32) and a weight (at least 1): a run of so many positions. Items are
 * addressed by a position within them. A node is one block of 256 bytes:
 *
 *     word 0   word 1   words 2 to 32       words 33 to 63
 *     count    level    refs or children    weights
 *
 * After an ArenaFullError a sequence is as before. Taking out and weighing never fail. The last item
 * found is remembered in fields until the sequence changes.
 */
import { assert } from '../base/assert.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';

export const ROOT_NODE = 0;
export const ROOT_WEIGHT = 1;

export const NODE_ENTRIES = 31;
const NODE_BYTES = 256;
const REFS = 2;
const WEIGHTS = REFS + NODE_ENTRIES;
/** A node with fewer entries is joined with its neighbour if the two have at most `JOINED_MAX`. */
const SPARSE_COUNT = 8;
const JOINED_MAX = 24;
const LEVELS_MAX = 16;

export class WeightedSequence {
  readonly #arena: Arena;
  readonly #nodes = new Int32Array(LEVELS_MAX);
  readonly #places = new Int32Array(LEVELS_MAX);
  readonly #fresh = new Int32Array(LEVELS_MAX + 1);
  #top = 0;
  /** The item found: its ref, weight and first position. */
  ref = 0;
  weight = 0;
  first = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The weight of all items. */
  total(root: number): number {
    return this.#arena.i32[root + ROOT_WEIGHT]!;
  }

  /** Finds the item that covers a position, 0 to total - 1. */
  find(root: number, position: number): void {
    assert(position >= 0 && position < this.total(root), 'an item is looked for where there is one');
    const { i32 } = this.#arena;
    let node = i32[root + ROOT_NODE]!;
    let left = position;
    for (;;) {
      let at = node * 2 + WEIGHTS;
      for (let weight = i32[at]!; left >= weight; weight = i32[at]!) {
        left -= weight;
        at++;
      }
      const child = i32[at - NODE_ENTRIES]!;
      if (i32[node * 2 + 1] === 0) {
        this.ref = child;
        this.weight = i32[at]!;
        this.first = position - left;
        return;
      }
      node = child;
    }
  }

  /** Adds an item whose first position is `position`, where an item begins or the sequence ends; throws ArenaFullError. */
  insert(root: number, position: number, ref: number, weight: number): void {
    const { i32 } = this.#arena;
    if (i32[root + ROOT_NODE] === 0) {
      this.#begin(root, ref, weight);
      return;
    }
    const left = this.#descend(root, position, true);
    assert(left === 0, 'an item is put between items');
    this.#reserve();
    const isAtEdge = position === 0 || position === this.total(root);
    this.#insertUp(root, ref, weight, isAtEdge);
    this.#arena.i32[root + ROOT_WEIGHT]! += weight;
  }

  /** Takes out the item that covers a position. */
  remove(root: number, position: number): void {
    const { i32 } = this.#arena;
    this.#descend(root, position, false);
    const weight = i32[this.#nodes[0]! * 2 + WEIGHTS + this.#places[0]!]!;
    this.#closePlace(this.#nodes[0]!, this.#places[0]!);
    for (let level = 1; level <= this.#top; level++) {
      i32[this.#nodes[level]! * 2 + WEIGHTS + this.#places[level]!]! -= weight;
      this.#settle(this.#nodes[level]!, this.#places[level]!);
    }
    i32[root + ROOT_WEIGHT]! -= weight;
    this.#lower(root);
  }

  /** Makes the item that covers a position heavier or, with a negative difference, lighter. */
  addWeight(root: number, position: number, difference: number): void {
    const { i32 } = this.#arena;
    this.#descend(root, position, false);
    for (let level = 0; level <= this.#top; level++) i32[this.#nodes[level]! * 2 + WEIGHTS + this.#places[level]!]! += difference;
    i32[root + ROOT_WEIGHT]! += difference;
  }

  /** Lets the item that covers a position have another ref. */
  setRef(root: number, position: number, ref: number): void {
    this.#descend(root, position, false);
    this.#arena.i32[this.#nodes[0]! * 2 + REFS + this.#places[0]!] = ref;
  }

  /** Calls `visit` with each ref in order; nothing may change meanwhile. */
  each(root: number, visit: (ref: number) => void): void {
    const node = this.#arena.i32[root + ROOT_NODE]!;
    if (node !== 0) this.#each(node, visit);
  }

  /** Empties the sequence and frees its memory; what its refs stand for is the owner's. */
  clear(root: number): void {
    const { i32 } = this.#arena;
    const node = i32[root + ROOT_NODE]!;
    if (node !== 0) this.#free(node);
    i32[root + ROOT_NODE] = 0;
    i32[root + ROOT_WEIGHT] = 0;
  }

  /** About how many items the sequence has; at least that many when all its nodes but the first are full. O(1). */
  blockCount(root: number): number {
    const { i32 } = this.#arena;
    const node = i32[root + ROOT_NODE]!;
    return node === 0 ? 0 : i32[node * 2]! * NODE_ENTRIES ** i32[node * 2 + 1]!;
  }

  /** Frees the last node of a sequence that is only freed from then on, telling its refs; how many blocks, 0 when it is empty. */
  freeLast(root: number, visit: (ref: number) => void): number {
    const { i32 } = this.#arena;
    let parent = 0;
    let node = i32[root + ROOT_NODE]!;
    if (node === 0) return 0;
    while (i32[node * 2 + 1]! > 0 && i32[node * 2]! > 0) {
      parent = node;
      node = i32[node * 2 + REFS + i32[node * 2]! - 1]!;
    }
    const count = i32[node * 2 + 1] === 0 ? i32[node * 2]! : 0;
    for (let place = 0; place < count; place++) visit(i32[node * 2 + REFS + place]!);
    if (parent === 0) i32[root + ROOT_NODE] = 0;
    else i32[parent * 2]! -= 1;
    this.#arena.free(node, Purpose.structure);
    return 1 + count;
  }

  /** The real size of the blocks that the sequence owns. O(nodes). */
  usedBytes(root: number): number {
    const node = this.#arena.i32[root + ROOT_NODE]!;
    return node === 0 ? 0 : this.#usedBytes(node);
  }

  /** Leads the path to the item that covers a position or, for insertions, to the place before it; the rest of the position. */
  #descend(root: number, position: number, toPlace: boolean): number {
    const { i32 } = this.#arena;
    assert(position >= 0 && position < this.total(root) + Number(toPlace), 'a position is in the sequence');
    let node = i32[root + ROOT_NODE]!;
    let left = position;
    this.#top = i32[node * 2 + 1]!;
    for (let level = this.#top; level >= 0; level--) {
      const last = i32[node * 2]! - (toPlace && level === 0 ? 0 : 1);
      let place = 0;
      for (; place < last && left >= i32[node * 2 + WEIGHTS + place]!; place++) left -= i32[node * 2 + WEIGHTS + place]!;
      this.#nodes[level] = node;
      this.#places[level] = place;
      node = i32[node * 2 + REFS + place]!;
    }
    return left;
  }

  /** Allocates the nodes that an insertion at the path needs, before anything changes. */
  #reserve(): void {
    const { i32 } = this.#arena;
    let needed = 0;
    while (needed <= this.#top && i32[this.#nodes[needed]! * 2] === NODE_ENTRIES) needed++;
    if (needed > this.#top) needed++;
    for (let i = 0; i < needed; i++) {
      this.#fresh[i] = this.#arena.tryAlloc(NODE_BYTES, Purpose.structure);
      if (this.#fresh[i] !== 0) continue;
      while (--i >= 0) this.#arena.free(this.#fresh[i]!, Purpose.structure);
      throw new ArenaFullError(NODE_BYTES);
    }
  }

  #insertUp(root: number, ref: number, weight: number, isAtEdge: boolean): void {
    const { i32 } = this.#arena;
    let carriedRef = ref;
    let carriedWeight = weight;
    for (let level = 0; level <= this.#top; level++) {
      const node = this.#nodes[level]!;
      const place = this.#places[level]!;
      if (level > 0) this.#weigh(node, place);
      if (carriedRef === 0) continue;
      const target = level === 0 ? place : place + 1;
      if (i32[node * 2]! < NODE_ENTRIES) {
        this.#openPlace(node, target, carriedRef, carriedWeight);
        carriedRef = 0;
      } else {
        carriedRef = this.#split(node, this.#fresh[level]!, target, carriedRef, carriedWeight, isAtEdge);
        carriedWeight = this.#sum(carriedRef);
      }
    }
    if (carriedRef !== 0) this.#raise(root, this.#fresh[this.#top + 1]!, carriedRef, carriedWeight);
  }

  /** Splits a full node and puts an entry in; at an edge of the sequence the other entries stay together. Returns the second node. */
  #split(node: number, fresh: number, target: number, ref: number, weight: number, isAtEdge: boolean): number {
    const { i32 } = this.#arena;
    let cut = NODE_ENTRIES >> 1;
    if (isAtEdge && target === NODE_ENTRIES) cut = NODE_ENTRIES;
    else if (isAtEdge && target === 0) cut = 0;
    i32[fresh * 2] = 0;
    i32[fresh * 2 + 1] = i32[node * 2 + 1]!;
    this.#moveEntries(node, cut, fresh, NODE_ENTRIES - cut);
    if (target > cut || cut === NODE_ENTRIES) this.#openPlace(fresh, target - cut, ref, weight);
    else this.#openPlace(node, target, ref, weight);
    return fresh;
  }

  /** Puts a new root above the old one and its second half. */
  #raise(root: number, top: number, second: number, secondWeight: number): void {
    const { i32 } = this.#arena;
    const old = i32[root + ROOT_NODE]!;
    i32[top * 2] = 0;
    i32[top * 2 + 1] = i32[old * 2 + 1]! + 1;
    this.#openPlace(top, 0, old, this.#sum(old));
    this.#openPlace(top, 1, second, secondWeight);
    i32[root + ROOT_NODE] = top;
  }

  #begin(root: number, ref: number, weight: number): void {
    const leaf = this.#arena.alloc(NODE_BYTES, Purpose.structure);
    const { i32 } = this.#arena;
    i32[leaf * 2] = 0;
    i32[leaf * 2 + 1] = 0;
    this.#openPlace(leaf, 0, ref, weight);
    i32[root + ROOT_NODE] = leaf;
    i32[root + ROOT_WEIGHT] = weight;
  }

  /** After a child has lost an entry: takes an empty one out, joins a sparse one with its neighbour. */
  #settle(parent: number, place: number): void {
    const { i32 } = this.#arena;
    const child = i32[parent * 2 + REFS + place]!;
    const count = i32[child * 2]!;
    if (count === 0) {
      this.#arena.free(child, Purpose.structure);
      this.#closePlace(parent, place);
    } else if (count < SPARSE_COUNT) {
      if (place > 0) this.#join(parent, place - 1);
      else if (i32[parent * 2]! > 1) this.#join(parent, 0);
    }
  }

  /** Joins the child at `place` with the next one if that leaves some room. */
  #join(parent: number, place: number): void {
    const { i32 } = this.#arena;
    const at = parent * 2 + REFS + place;
    const [first, second] = [i32[at]!, i32[at + 1]!];
    if (i32[first * 2]! + i32[second * 2]! > JOINED_MAX) return;
    this.#moveEntries(second, 0, first, i32[second * 2]!);
    i32[at + NODE_ENTRIES]! += i32[at + NODE_ENTRIES + 1]!;
    this.#closePlace(parent, place + 1);
    this.#arena.free(second, Purpose.structure);
  }

  /** Takes roots away that have one child, or none. */
  #lower(root: number): void {
    const { i32 } = this.#arena;
    let node = i32[root + ROOT_NODE]!;
    while (i32[node * 2 + 1]! > 0 && i32[node * 2] === 1) {
      const child = i32[node * 2 + REFS]!;
      this.#arena.free(node, Purpose.structure);
      node = child;
    }
    if (i32[node * 2] === 0) {
      this.#arena.free(node, Purpose.structure);
      node = 0;
    }
    i32[root + ROOT_NODE] = node;
  }

  #sum(node: number): number {
    const { i32 } = this.#arena;
    const first = node * 2 + WEIGHTS;
    let sum = 0;
    for (let at = first; at < first + i32[node * 2]!; at++) sum += i32[at]!;
    return sum;
  }

  #weigh(parent: number, place: number): void {
    const at = parent * 2 + REFS + place;
    this.#arena.i32[at + NODE_ENTRIES] = this.#sum(this.#arena.i32[at]!);
  }

  #openPlace(node: number, place: number, ref: number, weight: number): void {
    const { i32 } = this.#arena;
    const first = node * 2 + REFS;
    for (let at = first + i32[node * 2]!; at > first + place; at--) {
      i32[at] = i32[at - 1]!;
      i32[at + NODE_ENTRIES] = i32[at + NODE_ENTRIES - 1]!;
    }
    i32[first + place] = ref;
    i32[first + place + NODE_ENTRIES] = weight;
    i32[node * 2]! += 1;
  }

  #closePlace(node: number, place: number): void {
    const { i32 } = this.#arena;
    const end = node * 2 + REFS + i32[node * 2]! - 1;
    for (let at = node * 2 + REFS + place; at < end; at++) {
      i32[at] = i32[at + 1]!;
      i32[at + NODE_ENTRIES] = i32[at + NODE_ENTRIES + 1]!;
    }
    i32[node * 2]! -= 1;
  }

  /** Moves the `count` entries from `place` on, which are a node's last, or all, behind another's. */
  #moveEntries(from: number, place: number, to: number, count: number): void {
    const { i32 } = this.#arena;
    const source = from * 2 + REFS + place;
    const target = to * 2 + REFS + i32[to * 2]!;
    for (let i = 0; i < count; i++) {
      i32[target + i] = i32[source + i]!;
      i32[target + i + NODE_ENTRIES] = i32[source + i + NODE_ENTRIES]!;
    }
    i32[from * 2]! -= count;
    i32[to * 2]! += count;
  }

  #each(node: number, visit: (ref: number) => void): void {
    const isLeaf = this.#arena.i32[node * 2 + 1] === 0;
    for (let place = 0; place < this.#arena.i32[node * 2]!; place++) {
      const ref = this.#arena.i32[node * 2 + REFS + place]!;
      if (isLeaf) visit(ref);
      else this.#each(ref, visit);
    }
  }

  #free(node: number): void {
    const { i32 } = this.#arena;
    if (i32[node * 2 + 1]! > 0) for (let place = 0; place < i32[node * 2]!; place++) this.#free(i32[node * 2 + REFS + place]!);
    this.#arena.free(node, Purpose.structure);
  }

  #usedBytes(node: number): number {
    const { i32 } = this.#arena;
    let bytes = this.#arena.capacityBytes(node);
    if (i32[node * 2 + 1]! > 0) for (let place = 0; place < i32[node * 2]!; place++) bytes += this.#usedBytes(i32[node * 2 + REFS + place]!);
    return bytes;
  }
}
