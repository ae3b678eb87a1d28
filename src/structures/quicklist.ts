/**
 * Lists of chunks (list-chunk.ts), as long as memory lasts: Redis's quicklists, whose nodes the chunks
 * are. A list is one block, named by its address:
 *
 *     0         4        8        12       16                20
 *     ┌─────────┬────────┬────────┬────────┬─────────────────┬─────────────────┐
 *     │ count   │ head   │ tail   │ fill   │ the chunks in between, in order:  │
 *     │         │        │        │        │ a weighted sequence's root        │
 *     └─────────┴────────┴────────┴────────┴─────────────────┴─────────────────┘
 *
 * Both ends are at hand, so pushing and popping are O(1); an index is found in O(log chunks). A list
 * of one chunk has no tail, an empty one no head. No chunk is ever empty. Where nodes begin and end is
 * decided as Redis does (node-fill.ts), so that a list has the same ones there.
 *
 * The chunk that `locate`, `next` and `prev` find stands in fields until the list changes. After an
 * ArenaFullError all is as before; taking out never fails.
 */
import { assert } from '../base/assert.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import { countOf, isPlain, ListChunks, sizeOf } from './list-chunk.ts';
import type { ListpackValue } from './listpack-value.ts';
import { allowsInsert, fillOf, isLarge } from './node-fill.ts';
import { WeightedSequence } from './weighted-sequence.ts';

const COUNT = 0;
const HEAD = 1;
const TAIL = 2;
const FILL = 3;
const BETWEEN = 4;
const LIST_BYTES = 24;

export class Quicklist {
  readonly chunks: ListChunks;
  readonly #arena: Arena;
  readonly #between: WeightedSequence;
  /** The chunk found, the index of its first element, the number of its elements. */
  chunk = 0;
  first = 0;
  size = 0;

  constructor(arena: Arena, chunks: ListChunks) {
    this.#arena = arena;
    this.chunks = chunks;
    this.#between = new WeightedSequence(arena);
  }

  /** An empty list, or one of a chunk that there is. `fill` stays with it. */
  create(fill: number, chunk = 0): number {
    const list = this.#arena.alloc(LIST_BYTES, Purpose.structure);
    const { i32 } = this.#arena;
    const at = list * 2;
    i32[at + COUNT] = chunk === 0 ? 0 : countOf(i32, chunk);
    i32[at + HEAD] = chunk;
    i32[at + TAIL] = 0;
    i32[at + FILL] = fillOf(fill);
    i32[at + BETWEEN] = 0;
    i32[at + BETWEEN + 1] = 0;
    return list;
  }

