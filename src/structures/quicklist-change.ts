/**
 * Putting elements between others and in place of others: where a chunk is split, and when chunks are
 * joined again, is as in Redis. A large element gets a plain chunk of its own.
 */
import { ArenaFullError, type Arena } from '../memory/arena.ts';
import { countOf, isPlain, sizeOf } from './list-chunk.ts';
import type { ListpackValue } from './listpack-value.ts';
import { allowsMerge, isLarge } from './node-fill.ts';
import type { Quicklist } from './quicklist.ts';

/** No chunk grows beyond this by an element that is replaced. */
const CHUNK_BYTES_MAX = 2 ** 30;

export class QuicklistChange {
  readonly #arena: Arena;
  readonly #lists: Quicklist;
  /** The chunks that take the place of one. */
  readonly #parts = new Int32Array(3);
  #partCount = 0;

  constructor(arena: Arena, lists: Quicklist) {
    this.#arena = arena;
    this.#lists = lists;
  }

  /** Puts an element before or behind the one at `index`. */
  insert(list: number, index: number, isAfter: boolean, value: ListpackValue): void {
    const lists = this.#lists;
    const fill = lists.fill(list);
    const bytes = value.byteLength();
    lists.locate(list, index);
    const { chunk, first, size } = lists;
    const position = index - first + Number(isAfter);
    const isAtEdge = position === 0 || position === size;
    if (lists.admits(chunk, fill, bytes)) {
      lists.changeChunk(list, lists.chunks.insert(chunk, position, value));
    } else if (!isAtEdge) {
      this.#insertInside(list, position, isAfter, value, isLarge(fill, bytes));
    } else if (isLarge(fill, bytes) || !this.#insertBeside(list, isAfter ? first + size : first - 1, isAfter, value, bytes)) {
      const fresh = isLarge(fill, bytes) ? lists.chunks.createPlain(value) : lists.chunks.create(value);
      lists.addChunk(list, first + position, fresh);
    }
  }

  /** Puts an element in place of the one at `index`. */
  replace(list: number, index: number, value: ListpackValue): void {
    const lists = this.#lists;
    const bytes = value.byteLength();
    lists.locate(list, index);
    const { chunk, size } = lists;
    const { i32 } = this.#arena;
    const offset = index - lists.first;
    const needsPlain = isLarge(lists.fill(list), bytes) || (size > 1 && sizeOf(i32, chunk) + bytes > CHUNK_BYTES_MAX);
    if (!needsPlain && !isPlain(i32, chunk)) {
      lists.changeChunk(list, lists.chunks.replace(chunk, offset, value));
      return;
    }
    this.#partCount = 0;
    this.#build(() => {
      if (offset > 0) this.#addPart(lists.chunks.copy(chunk, 0, offset));
      this.#addPart(needsPlain ? lists.chunks.createPlain(value) : lists.chunks.create(value));
      if (offset + 1 < size) this.#addPart(lists.chunks.copy(chunk, offset + 1, size));
    });
    this.#substitute(list);
  }

  /** Splits the chunk found at `position`, where it is not large behind or before the new element, and joins chunks around it. */
  #insertInside(list: number, position: number, isAfter: boolean, value: ListpackValue, isLargeValue: boolean): void {
    const lists = this.#lists;
    const { chunks, chunk, first, size } = lists;
    this.#partCount = 0;
    this.#build(() => {
      this.#addPart(chunks.copy(chunk, 0, position));
      if (isLargeValue) this.#addPart(chunks.createPlain(value));
      else if (!isAfter) this.#parts[0] = chunks.append(this.#parts[0]!, value);
      const second = this.#addPart(chunks.copy(chunk, position, size));
      if (!isLargeValue && isAfter) this.#parts[second] = chunks.prepend(this.#parts[second]!, value);
    });
    this.#substitute(list);
    if (!isLargeValue) this.#joinAround(list, isAfter ? first : first + position + 1);
  }

  /** Puts the element at the near end of the chunk with the element at `index`, if there is one that admits it. */
  #insertBeside(list: number, index: number, isAfter: boolean, value: ListpackValue, bytes: number): boolean {
    const lists = this.#lists;
    if (index < 0 || index >= lists.count(list)) return false;
    lists.locate(list, index);
    const { chunks, chunk } = lists;
    if (!lists.admits(chunk, lists.fill(list), bytes)) return false;
    lists.changeChunk(list, isAfter ? chunks.prepend(chunk, value) : chunks.append(chunk, value));
    return true;
  }

  /** Runs what allocates the parts; if memory runs out those that there are go again. */
  #build(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ArenaFullError) this.#freeParts(0);
      throw error;
    }
  }

  #addPart(chunk: number): number {
    this.#parts[this.#partCount] = chunk;
    return this.#partCount++;
  }

  #freeParts(from: number): void {
    for (let i = from; i < this.#partCount; i++) this.#lists.chunks.free(this.#parts[i]!);
  }

  /** Puts the parts in place of the chunk found, which is freed. */
  #substitute(list: number): void {
    const lists = this.#lists;
    const { chunk, first, size } = lists;
    let end = first + size;
    for (let i = 1; i < this.#partCount; i++) {
      try {
        lists.addChunk(list, end, this.#parts[i]!);
      } catch (error) {
        this.#takeBack(list, first + size, i);
        throw error;
      }
      end += countOf(this.#arena.i32, this.#parts[i]!);
    }
    lists.locate(list, first);
    lists.changeChunk(list, this.#parts[0]!);
    lists.chunks.free(chunk);
  }

  /** Undoes a substitution whose part `failed`, freed already, could not be added; the parts added before begin at `position`. */
  #takeBack(list: number, position: number, failed: number): void {
    for (let i = 1; i < failed; i++) {
      this.#lists.locate(list, position);
      this.#lists.dropChunk(list);
    }
    this.#lists.chunks.free(this.#parts[0]!);
    this.#freeParts(failed + 1);
  }

  /** Joins small neighbours around the chunk that begins at index `center`, in Redis's order. */
  #joinAround(list: number, center: number): void {
    const lists = this.#lists;
    lists.locate(list, center);
    const end = center + lists.size;
    if (center > 0) {
      lists.locate(list, center - 1);
      this.#join(list, lists.first);
    }
    if (end < lists.count(list)) {
      lists.locate(list, end);
      this.#join(list, end + lists.size);
    }
    this.#join(list, center);
    this.#join(list, end);
  }

  /** Joins the chunk that begins at `position` to the one before it, if the two are small enough; without memory they stay two. */
  #join(list: number, position: number): void {
    const lists = this.#lists;
    const { i32 } = this.#arena;
    if (position <= 0 || position >= lists.count(list)) return;
    lists.locate(list, position);
    const second = lists.chunk;
    lists.locate(list, position - 1);
    const first = lists.chunk;
    if (isPlain(i32, first) || isPlain(i32, second)) return;
    const [size, count] = [sizeOf(i32, first) + sizeOf(i32, second), countOf(i32, first) + countOf(i32, second)];
    if (!allowsMerge(lists.fill(list), size, count)) return;
    const whole = lists.chunks.tryConcat(first, second);
    if (whole === 0) return;
    lists.changeChunk(list, whole);
    lists.locate(list, lists.first + lists.size);
    lists.dropChunk(list);
  }
}
