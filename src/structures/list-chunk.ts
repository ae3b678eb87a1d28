/**
 * Chunks: short runs of a list's elements, each the beginning of one block of an arena.
 *
 *     0         4         8         12              start              start + bytes
 *     ┌─────────┬─────────┬─────────┬───────────────┬──────────────────┬───────────────┐
 *     │ count   │ bytes   │ start   │ free          │ elements         │ free          │
 *     └─────────┴─────────┴─────────┴───────────────┴──────────────────┴───────────────┘
 *
 * The elements are encoded as in a listpack (listpack-encoding.ts), which a chunk becomes with a
 * header and an end byte: `sizeOf` is that listpack's size. Unlike one, a chunk grows and shrinks at
 * either end without moving what it holds. A plain chunk (start 0) holds one element as it is,
 * from byte 12 on: it is for elements that are large.
 *
 * What changes a chunk returns its address, which is another one when the block was too small or
 * became much too large. After an ArenaFullError all is as before; taking out never fails. A value
 * that is written must not refer to bytes of the chunk that is being changed. Offsets are in bytes
 * from the first element's.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import { backlengthBefore, backlengthBytes, elementBytesAt, elementEquals, encodedBytesOf, writeElement } from './listpack-encoding.ts';
import type { ListpackValue } from './listpack-value.ts';

const COUNT = 0;
const BYTES = 1;
const START = 2;
const HEADER_BYTES = 12;
const LEAST_BLOCK_BYTES = 16;
/** The header and the end of a listpack. */
const LISTPACK_OVERHEAD_BYTES = 7;
/** Up to here a loop moves bytes faster than the native call. */
const LOOP_LIMIT_BYTES = 32;

/** The number of elements. */
export function countOf(i32: Int32Array, chunk: number): number {
  return i32[chunk * 2 + COUNT]!;
}

/** The bytes of the elements, encoded. */
export function bytesOf(i32: Int32Array, chunk: number): number {
  return i32[chunk * 2 + BYTES]!;
}

export function isPlain(i32: Int32Array, chunk: number): boolean {
  return i32[chunk * 2 + START] === 0;
}

/** The bytes of the elements as a listpack, or of a plain chunk's element. */
export function sizeOf(i32: Int32Array, chunk: number): number {
  return isPlain(i32, chunk) ? bytesOf(i32, chunk) : bytesOf(i32, chunk) + LISTPACK_OVERHEAD_BYTES;
}

/** The position of the first element in the arena's bytes. */
export function startOf(i32: Int32Array, chunk: number): number {
  return chunk * 8 + (i32[chunk * 2 + START] || HEADER_BYTES);
}

/** The position behind the last element. */
export function endOf(i32: Int32Array, chunk: number): number {
  return startOf(i32, chunk) + bytesOf(i32, chunk);
}

/** The position before which the element before ends: its beginning. */
export function elementBefore(u8: Uint8Array, at: number): number {
  const encodedBytes = backlengthBefore(u8, at);
  return at - encodedBytes - backlengthBytes(encodedBytes);
}

/** The offset of the element at `index`, which may be the count: then that of the end. */
export function offsetOf(i32: Int32Array, u8: Uint8Array, chunk: number, index: number): number {
  const count = countOf(i32, chunk);
  const start = startOf(i32, chunk);
  if (index === count) return bytesOf(i32, chunk);
  let at = start;
  if (index <= count >> 1) {
    for (let left = index; left > 0; left--) at += elementBytesAt(u8, at);
  } else {
    at = endOf(i32, chunk);
    for (let left = count - index; left > 0; left--) at = elementBefore(u8, at);
  }
  return at - start;
}

/** Whether the element of a plain chunk is the value, which was given as text. */
export function plainEquals(i32: Int32Array, u8: Uint8Array, chunk: number, value: ListpackValue): boolean {
  if (value.length !== bytesOf(i32, chunk)) return false;
  const start = startOf(i32, chunk);
  return Buffer.prototype.compare.call(u8, value.bytes, value.offset, value.offset + value.length, start, start + value.length) === 0;
}

