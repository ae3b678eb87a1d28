/** Reading an intset wherever it is, at `base` of the arena or of a payload; see intset.ts for the layout. */
import { compareInt64Words, type Int64Words } from '../base/int64-words.ts';

export const INTSET_HEADER_BYTES = 8;

/** The bytes that an integer needs: 2, 4 or 8. */
export function widthOf(hi: number, lo: number): number {
  if (hi !== lo >> 31) return 8;
  return lo >= -0x8000 && lo <= 0x7fff ? 2 : 4;
}

/** The number of integers of the intset at `base`. */
export function intsetCountOf(u8: Uint8Array, base: number): number {
  return wordAt(u8, base + 4);
}

/** Reads the integer at `index` of the intset at `base`. */
export function intsetAt(u8: Uint8Array, base: number, index: number, value: Int64Words): void {
  readInteger(u8, base + INTSET_HEADER_BYTES, wordAt(u8, base), index, value);
}

/** The rank of an integer in the intset at `base`, or -1 - the rank that it would have. */
export function indexOf(u8: Uint8Array, base: number, hi: number, lo: number): number {
  const width = wordAt(u8, base);
  const start = base + INTSET_HEADER_BYTES;
  let low = 0;
  let high = wordAt(u8, base + 4);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareAt(u8, start + middle * width, width, hi, lo);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1 - low;
}

/** `start` is where the integers begin. */
export function readInteger(u8: Uint8Array, start: number, width: number, index: number, value: Int64Words): void {
  const at = start + index * width;
  const lo = lowWordAt(u8, at, width);
  value.setWords(width === 8 ? wordAt(u8, at + 4) : lo >> 31, lo);
}

export function writeInteger(u8: Uint8Array, start: number, width: number, index: number, hi: number, lo: number): void {
  const at = start + index * width;
  for (let byte = 0; byte < width; byte++) u8[at + byte] = (byte < 4 ? lo : hi) >> ((byte & 3) << 3);
}

/**
 * The number of integers of the intset that the `length` bytes from `offset` are, or -1 when they are
 * none. As in Redis an empty one is none. Unless `isDeep`, the order is not looked at: nothing outside
 * is read later either way, but look-ups rely on the order.
 */
export function validateIntset(u8: Uint8Array, offset: number, length: number, isDeep: boolean): number {
  if (length < INTSET_HEADER_BYTES || offset + length > u8.length) return -1;
  const width = wordAt(u8, offset);
  if (width !== 2 && width !== 4 && width !== 8) return -1;
  const count = wordAt(u8, offset + 4) >>> 0;
  if (count === 0 || INTSET_HEADER_BYTES + count * width !== length) return -1;
  return !isDeep || isAscending(u8, offset + INTSET_HEADER_BYTES, width, count) ? count : -1;
}

function isAscending(u8: Uint8Array, start: number, width: number, count: number): boolean {
  for (let index = 1; index < count; index++) {
    const at = start + index * width;
    const lo = lowWordAt(u8, at, width);
    if (compareAt(u8, at - width, width, width === 8 ? wordAt(u8, at + 4) : lo >> 31, lo) >= 0) return false;
  }
  return true;
}

/** The order of the integer at `at` to another. */
function compareAt(u8: Uint8Array, at: number, width: number, hi: number, lo: number): number {
  const word = lowWordAt(u8, at, width);
  return compareInt64Words(width === 8 ? wordAt(u8, at + 4) : word >> 31, word, hi, lo);
}

function lowWordAt(u8: Uint8Array, at: number, width: number): number {
  return width === 2 ? (u8[at]! << 16 | u8[at + 1]! << 24) >> 16 : wordAt(u8, at);
}

function wordAt(u8: Uint8Array, at: number): number {
  return u8[at]! | u8[at + 1]! << 8 | u8[at + 2]! << 16 | u8[at + 3]! << 24;
}
