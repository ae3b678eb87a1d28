/**
 * Redis's listpacks in an arena, byte for byte, so that one can be copied into a payload and back:
 * a listpack is the beginning of one block. See listpack-reader.ts for the layout and for reading
 * (`base` is addr * 8), listpack-encoding.ts for the elements.
 *
 * What changes a listpack returns its address, which is another one when the block was too small or
 * became much too large; the old one is gone then. After an ArenaFullError all is as before.
 * Shrinking needs no room: when there is none the block stays.
 *
 * A value that is written must not refer to bytes of the very listpack that is being changed;
 * another one's, a request's or a payload's are fine. Positions before the change stay good, also
 * when the listpack moves; `p` of an insertion or a removal is where the new or next element is.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import { MAX_BLOCK_BYTES } from '../memory/size-classes.ts';
import { backlengthBytes, elementBytesAt, encodedBytesOf, LISTPACK_END, writeElement } from './listpack-encoding.ts';
import {
  countFrom, countOf, EMPTY_LISTPACK_BYTES, equalsAt, findFrom, firstOf, lastOf, LISTPACK_HEADER_BYTES, nextOf, prevOf, readAt, seekIn,
  UNKNOWN_COUNT,
} from './listpack-reader.ts';
import type { ListpackValue } from './listpack-value.ts';

/** Redis lets no listpack grow beyond this. */
export const LISTPACK_BYTES_MAX = 2 ** 30;

const LEAST_BLOCK_BYTES = 16;
/** Up to here a loop moves bytes faster than the native call. */
const LOOP_LIMIT_BYTES = 32;

export class Listpack {
  readonly #arena: Arena;
  readonly #purpose: Purpose;

  /** `purpose` is what the blocks are counted under. */
  constructor(arena: Arena, purpose: Purpose = Purpose.value) {
    this.#arena = arena;
    this.#purpose = purpose;
  }

  /** The address of a new empty listpack; its block has `reservedBytes`, if they are known beforehand. */
  create(reservedBytes = EMPTY_LISTPACK_BYTES): number {
    const addr = this.#arena.alloc(Math.max(reservedBytes, EMPTY_LISTPACK_BYTES), this.#purpose);
    this.#end(addr, LISTPACK_HEADER_BYTES, 0);
    return addr;
  }