export class ListChunks {
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** A chunk of one element. */
  create(value: ListpackValue): number {
    const encodedBytes = encodedBytesOf(value);
    const bytes = encodedBytes + backlengthBytes(encodedBytes);
    const chunk = this.#allocate(bytes, 1);
    writeElement(this.#arena.u8, chunk * 8 + HEADER_BYTES, value, encodedBytes);
    return chunk;
  }

  /** A plain chunk of the value as text. */
  createPlain(value: ListpackValue): number {
    const chunk = this.#allocate(value.byteLength(), 1);
    this.#arena.i32[chunk * 2 + START] = 0;
    value.writeBytes(this.#arena.u8, chunk * 8 + HEADER_BYTES);
    return chunk;
  }

  /** A chunk of `count` encoded elements that take `bytes` from `offset` on. */
  fromBytes(source: Uint8Array, offset: number, bytes: number, count: number): number {
    const chunk = this.#allocate(bytes, count);
    copyBytes(this.#arena.u8, chunk * 8 + HEADER_BYTES, source, offset, bytes);
    return chunk;
  }

  /** A chunk of the elements from `index` to before `end`, which stay where they are. */
  copy(chunk: number, index: number, end: number): number {
    const { i32, u8 } = this.#arena;
    const from = offsetOf(i32, u8, chunk, index);
    const bytes = offsetOf(i32, u8, chunk, end) - from;
    const start = startOf(i32, chunk);
    return this.fromBytes(u8, start + from, bytes, end - index);
  }

  free(chunk: number): void {
    this.#arena.free(chunk, Purpose.value);
  }

  prepend(chunk: number, value: ListpackValue): number {
    return this.#put(chunk, 0, 0, 1, value);
  }

  append(chunk: number, value: ListpackValue): number {
    return this.#put(chunk, bytesOf(this.#arena.i32, chunk), 0, 1, value);
  }

  /** The new element is at `index`, the one that was there behind it. */
  insert(chunk: number, index: number, value: ListpackValue): number {
    const { i32, u8 } = this.#arena;
    return this.#put(chunk, offsetOf(i32, u8, chunk, index), 0, 1, value);
  }

  replace(chunk: number, index: number, value: ListpackValue): number {
    const { i32, u8 } = this.#arena;
    const offset = offsetOf(i32, u8, chunk, index);
    return this.#put(chunk, offset, elementBytesAt(u8, startOf(i32, chunk) + offset), 0, value);
  }

  /** Takes out `n` elements from `index` on, but not all. */
  remove(chunk: number, index: number, n: number): number {
    const { i32, u8 } = this.#arena;
    const from = offsetOf(i32, u8, chunk, index);
    return this.removeBytes(chunk, from, offsetOf(i32, u8, chunk, index + n) - from, n);
  }

  /** Takes out `n` elements that take `bytes` from `offset` on, but not all. */
  removeBytes(chunk: number, offset: number, bytes: number, n: number): number {
    assert(n < countOf(this.#arena.i32, chunk), 'a chunk keeps an element');
    const moved = this.#splice(chunk, offset, bytes, 0);
    this.#arena.i32[moved * 2 + COUNT]! -= n;
    return moved;
  }

  /** The number of elements that are the value, which was given as text. */
  countEqual(chunk: number, value: ListpackValue): number {
    const { i32, u8 } = this.#arena;
    if (isPlain(i32, chunk)) return Number(plainEquals(i32, u8, chunk, value));
    const end = endOf(i32, chunk);
    let count = 0;
    for (let at = startOf(i32, chunk); at < end; at += elementBytesAt(u8, at)) if (elementEquals(u8, at, value)) count++;
    return count;
  }

  /** Passes over `skip` elements that are the value, then takes out the next `n` of them, which there are, but not all elements. */
  removeEqual(chunk: number, value: ListpackValue, skip: number, n: number): number {
    const { i32, u8 } = this.#arena;
    const start = startOf(i32, chunk);
    const end = endOf(i32, chunk);
    let met = 0;
    let kept = start;
    let run = start;
    for (let at = start; at < end && met < skip + n;) {
      const next = at + elementBytesAt(u8, at);
      if (elementEquals(u8, at, value) && ++met > skip) {
        moveBytes(u8, kept, run, at - run);
        kept += at - run;
        run = next;
      }
      at = next;
    }
    moveBytes(u8, kept, run, end - run);
    // What has been kept is together, and bytes that count no more behind it.
    return this.removeBytes(chunk, kept + end - run - start, run - kept, n);
  }

  /** Adds the elements of `other`, which stays, behind those of `chunk`; 0 when there is no room, and nothing has changed. */
  tryConcat(chunk: number, other: number): number {
    const arena = this.#arena;
    const bytes = bytesOf(arena.i32, chunk);
    const otherBytes = bytesOf(arena.i32, other);
    const whole = this.#reserve(chunk, bytes, 0, otherBytes, true);
    if (whole === 0) return 0;
    const { i32, u8 } = arena;
    copyBytes(u8, startOf(i32, whole) + bytes, u8, startOf(i32, other), otherBytes);
    i32[whole * 2 + COUNT]! += countOf(i32, other);
    return whole;
  }

  #allocate(bytes: number, count: number): number {
    const chunk = this.#arena.alloc(HEADER_BYTES + bytes, Purpose.value);
    const { i32 } = this.#arena;
    i32[chunk * 2 + COUNT] = count;
    i32[chunk * 2 + BYTES] = bytes;
    i32[chunk * 2 + START] = HEADER_BYTES;
    return chunk;
  }

  /** Writes the value at `offset` in place of `removedBytes`. */
  #put(chunk: number, offset: number, removedBytes: number, added: number, value: ListpackValue): number {
    const encodedBytes = encodedBytesOf(value);
    const moved = this.#splice(chunk, offset, removedBytes, encodedBytes + backlengthBytes(encodedBytes));
    const { i32, u8 } = this.#arena;
    writeElement(u8, startOf(i32, moved) + offset, value, encodedBytes);
    i32[moved * 2 + COUNT]! += added;
    return moved;
  }

  /** Takes bytes at `offset` out and makes room for others there. */
  #splice(chunk: number, offset: number, removedBytes: number, addedBytes: number): number {
    return this.#reserve(chunk, offset, removedBytes, addedBytes, false);
  }

  #reserve(chunk: number, offset: number, removedBytes: number, addedBytes: number, isTrial: boolean): number {
    const arena = this.#arena;
    const total = bytesOf(arena.i32, chunk) - removedBytes + addedBytes;
    const capacityBytes = arena.capacityBytes(chunk);
    const neededBytes = HEADER_BYTES + total;
    if (neededBytes > capacityBytes) {
      const fresh = isTrial ? arena.tryAlloc(neededBytes, Purpose.value) : arena.alloc(neededBytes, Purpose.value);
      return fresh === 0 ? 0 : this.#move(chunk, fresh, offset, removedBytes, addedBytes);
    }
    if (removedBytes > addedBytes && neededBytes * 2 <= capacityBytes && capacityBytes > LEAST_BLOCK_BYTES) {
      const smaller = arena.tryAlloc(neededBytes, Purpose.value);
      if (smaller !== 0) return this.#move(chunk, smaller, offset, removedBytes, addedBytes);
    }
    this.#shift(chunk, capacityBytes, offset, removedBytes, addedBytes);
    return chunk;
  }

  /** Moves a chunk to a fresh block; what that has to spare is at the end that grows. */
  #move(chunk: number, fresh: number, offset: number, removedBytes: number, addedBytes: number): number {
    const arena = this.#arena;
    const { i32, u8 } = arena;
    const bytes = bytesOf(i32, chunk);
    const total = bytes - removedBytes + addedBytes;
    const growsInFront = offset === 0 && addedBytes > 0;
    const start = growsInFront ? arena.capacityBytes(fresh) - total : HEADER_BYTES;
    const from = startOf(i32, chunk);
    copyBytes(u8, fresh * 8 + start, u8, from, offset);
    copyBytes(u8, fresh * 8 + start + offset + addedBytes, u8, from + offset + removedBytes, bytes - offset - removedBytes);
    i32[fresh * 2 + COUNT] = countOf(i32, chunk);
    i32[fresh * 2 + BYTES] = total;
    i32[fresh * 2 + START] = start;
    this.free(chunk);
    return fresh;
  }