  /** Frees a list that has at most one chunk, and returns that, or 0. */
  dissolve(list: number): number {
    const chunk = this.#arena.i32[list * 2 + HEAD]!;
    assert(this.#arena.i32[list * 2 + TAIL] === 0, 'a list that is dissolved has one chunk');
    this.#arena.free(list, Purpose.structure);
    return chunk;
  }

  free(list: number): void {
    this.each(list, (chunk) => this.chunks.free(chunk));
    this.#between.clear(list * 2 + BETWEEN);
    this.#arena.free(list, Purpose.structure);
  }

  /** About how many blocks the list has; more than it has where there are many. */
  blockCount(list: number): number {
    return 3 + this.#between.blockCount(list * 2 + BETWEEN);
  }

  /** Frees about `budget` chunks of a list that is only freed from then on; false when both ends alone are left. */
  freeSome(list: number, budget: number): boolean {
    let freed = 0;
    while (freed < budget) {
      const count = this.#between.freeLast(list * 2 + BETWEEN, (chunk) => this.chunks.free(chunk));
      if (count === 0) return false;
      freed += count;
    }
    return true;
  }

  /** The number of elements. */
  count(list: number): number {
    return this.#arena.i32[list * 2 + COUNT]!;
  }

  fill(list: number): number {
    return this.#arena.i32[list * 2 + FILL]!;
  }

  /** The only chunk, or 0 when there are more or none. */
  onlyChunk(list: number): number {
    return this.#arena.i32[list * 2 + TAIL] === 0 ? this.#arena.i32[list * 2 + HEAD]! : 0;
  }

  /** Calls `visit` with each chunk in order; it may free the chunk, but nothing else may change. */
  each(list: number, visit: (chunk: number) => void): void {
    const { i32 } = this.#arena;
    const [head, tail] = [i32[list * 2 + HEAD]!, i32[list * 2 + TAIL]!];
    if (head !== 0) visit(head);
    this.#between.each(list * 2 + BETWEEN, visit);
    if (tail !== 0) visit(tail);
  }

  /** The real size of the blocks that the list owns. O(chunks). */
  usedBytes(list: number): number {
    let bytes = this.#arena.capacityBytes(list) + this.#between.usedBytes(list * 2 + BETWEEN);
    this.each(list, (chunk) => (bytes += this.#arena.capacityBytes(chunk)));
    return bytes;
  }

  /** Finds the chunk with the element at `index`, 0 to count - 1. */
  locate(list: number, index: number): void {
    const { i32 } = this.#arena;
    const at = list * 2;
    const head = i32[at + HEAD]!;
    const headCount = countOf(i32, head);
    if (index < headCount) {
      this.#stand(head, 0, headCount);
      return;
    }
    const tail = i32[at + TAIL]!;
    const tailCount = countOf(i32, tail);
    const tailFirst = i32[at + COUNT]! - tailCount;
    if (index >= tailFirst) {
      this.#stand(tail, tailFirst, tailCount);
    } else {
      const between = this.#between;
      between.find(at + BETWEEN, index - headCount);
      this.#stand(between.ref, headCount + between.first, between.weight);
    }
  }

  /** Adds an element at an end. */
  push(list: number, isLeft: boolean, value: ListpackValue): void {
    const { i32 } = this.#arena;
    const at = list * 2;
    const fill = i32[at + FILL]!;
    const bytes = value.length >= 0 ? value.length : value.byteLength();
    const end = isLeft || i32[at + TAIL] === 0 ? HEAD : TAIL;
    const chunk = i32[at + end]!;
    if (chunk === 0 || !this.admits(chunk, fill, bytes)) {
      const fresh = isLarge(fill, bytes) ? this.chunks.createPlain(value) : this.chunks.create(value);
      this.addChunk(list, isLeft ? 0 : this.count(list), fresh);
      return;
    }
    const grown = isLeft ? this.chunks.prepend(chunk, value) : this.chunks.append(chunk, value);
    this.#arena.i32[at + end] = grown;
    this.#arena.i32[at + COUNT]! += 1;
  }

  /** Takes out `n` elements from `index` on, all of which there are. */
  removeRange(list: number, index: number, n: number): void {
    assert(index >= 0 && n >= 0 && index + n <= this.count(list), 'a range that is removed is in the list');
    for (let left = n; left > 0;) {
      this.locate(list, index);
      const offset = index - this.first;
      const taken = Math.min(left, this.size - offset);
      if (taken === this.size) this.dropChunk(list);
      else this.changeChunk(list, this.chunks.remove(this.chunk, offset, taken));
      left -= taken;
    }
  }

  /** Takes out elements that are the value, given as text: at most `limit`, from the tail on or from the head. Returns how many. */
  removeEqual(list: number, value: ListpackValue, limit: number, fromTail: boolean): number {
    let removed = 0;
    for (let index = fromTail ? this.count(list) : 0; removed < limit && index < this.count(list) + Number(fromTail) && index >= Number(fromTail);) {
      this.locate(list, fromTail ? index - 1 : index);
      const { chunk, first, size } = this;
      const met = this.chunks.countEqual(chunk, value);
      const taken = Math.min(met, limit - removed);
      if (taken === size) this.dropChunk(list);
      else if (taken > 0) this.changeChunk(list, this.chunks.removeEqual(chunk, value, fromTail ? met - taken : 0, taken));
      removed += taken;
      index = fromTail ? first : first + size - taken;
    }
    return removed;
  }

  // For what changes lists beyond their ends: quicklist-change.ts.

  /** Whether an element of so many bytes may be added to a chunk. */
  admits(chunk: number, fill: number, bytes: number): boolean {
    const { i32 } = this.#arena;
    return !isPlain(i32, chunk) && !isLarge(fill, bytes) && allowsInsert(fill, sizeOf(i32, chunk), countOf(i32, chunk), bytes);
  }

  /** Adds a chunk whose first element gets the index `position`, where a chunk begins or the list ends. On an error it is freed. */
  addChunk(list: number, position: number, chunk: number): void {
    const { i32 } = this.#arena;
    const at = list * 2;
    const [head, tail] = [i32[at + HEAD]!, i32[at + TAIL]!];
    const count = i32[at + COUNT]!;
    if (head === 0) {
      i32[at + HEAD] = chunk;
    } else if (position === 0) {
      if (tail === 0) i32[at + TAIL] = head;
      else this.#insertBetween(list, 0, head, chunk);
      this.#arena.i32[at + HEAD] = chunk;
    } else if (position === count) {
      if (tail !== 0) this.#insertBetween(list, this.#between.total(at + BETWEEN), tail, chunk);
      this.#arena.i32[at + TAIL] = chunk;
    } else {
      this.#insertBetween(list, position - countOf(i32, head), chunk, chunk);
    }
    this.#arena.i32[at + COUNT] = count + countOf(this.#arena.i32, chunk);
  }

  /** Takes the chunk found out of the list and frees it. */
  dropChunk(list: number): void {
    const { i32 } = this.#arena;
    const at = list * 2;
    const { chunk } = this;
    if (chunk === i32[at + HEAD]) this.#dropHead(at);
    else if (chunk === i32[at + TAIL]) this.#dropTail(at);
    else this.#between.remove(at + BETWEEN, this.first - countOf(i32, i32[at + HEAD]!));
    i32[at + COUNT]! -= this.size;
    this.chunks.free(chunk);
  }

  /** Puts another chunk in the place of the one found, or the same with another count. Never fails. */
  changeChunk(list: number, chunk: number): void {
    const { i32 } = this.#arena;
    const at = list * 2;
    const difference = countOf(i32, chunk) - this.size;
    if (this.chunk === i32[at + HEAD]) {
      i32[at + HEAD] = chunk;
    } else if (this.chunk === i32[at + TAIL]) {
      i32[at + TAIL] = chunk;
    } else {
      const position = this.first - countOf(i32, i32[at + HEAD]!);
      if (chunk !== this.chunk) this.#between.setRef(at + BETWEEN, position, chunk);
      if (difference !== 0) this.#between.addWeight(at + BETWEEN, position, difference);
    }
    i32[at + COUNT]! += difference;
    this.chunk = chunk;
    this.size += difference;
  }

  /** Puts `moved` between head and tail; on an error frees `fresh`. */
  #insertBetween(list: number, position: number, moved: number, fresh: number): void {
    try {
      this.#between.insert(list * 2 + BETWEEN, position, moved, countOf(this.#arena.i32, moved));
    } catch (error) {
      this.chunks.free(fresh);
      throw error;
    }
  }

  #dropHead(at: number): void {
    const { i32 } = this.#arena;
    const between = this.#between;
    if (between.total(at + BETWEEN) > 0) {
      between.find(at + BETWEEN, 0);
      i32[at + HEAD] = between.ref;
      between.remove(at + BETWEEN, 0);
    } else {
      i32[at + HEAD] = i32[at + TAIL]!;
      i32[at + TAIL] = 0;
    }
  }

  #dropTail(at: number): void {
    const { i32 } = this.#arena;
    const between = this.#between;
    const last = between.total(at + BETWEEN) - 1;
    if (last < 0) {
      i32[at + TAIL] = 0;
      return;
    }
    between.find(at + BETWEEN, last);
    i32[at + TAIL] = between.ref;
    between.remove(at + BETWEEN, last);
  }

  #stand(chunk: number, first: number, size: number): void {
    this.chunk = chunk;
    this.first = first;
    this.size = size;
  }
}
