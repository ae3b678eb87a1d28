/**
 * Redis's intsets in an arena, byte for byte: sorted distinct integers, all of one width, which
 * grows when a wider one comes and never shrinks. An intset is the beginning of one block.
 *
 *     0           4           8
 *     ┌───────────┬───────────┬─────────┬─────┐
 *     │ 2, 4 or 8 │ count     │ integer │ ... │   little endian, signed, ascending
 *     └───────────┴───────────┴─────────┴─────┘
 *
 * Integers go in and out as Int64Words (a ListpackValue is one), so nothing is allocated. What
 * changes an intset returns its address as of then; the old one may be gone. After an
 * ArenaFullError all is as before.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import { Int64Words } from '../base/int64-words.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import { indexOf, INTSET_HEADER_BYTES, readInteger, widthOf, writeInteger } from './intset-reader.ts';

const LEAST_WIDTH = 2;
const LEAST_BLOCK_BYTES = 16;

export class Intset {
  readonly #arena: Arena;
  readonly #purpose: Purpose;
  readonly #cell = new Int64Words();

  /** `purpose` is what the blocks are counted under. */
  constructor(arena: Arena, purpose: Purpose = Purpose.value) {
    this.#arena = arena;
    this.#purpose = purpose;
  }

  /** The address of a new empty intset. */
  create(): number {
    const addr = this.#arena.alloc(INTSET_HEADER_BYTES, this.#purpose);
    this.#setHeader(addr, LEAST_WIDTH, 0);
    return addr;
  }

  /** The address of a copy of the intset of `length` bytes that is at `offset`, validated before. */
  fromBytes(bytes: Uint8Array, offset: number, length: number): number {
    const addr = this.#arena.alloc(length, this.#purpose);
    copyBytes(this.#arena.u8, addr * 8, bytes, offset, length);
    return addr;
  }

  free(addr: number): void {
    this.#arena.free(addr, this.#purpose);
  }

  /** The intset's own bytes, from u8[addr * 8] on. */
  totalBytes(addr: number): number {
    return INTSET_HEADER_BYTES + this.count(addr) * this.width(addr);
  }

  count(addr: number): number {
    return this.#arena.i32[addr * 2 + 1]!;
  }

  /** The bytes of one integer: 2, 4 or 8. */
  width(addr: number): number {
    return this.#arena.i32[addr * 2]!;
  }

  has(addr: number, value: Int64Words): boolean {
    return this.indexOf(addr, value) >= 0;
  }

  /** The rank of the integer, or -1 - the rank that it would have. */
  indexOf(addr: number, value: Int64Words): number {
    return indexOf(this.#arena.u8, addr * 8, value.hi, value.lo);
  }

  /** Reads the integer at `index`, 0 to count - 1, in ascending order: the least is at 0. */
  at(addr: number, index: number, value: Int64Words): void {
    readInteger(this.#arena.u8, addr * 8 + INTSET_HEADER_BYTES, this.width(addr), index, value);
  }

  /** Adds an integer. 0 when it is there already, else the intset's address. */
  add(addr: number, value: Int64Words): number {
    if (widthOf(value.hi, value.lo) > this.width(addr)) return this.#widen(addr, value);
    const index = this.indexOf(addr, value);
    return index >= 0 ? 0 : this.#insert(addr, -1 - index, value);
  }

  /** Removes an integer. 0 when it is not there, else the intset's address. */
  remove(addr: number, value: Int64Words): number {
    const index = this.indexOf(addr, value);
    return index < 0 ? 0 : this.removeAt(addr, index);
  }

  /** Removes the integer at `index`, 0 to count - 1, and returns the intset's address. */
  removeAt(addr: number, index: number): number {
    const width = this.width(addr);
    const count = this.count(addr) - 1;
    const at = addr * 8 + INTSET_HEADER_BYTES + index * width;
    this.#arena.u8.copyWithin(at, at + width, at + width + (count - index) * width);
    this.#setHeader(addr, width, count);
    return this.#tightened(addr);
  }

  #insert(addr: number, index: number, value: Int64Words): number {
    const width = this.width(addr);
    const count = this.count(addr);
    const target = this.#withRoom(addr, this.totalBytes(addr) + width);
    const u8 = this.#arena.u8;
    const start = target * 8 + INTSET_HEADER_BYTES;
    u8.copyWithin(start + (index + 1) * width, start + index * width, start + count * width);
    writeInteger(u8, start, width, index, value.hi, value.lo);
    this.#setHeader(target, width, count + 1);
    return target;
  }

  /** Adds an integer that needs a wider encoding, so that it is less or greater than all the others. */
  #widen(addr: number, value: Int64Words): number {
    const { hi, lo } = value;
    const oldWidth = this.width(addr);
    const width = widthOf(hi, lo);
    const count = this.count(addr);
    const target = this.#withRoom(addr, INTSET_HEADER_BYTES + (count + 1) * width);
    const u8 = this.#arena.u8;
    const start = target * 8 + INTSET_HEADER_BYTES;
    const shift = hi < 0 ? 1 : 0;
    const cell = this.#cell;
    // From the last down, so that no integer is overwritten before it was read.
    for (let index = count - 1; index >= 0; index--) {
      readInteger(u8, start, oldWidth, index, cell);
      writeInteger(u8, start, width, index + shift, cell.hi, cell.lo);
    }
    writeInteger(u8, start, width, hi < 0 ? 0 : count, hi, lo);
    this.#setHeader(target, width, count + 1);
    return target;
  }

  /** The block with the intset in it that holds `bytes`. */
  #withRoom(addr: number, bytes: number): number {
    if (bytes <= this.#arena.capacityBytes(addr)) return addr;
    return this.#move(addr, this.#arena.alloc(bytes, this.#purpose));
  }

  /** Gives memory back when half the block is unused. */
  #tightened(addr: number): number {
    const bytes = this.totalBytes(addr);
    const capacityBytes = this.#arena.capacityBytes(addr);
    if (bytes * 2 > capacityBytes || capacityBytes === LEAST_BLOCK_BYTES) return addr;
    const block = this.#arena.tryAlloc(bytes, this.#purpose);
    return block === 0 ? addr : this.#move(addr, block);
  }

  #move(addr: number, target: number): number {
    const u8 = this.#arena.u8;
    copyBytes(u8, target * 8, u8, addr * 8, this.totalBytes(addr));
    this.#arena.free(addr, this.#purpose);
    return target;
  }

  #setHeader(addr: number, width: number, count: number): void {
    const i32 = this.#arena.i32;
    i32[addr * 2] = width;
    i32[addr * 2 + 1] = count;
  }
}
