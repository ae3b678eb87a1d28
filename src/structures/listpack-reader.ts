/**
 * Reading a listpack wherever it is: at `base` of a block of the arena, a payload or a file.
 *
 *     0            4         6
 *     ┌────────────┬─────────┬──────────┬─────┬──────┐
 *     │ all bytes  │ count   │ element  │ ... │ 0xFF │   little endian; count 0xFFFF: too many to say
 *     └────────────┴─────────┴──────────┴─────┴──────┘
 *
 * An element is named by its position, counted from the listpack's first byte; position 0 is no
 * element. The listpack is trusted: bytes from elsewhere go through validateListpack first.
 */
import {
  backlengthBefore, backlengthBytes, elementBytesAt, elementEquals, LISTPACK_END, readElement, uint32At,
} from './listpack-encoding.ts';
import type { ListpackValue } from './listpack-value.ts';

export const LISTPACK_HEADER_BYTES = 6;
/** The bytes of a listpack without elements. */
export const EMPTY_LISTPACK_BYTES = 7;
/** In place of a count of so many or more. */
export const UNKNOWN_COUNT = 0xffff;

export function totalBytesOf(u8: Uint8Array, base: number): number {
  return uint32At(u8, base);
}

/** The number of elements; of 65535 and more they are counted one by one. */
export function countOf(u8: Uint8Array, base: number): number {
  const count = u8[base + 4]! | u8[base + 5]! << 8;
  return count === UNKNOWN_COUNT ? countFrom(u8, base, LISTPACK_HEADER_BYTES) : count;
}

/** The number of elements from position p, which may be the end's, on. */
export function countFrom(u8: Uint8Array, base: number, p: number): number {
  let count = 0;
  for (let at = base + p; u8[at] !== LISTPACK_END; at += elementBytesAt(u8, at)) count++;
  return count;
}

/** The position of the first element, or 0. */
export function firstOf(u8: Uint8Array, base: number): number {
  return u8[base + LISTPACK_HEADER_BYTES] === LISTPACK_END ? 0 : LISTPACK_HEADER_BYTES;
}

/** The position of the last element, or 0. */
export function lastOf(u8: Uint8Array, base: number): number {
  return prevOf(u8, base, totalBytesOf(u8, base) - 1);
}

/** The position of the element behind the one at p, or 0. */
export function nextOf(u8: Uint8Array, base: number, p: number): number {
  const next = p + elementBytesAt(u8, base + p);
  return u8[base + next] === LISTPACK_END ? 0 : next;
}

/** The position of the element before p, which may be the end's position, or 0. */
export function prevOf(u8: Uint8Array, base: number, p: number): number {
  if (p === LISTPACK_HEADER_BYTES) return 0;
  const encodedBytes = backlengthBefore(u8, base + p);
  return p - encodedBytes - backlengthBytes(encodedBytes);
}

/** The position of the element at `index`, counted from the end when negative (-1 is the last); 0 when there is none. */
export function seekIn(u8: Uint8Array, base: number, index: number): number {
  const count = u8[base + 4]! | u8[base + 5]! << 8;
  if (count === UNKNOWN_COUNT) return index < 0 ? seekBackward(u8, base, -1 - index) : seekForward(u8, base, index);
  const forward = index < 0 ? index + count : index;
  if (forward < 0 || forward >= count) return 0;
  return forward > count >> 1 ? seekBackward(u8, base, count - 1 - forward) : seekForward(u8, base, forward);
}

/** Reads the element at p into `value`. A string refers to `u8`. */
export function readAt(u8: Uint8Array, base: number, p: number, value: ListpackValue): void {
  readElement(u8, base + p, value);
}

/** Whether the element at p is the value. */
export function equalsAt(u8: Uint8Array, base: number, p: number, value: ListpackValue): boolean {
  return elementEquals(u8, base + p, value);
}

/**
 * The position of the first element that is the value, or 0: the element at p is compared, then
 * `skip` elements are passed over before the next. p 0 (of an empty listpack) finds nothing.
 */
export function findFrom(u8: Uint8Array, base: number, p: number, value: ListpackValue, skip: number): number {
  if (p === 0) return 0;
  let left = 0;
  for (let at = base + p; u8[at] !== LISTPACK_END; at += elementBytesAt(u8, at)) {
    if (left > 0) {
      left--;
    } else {
      if (elementEquals(u8, at, value)) return at - base;
      left = skip;
    }
  }
  return 0;
}

function seekForward(u8: Uint8Array, base: number, index: number): number {
  let p = firstOf(u8, base);
  for (let left = index; left > 0 && p !== 0; left--) p = nextOf(u8, base, p);
  return p;
}

function seekBackward(u8: Uint8Array, base: number, index: number): number {
  let p = lastOf(u8, base);
  for (let left = index; left > 0 && p !== 0; left--) p = prevOf(u8, base, p);
  return p;
}