  /** The address of a copy of the listpack of `length` bytes that is at `offset`, validated before. */
  fromBytes(bytes: Uint8Array, offset: number, length: number): number {
    const addr = this.#arena.alloc(length, this.#purpose);
    copyBytes(this.#arena.u8, addr * 8, bytes, offset, length);
    return addr;
  }

  free(addr: number): void {
    this.#arena.free(addr, this.#purpose);
  }

  /** The listpack's own bytes, from u8[addr * 8] on. */
  totalBytes(addr: number): number {
    return this.#arena.i32[addr * 2]!;
  }

  /** Whether `bytes` more may be added: Redis's limit of a listpack. */
  mayAdd(addr: number, bytes: number): boolean {
    return this.totalBytes(addr) + bytes <= LISTPACK_BYTES_MAX;
  }

  /** The number of elements. Of 65535 and more they are counted, and the header remembers when they became fewer. */
  count(addr: number): number {
    const u8 = this.#arena.u8;
    const count = countOf(u8, addr * 8);
    if (u8[addr * 8 + 4] === 0xff && u8[addr * 8 + 5] === 0xff) this.#setCount(addr, count);
    return count;
  }

  /** The position of the first element, or 0. */
  first(addr: number): number {
    return firstOf(this.#arena.u8, addr * 8);
  }

  /** The position of the last element, or 0. */
  last(addr: number): number {
    return lastOf(this.#arena.u8, addr * 8);
  }

  /** The position of the element behind the one at p, or 0. */
  next(addr: number, p: number): number {
    return nextOf(this.#arena.u8, addr * 8, p);
  }

  /** The position of the element before the one at p, or 0. */
  prev(addr: number, p: number): number {
    return prevOf(this.#arena.u8, addr * 8, p);
  }

  /** The position of the element at `index`, from the end when negative; 0 when there is none. */
  seek(addr: number, index: number): number {
    return seekIn(this.#arena.u8, addr * 8, index);
  }

  /** Reads the element at p. A string refers to the arena: it is good until the listpack changes. */
  read(addr: number, p: number, value: ListpackValue): void {
    readAt(this.#arena.u8, addr * 8, p, value);
  }

  equals(addr: number, p: number, value: ListpackValue): boolean {
    return equalsAt(this.#arena.u8, addr * 8, p, value);
  }

  /** The position of the first element from p on that is the value, or 0; `skip` elements are passed over between two. */
  find(addr: number, p: number, value: ListpackValue, skip: number): number {
    return findFrom(this.#arena.u8, addr * 8, p, value, skip);
  }

  append(addr: number, value: ListpackValue): number {
    return this.#put(addr, this.totalBytes(addr) - 1, 0, 1, value);
  }

  prepend(addr: number, value: ListpackValue): number {
    return this.#put(addr, LISTPACK_HEADER_BYTES, 0, 1, value);
  }

  /** The new element is at p, the one that was there behind it. */
  insertBefore(addr: number, p: number, value: ListpackValue): number {
    return this.#put(addr, p, 0, 1, value);
  }

  /** The new element is behind the one at p, which stays there. */
  insertAfter(addr: number, p: number, value: ListpackValue): number {
    return this.#put(addr, p + elementBytesAt(this.#arena.u8, addr * 8 + p), 0, 1, value);
  }

  /** Puts the value in place of the element at p. */
  replace(addr: number, p: number, value: ListpackValue): number {
    return this.#put(addr, p, elementBytesAt(this.#arena.u8, addr * 8 + p), 0, value);
  }

  /** Removes the element at p. The next one, or the end, is at p then: see `isEnd`. */
  delete(addr: number, p: number): number {
    return this.deleteFrom(addr, p, 1);
  }

  /** Removes up to `n` elements from the one at p on. */
  deleteFrom(addr: number, p: number, n: number): number {
    const u8 = this.#arena.u8;
    const base = addr * 8;
    let at = base + p;
    let removed = 0;
    for (; removed < n && u8[at] !== LISTPACK_END; removed++) at += elementBytesAt(u8, at);
    if (removed === 0) return addr;
    const moved = this.#splice(addr, p, at - base - p, 0);
    this.#addCount(moved, -removed);
    return moved;
  }

  /** Removes up to `n` elements from the one at `index` on, which is counted from the end when negative. */
  deleteRange(addr: number, index: number, n: number): number {
    const p = this.seek(addr, index);
    return p === 0 ? addr : this.deleteFrom(addr, p, n);
  }

  /** Removes the element at p, which may be the end's position, and all behind it. */
  truncate(addr: number, p: number): number {
    return this.deleteFrom(addr, p, Number.POSITIVE_INFINITY);
  }

  /** Whether p is the position behind the last element. */
  isEnd(addr: number, p: number): boolean {
    return this.#arena.u8[addr * 8 + p] === LISTPACK_END;
  }

  /** The address of a new listpack with the elements from p, which may be the end's position, on. With `truncate` this splits. */
  copyFrom(addr: number, p: number): number {
    const bytes = this.totalBytes(addr) - 1 - p;
    const count = countFrom(this.#arena.u8, addr * 8, p);
    const copy = this.create(bytes + EMPTY_LISTPACK_BYTES);
    const u8 = this.#arena.u8;
    copyBytes(u8, copy * 8 + LISTPACK_HEADER_BYTES, u8, addr * 8 + p, bytes);
    this.#end(copy, LISTPACK_HEADER_BYTES + bytes, count);
    return copy;
  }

  /** Adds the elements of `other` behind those of `addr`, frees `other`, and returns the address of the whole. */
  concat(addr: number, other: number): number {
    assert(addr !== other, 'a listpack is not added to itself');
    const count = this.count(addr) + this.count(other);
    const end = this.totalBytes(addr) - 1;
    const bytes = this.totalBytes(other) - EMPTY_LISTPACK_BYTES;
    const whole = this.#splice(addr, end, 0, bytes);
    const u8 = this.#arena.u8;
    copyBytes(u8, whole * 8 + end, u8, other * 8 + LISTPACK_HEADER_BYTES, bytes);
    this.#setCount(whole, count);
    this.free(other);
    return whole;
  }

  /** Writes the value at p in place of `removedBytes`. */
  #put(addr: number, p: number, removedBytes: number, added: number, value: ListpackValue): number {
    const encodedBytes = encodedBytesOf(value);
    const moved = this.#splice(addr, p, removedBytes, encodedBytes + backlengthBytes(encodedBytes));
    writeElement(this.#arena.u8, moved * 8 + p, value, encodedBytes);
    if (added !== 0) this.#addCount(moved, added);
    return moved;
  }

  /** Takes bytes at p out and makes room for others there; the total is right then, the count is the caller's. */
  #splice(addr: number, p: number, removedBytes: number, addedBytes: number): number {
    const arena = this.#arena;
    const oldTotal = arena.i32[addr * 2]!;
    const total = oldTotal - removedBytes + addedBytes;
    const target = this.#blockFor(addr, total, addedBytes < removedBytes);
    const u8 = arena.u8;
    const from = addr * 8 + p + removedBytes;
    const to = target * 8 + p + addedBytes;
    const tailBytes = oldTotal - p - removedBytes;
    if (target === addr) {
      moveBytes(u8, to, from, tailBytes);
    } else {
      copyBytes(u8, target * 8, u8, addr * 8, p);
      copyBytes(u8, to, u8, from, tailBytes);
      arena.free(addr, this.#purpose);
    }
    arena.i32[target * 2] = total;
    return target;
  }

  /** The block for `total` bytes: `addr` itself, or a new one that nothing was copied to yet. */
  #blockFor(addr: number, total: number, isLess: boolean): number {
    const arena = this.#arena;
    const capacityBytes = arena.capacityBytes(addr);
    if (total <= capacityBytes) {
      if (!isLess || total * 2 > capacityBytes || capacityBytes === LEAST_BLOCK_BYTES) return addr;
      return arena.tryAlloc(total, this.#purpose) || addr;
    }
    if (total > LISTPACK_BYTES_MAX) throw new ArenaFullError(total);
    // Size classes are steps that grow with the size, runs of pages are not: an eighth more keeps appending linear.
    const block = total > MAX_BLOCK_BYTES ? arena.tryAlloc(total + (total >>> 3), this.#purpose) : 0;
    return block === 0 ? arena.alloc(total, this.#purpose) : block;
  }

  /** Writes the header and the end of a listpack whose elements end at position `end`. */
  #end(addr: number, end: number, count: number): void {
    this.#arena.i32[addr * 2] = end + 1;
    this.#arena.u8[addr * 8 + end] = LISTPACK_END;
    this.#setCount(addr, count);
  }

  #addCount(addr: number, difference: number): void {
    const u8 = this.#arena.u8;
    const stated = u8[addr * 8 + 4]! | u8[addr * 8 + 5]! << 8;
    if (stated !== UNKNOWN_COUNT) this.#setCount(addr, stated + difference);
  }

  #setCount(addr: number, count: number): void {
    const stated = Math.min(count, UNKNOWN_COUNT);
    const u8 = this.#arena.u8;
    u8[addr * 8 + 4] = stated;
    u8[addr * 8 + 5] = stated >>> 8;
  }
}

/** Moves bytes within u8; the ranges may overlap. */
function moveBytes(u8: Uint8Array, to: number, from: number, length: number): void {
  if (length > LOOP_LIMIT_BYTES) u8.copyWithin(to, from, from + length);
  else if (to < from) for (let i = 0; i < length; i++) u8[to + i] = u8[from + i]!;
  else if (to > from) for (let i = length - 1; i >= 0; i--) u8[to + i] = u8[from + i]!;
}