  /** Moves what is before or behind the place within the block, the smaller part if there is room on its side. */
  #shift(chunk: number, capacityBytes: number, offset: number, removedBytes: number, addedBytes: number): void {
    const { i32, u8 } = this.#arena;
    const base = chunk * 8;
    const bytes = bytesOf(i32, chunk);
    const start = i32[chunk * 2 + START]!;
    const difference = addedBytes - removedBytes;
    const tailBytes = bytes - offset - removedBytes;
    const tail = start + offset + removedBytes;
    const fitsInFront = start - difference >= HEADER_BYTES;
    const fitsBehind = start + bytes + difference <= capacityBytes;
    let newStart = start;
    if (fitsInFront && (offset <= tailBytes || !fitsBehind)) {
      newStart = start - difference;
      moveBytes(u8, base + newStart, base + start, offset);
    } else if (fitsBehind) {
      moveBytes(u8, base + tail + difference, base + tail, tailBytes);
    } else {
      newStart = HEADER_BYTES + ((capacityBytes - HEADER_BYTES - bytes - difference) >> 1);
      if (newStart < start) moveBytes(u8, base + newStart, base + start, offset);
      moveBytes(u8, base + newStart + offset + addedBytes, base + tail, tailBytes);
      if (newStart > start) moveBytes(u8, base + newStart, base + start, offset);
    }
    i32[chunk * 2 + START] = newStart;
    i32[chunk * 2 + BYTES] = bytes + difference;
  }
}

/** Moves bytes within u8; the ranges may overlap. */
function moveBytes(u8: Uint8Array, to: number, from: number, length: number): void {
  if (length > LOOP_LIMIT_BYTES) u8.copyWithin(to, from, from + length);
  else if (to < from) for (let i = 0; i < length; i++) u8[to + i] = u8[from + i]!;
  else if (to > from) for (let i = length - 1; i >= 0; i--) u8[to + i] = u8[from + i]!;
}
