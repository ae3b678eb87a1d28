/**
 * The values of lists. A small list is one chunk (list-chunk.ts), which OBJECT ENCODING names listpack
 * because it has a listpack's content and limits; a larger one is a quicklist of chunks (quicklist.ts).
 * The value address is the chunk's or the quicklist's.
 *
 * A list becomes a quicklist before something is added that would bring it beyond
 * list-max-listpack-size, and a listpack again when it has one chunk and half of that is enough, as in
 * Redis since 7.2. Where chunks begin and end does not depend on which of the two it is: that is as in
 * Redis 7.0, whose lists all are quicklists. After an ArenaFullError a list holds what it held before.
 */
import type { Arena } from '../memory/arena.ts';
import { ArenaFullError } from '../memory/arena.ts';
import { countOf, isPlain, ListChunks, sizeOf } from '../structures/list-chunk.ts';
import { ListCursor } from '../structures/list-cursor.ts';
import { EMPTY_LISTPACK_BYTES } from '../structures/listpack-reader.ts';
import type { ListpackValue } from '../structures/listpack-value.ts';
import { exceedsListpack, fillOf, fitsListpack } from '../structures/node-fill.ts';
import { Quicklist } from '../structures/quicklist.ts';
import { QuicklistChange } from '../structures/quicklist-change.ts';
import { encodingOf, setEncoding, setValueAddress, valueAddress } from './entry.ts';
import type { ValueKind } from './value-kind.ts';
import type { ValueLimits } from './value-limits.ts';

export const ListEncoding = { listpack: 0, quicklist: 1 } as const;

/** Counts and weights are int32. */
const ELEMENTS_MAX = 2 ** 31 - 1;
const encodingNames: readonly string[] = ['listpack', 'quicklist'];

export class Lists implements ValueKind {
  readonly chunks: ListChunks;
  readonly quicklists: Quicklist;
  /** For one command at a time. */
  readonly cursor: ListCursor;
  readonly #arena: Arena;
  readonly #limits: ValueLimits;
  readonly #change: QuicklistChange;

  constructor(arena: Arena, limits: ValueLimits) {
    this.#arena = arena;
    this.#limits = limits;
    this.chunks = new ListChunks(arena);
    this.quicklists = new Quicklist(arena, this.chunks);
    this.cursor = new ListCursor(arena, this.quicklists);
    this.#change = new QuicklistChange(arena, this.quicklists);
  }

