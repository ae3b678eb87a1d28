/**
 * A place in the elements of one chunk, or of all chunks of a quicklist. One is kept and used again
 * and again. It stands on an element until it steps off an end; any change of the list makes it invalid.
 */
import type { Arena } from '../memory/arena.ts';
import { bytesOf, countOf, elementBefore, endOf, isPlain, offsetOf, plainEquals, startOf } from './list-chunk.ts';
import { elementBytesAt, elementEquals, readElement, showElements, type ElementSink } from './listpack-encoding.ts';
import type { ListpackValue } from './listpack-value.ts';
import type { Quicklist } from './quicklist.ts';

export class ListCursor {
  readonly #arena: Arena;
  readonly #lists: Quicklist;
  /** 0 for a chunk alone. */
  #list = 0;
  #chunk = 0;
  /** The index of the chunk's first element in the list. */
  #first = 0;
  #size = 0;
  #isPlain = false;
  /** The element's index in the chunk, and its position in the arena's bytes. */
  #place = 0;
  #at = 0;

  constructor(arena: Arena, lists: Quicklist) {
    this.#arena = arena;
    this.#lists = lists;
  }

  /** The index of the element. */
  get index(): number {
    return this.#first + this.#place;
  }

  /** Goes to the element at `index` of a quicklist, 0 to count - 1. */
  seek(list: number, index: number): void {
    this.#list = list;
    this.#lists.locate(list, index);
    this.#enter(this.#lists.chunk, this.#lists.first, index);
  }

  /** Goes to the element at `index` of a chunk, 0 to count - 1. */
  seekInChunk(chunk: number, index: number): void {
    this.#list = 0;
    this.#enter(chunk, 0, index);
  }

  /** Reads the element. A string refers to the arena: it is good until the list changes. */
  read(value: ListpackValue): void {
    const { i32, u8 } = this.#arena;
    if (this.#isPlain) value.setString(u8, this.#at, bytesOf(i32, this.#chunk));
    else readElement(u8, this.#at, value);
  }

  /** Whether the element is the value, which was given as text. */
  equals(value: ListpackValue): boolean {
    const { i32, u8 } = this.#arena;
    return this.#isPlain ? plainEquals(i32, u8, this.#chunk, value) : elementEquals(u8, this.#at, value);
  }

  /** Shows `count` elements from this one on, which there are. The cursor must be placed anew then. */
  show(count: number, value: ListpackValue, sink: ElementSink): void {
    const { i32, u8 } = this.#arena;
    for (let left = count; left > 0;) {
      const shown = Math.min(left, this.#size - this.#place);
      if (this.#isPlain) sink.string(u8, this.#at, bytesOf(i32, this.#chunk));
      else showElements(u8, this.#at, shown, value, sink);
      left -= shown;
      if (left > 0) this.seek(this.#list, this.#first + this.#size);
    }
  }

  /** Steps to the next element, or off the end. */
  next(): void {
    const { u8 } = this.#arena;
    if (++this.#place < this.#size) this.#at += elementBytesAt(u8, this.#at);
    else if (this.#list !== 0 && this.index < this.#lists.count(this.#list)) this.seek(this.#list, this.index);
  }

  /** Steps to the element before, or off the beginning. */
  prev(): void {
    const { u8 } = this.#arena;
    if (--this.#place >= 0) this.#at = elementBefore(u8, this.#at);
    else if (this.#list !== 0 && this.#first > 0) this.seek(this.#list, this.#first - 1);
  }

  #enter(chunk: number, first: number, index: number): void {
    const { i32, u8 } = this.#arena;
    this.#chunk = chunk;
    this.#first = first;
    this.#size = countOf(i32, chunk);
    this.#isPlain = isPlain(i32, chunk);
    this.#place = index - first;
    if (this.#place === this.#size - 1 && !this.#isPlain) this.#at = elementBefore(u8, endOf(i32, chunk));
    else this.#at = startOf(i32, chunk) + (this.#place === 0 ? 0 : offsetOf(i32, u8, chunk, this.#place));
  }
}