  free(entry: number): void {
    const value = valueAddress(this.#arena, entry);
    if (value === 0) return;
    if (this.#isQuicklist(entry)) this.quicklists.free(value);
    else this.chunks.free(value);
  }

  blockCount(entry: number): number {
    return this.#isQuicklist(entry) ? this.quicklists.blockCount(valueAddress(this.#arena, entry)) : 1;
  }

  freeSome(entry: number, budget: number): boolean {
    if (this.quicklists.freeSome(valueAddress(this.#arena, entry), budget)) return false;
    this.free(entry);
    return true;
  }

  usedBytes(entry: number): number {
    const value = valueAddress(this.#arena, entry);
    if (value === 0) return 0;
    return this.#isQuicklist(entry) ? this.quicklists.usedBytes(value) : this.#arena.capacityBytes(value);
  }

  length(entry: number): number {
    const { i32 } = this.#arena;
    const value = valueAddress(this.#arena, entry);
    if (value === 0) return 0;
    return this.#isQuicklist(entry) ? this.quicklists.count(value) : countOf(i32, value);
  }

  encodingName(entry: number): string {
    return encodingNames[encodingOf(this.#arena, entry)]!;
  }

  /** Reads the first or the last element. */
  readEnd(entry: number, isLeft: boolean, value: ListpackValue): void {
    this.seek(entry, isLeft ? 0 : this.length(entry) - 1, this.cursor);
    this.cursor.read(value);
  }

  /** Places the cursor on the element at `index`, 0 to length - 1. */
  seek(entry: number, index: number, cursor: ListCursor): void {
    const value = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry)) cursor.seek(value, index);
    else cursor.seekInChunk(value, index);
  }

  /** Makes the list fit to take `count` more elements of `bytes` altogether, as text. */
  makeFit(entry: number, bytes: number, count: number): void {
    if (count > ELEMENTS_MAX - this.length(entry)) throw new ArenaFullError(bytes);
    if (this.#isQuicklist(entry)) return;
    const { i32 } = this.#arena;
    const chunk = valueAddress(this.#arena, entry);
    const setting = this.#limits.listMaxListpackSize;
    const size = chunk === 0 ? EMPTY_LISTPACK_BYTES : sizeOf(i32, chunk);
    const held = chunk === 0 ? 0 : countOf(i32, chunk);
    if (!exceedsListpack(fillOf(setting), size + bytes, held + count)) return;
    this.#become(entry, ListEncoding.quicklist, this.quicklists.create(setting, chunk));
  }

  /** Adds an element at an end of a list that was made fit for it. */
  push(entry: number, isLeft: boolean, value: ListpackValue): void {
    const chunk = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry) || !this.#keepsChunk(entry, chunk, value)) {
      this.quicklists.push(valueAddress(this.#arena, entry), isLeft, value);
    } else {
      setValueAddress(this.#arena, entry, chunk === 0 ? this.chunks.create(value) : this.#pushInChunk(chunk, isLeft, value));
    }
  }

  /** Undoes `makeFit` and `count` pushes at one end of a list that had elements; `encoding` is what it had before. */
  takeBack(entry: number, isLeft: boolean, count: number, encoding: number): void {
    const length = this.length(entry);
    const list = valueAddress(this.#arena, entry);
    if (count > 0) this.#take(entry, isLeft ? 0 : length - count, count);
    if (encoding === ListEncoding.listpack && this.#isQuicklist(entry)) this.#become(entry, encoding, this.quicklists.dissolve(list));
  }

  /** Takes out `count` elements from `index` on. An entry without elements has no value any more. */
  remove(entry: number, index: number, count: number): void {
    if (count === this.length(entry)) this.#clear(entry);
    else if (count > 0) this.#take(entry, index, count);
  }

  /** Takes out elements that are the value, given as text: at most `limit`, from the tail on or from the head. Returns how many. */
  removeEqual(entry: number, value: ListpackValue, limit: number, fromTail: boolean): number {
    const list = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry)) {
      const removed = this.quicklists.removeEqual(list, value, limit, fromTail);
      if (this.quicklists.count(list) === 0) this.#clear(entry);
      return removed;
    }
    const met = this.chunks.countEqual(list, value);
    const taken = Math.min(met, limit);
    if (taken === this.length(entry)) this.#clear(entry);
    else if (taken > 0) setValueAddress(this.#arena, entry, this.chunks.removeEqual(list, value, fromTail ? met - taken : 0, taken));
    return taken;
  }

  /** Puts an element before or behind the one at `index` of a list that was made fit for it. */
  insert(entry: number, index: number, isAfter: boolean, value: ListpackValue): void {
    const chunk = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry) || !this.#keepsChunk(entry, chunk, value)) {
      this.#change.insert(valueAddress(this.#arena, entry), index, isAfter, value);
    } else {
      setValueAddress(this.#arena, entry, this.chunks.insert(chunk, index + Number(isAfter), value));
    }
  }

  /** Puts an element in place of the one at `index` of a list that was made fit for it. */
  replace(entry: number, index: number, value: ListpackValue): void {
    const list = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry)) this.#change.replace(list, index, value);
    else setValueAddress(this.#arena, entry, this.chunks.replace(list, index, value));
  }

  /** Makes a listpack of a quicklist that is small enough: a fresh one within the limits, one that has shrunk within half of them. */
  settle(entry: number, hasShrunk: boolean): void {
    if (!this.#isQuicklist(entry)) return;
    const { i32 } = this.#arena;
    const list = valueAddress(this.#arena, entry);
    const chunk = this.quicklists.onlyChunk(list);
    if (chunk === 0 || isPlain(i32, chunk)) return;
    if (!fitsListpack(fillOf(this.#limits.listMaxListpackSize), sizeOf(i32, chunk), countOf(i32, chunk), hasShrunk)) return;
    this.#become(entry, ListEncoding.listpack, this.quicklists.dissolve(list));
  }

  /** Gives an entry without a value an empty quicklist, for its chunks to be added. */
  begin(entry: number): number {
    const list = this.quicklists.create(this.#limits.listMaxListpackSize);
    this.#become(entry, ListEncoding.quicklist, list);
    return list;
  }

  /** Whether a listpack's chunk admits the element; if not it is a quicklist now. */
  #keepsChunk(entry: number, chunk: number, value: ListpackValue): boolean {
    const setting = this.#limits.listMaxListpackSize;
    const bytes = value.length >= 0 ? value.length : value.byteLength();
    if (chunk === 0 || this.quicklists.admits(chunk, fillOf(setting), bytes)) return true;
    this.#become(entry, ListEncoding.quicklist, this.quicklists.create(setting, chunk));
    return false;
  }

  #clear(entry: number): void {
    this.free(entry);
    this.#become(entry, ListEncoding.listpack, 0);
  }

  #pushInChunk(chunk: number, isLeft: boolean, value: ListpackValue): number {
    return isLeft ? this.chunks.prepend(chunk, value) : this.chunks.append(chunk, value);
  }

  #take(entry: number, index: number, count: number): void {
    const list = valueAddress(this.#arena, entry);
    if (this.#isQuicklist(entry)) this.quicklists.removeRange(list, index, count);
    else setValueAddress(this.#arena, entry, this.chunks.remove(list, index, count));
  }

  #become(entry: number, encoding: number, value: number): void {
    setValueAddress(this.#arena, entry, value);
    setEncoding(this.#arena, entry, encoding);
  }

  #isQuicklist(entry: number): boolean {
    return encodingOf(this.#arena, entry) === ListEncoding.quicklist;
  }
}
