/**
 * How Redis encodes one element of a listpack: the encoding with its data, then the length of these
 * two, which is read backwards.
 *
 *     0xxxxxxx                            integer 0 to 127
 *     10llllll string                     up to 63 bytes
 *     110xxxxx x8                         integer of 13 bits, most significant bits first
 *     1110llll l8 string                  up to 4095 bytes
 *     11110000 l32 string                 longer; little endian
 *     11110001 to 11110100                integer of 16, 24, 32, 64 bits; little endian
 *     11111111                            the end of the listpack
 *
 * The length behind has 7 bits a byte, most significant first; all bytes but the first have their
 * top bit set. Redis takes a byte more than it needs for the lengths 2^14 - 1, 2^21 - 1, 2^28 - 1.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import type { ListpackValue } from './listpack-value.ts';

export const LISTPACK_END = 0xff;

const STRING_12 = 0xe0;
const STRING_32 = 0xf0;
const INTEGER_13 = 0xc0;
const INTEGER_16 = 0xf1;
const INTEGER_24 = 0xf2;
const INTEGER_32 = 0xf3;
const INTEGER_64 = 0xf4;

/** The bytes of the element at `at` without the length behind them; 0 for an encoding that there is not. */
export function encodedBytesAt(u8: Uint8Array, at: number): number {
  const first = u8[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 63);
  if (first < STRING_12) return 2;
  if (first < STRING_32) return 2 + ((first & 15) << 8 | u8[at + 1]!);
  switch (first) {
    case STRING_32: return 5 + uint32At(u8, at + 1);
    case INTEGER_16: return 3;
    case INTEGER_24: return 4;
    case INTEGER_32: return 5;
    case INTEGER_64: return 9;
    default: return 0;
  }
}

/** How many bytes of the element at `at` must be read to know its length; 0 for an encoding that there is not. */
export function headBytesAt(u8: Uint8Array, at: number): number {
  const first = u8[at]!;
  if (first < STRING_12) return 1;
  if (first < STRING_32) return 2;
  if (first === STRING_32) return 5;
  return first <= INTEGER_64 ? 1 : 0;
}

/** The bytes of the whole element at `at`. */
export function elementBytesAt(u8: Uint8Array, at: number): number {
  const encodedBytes = encodedBytesAt(u8, at);
  return encodedBytes + backlengthBytes(encodedBytes);
}

/** The bytes that the length behind an element takes. */
export function backlengthBytes(encodedBytes: number): number {
  if (encodedBytes <= 127) return 1;
  if (encodedBytes < 16383) return 2;
  if (encodedBytes < 2097151) return 3;
  return encodedBytes < 268435455 ? 4 : 5;
}

/** The length that ends before `end`; -1 when it has more than 5 bytes. Reads no further back than 5 bytes. */
export function backlengthBefore(u8: Uint8Array, end: number): number {
  let length = 0;
  let factor = 1;
  for (let at = end - 1; at >= end - 5; at--) {
    const byte = u8[at]!;
    length += (byte & 127) * factor;
    if (byte < 0x80) return length;
    factor *= 128;
  }
  return -1;
}

/** The bytes of a value once it is encoded, without the length behind them. */
export function encodedBytesOf(value: ListpackValue): number {
  if (!value.isInteger) return value.length + (value.length < 64 ? 1 : value.length < 4096 ? 2 : 5);
  const { hi, lo } = value;
  if (hi !== lo >> 31) return 9;
  if (lo >= 0 && lo <= 127) return 1;
  if (lo >= -4096 && lo <= 4095) return 2;
  if (lo >= -0x8000 && lo <= 0x7fff) return 3;
  return lo >= -0x80_0000 && lo <= 0x7f_ffff ? 4 : 5;
}

/** Writes a whole element at `at`; `encodedBytes` is what `encodedBytesOf` says. */
export function writeElement(u8: Uint8Array, at: number, value: ListpackValue, encodedBytes: number): void {
  if (value.isInteger) writeInteger(u8, at, value.hi, value.lo, encodedBytes);
  else writeString(u8, at, value);
  writeBacklength(u8, at + encodedBytes, encodedBytes);
}

/** Reads the element at `at` into `value`: a string as a range of `u8`. */
export function readElement(u8: Uint8Array, at: number, value: ListpackValue): void {
  const first = u8[at]!;
  if (first < 0x80) value.setWords(0, first);
  else if (first < 0xc0) value.setString(u8, at + 1, first & 63);
  else if (first < STRING_12) {
    const word = ((first << 8 | u8[at + 1]!) << 19) >> 19;
    value.setWords(word >> 31, word);
  } else if (first < STRING_32) value.setString(u8, at + 2, (first & 15) << 8 | u8[at + 1]!);
  else if (first === STRING_32) value.setString(u8, at + 5, uint32At(u8, at + 1));
  else readLongInteger(u8, at, first, value);
}

/** What elements are shown to, one after the other. */
export interface ElementSink {
  /** A string: a range of bytes that are good only now. */
  string(bytes: Uint8Array, offset: number, length: number): void;
  /** An integer of 7 bits. */
  smallInteger(integer: number): void;
  /** Any other integer, in a value that is good only now. */
  integer(value: ListpackValue): void;
}

/** Shows `count` elements from the one at `at` on; `value` is for the integers among them. */
export function showElements(u8: Uint8Array, at: number, count: number, value: ListpackValue, sink: ElementSink): void {
  let next = at;
  for (let left = count; left > 0; left--) {
    const first = u8[next]!;
    if (first < 0x80) {
      sink.smallInteger(first);
      next += 2;
    } else if (first < 0xc0) {
      sink.string(u8, next + 1, first & 63);
      next += (first & 63) + 2;
    } else {
      readElement(u8, next, value);
      if (value.isInteger) sink.integer(value);
      else sink.string(u8, value.offset, value.length);
      next += elementBytesAt(u8, next);
    }
  }
}

/** Whether the element at `at` is the value: equal integers, or strings of equal bytes. */
export function elementEquals(u8: Uint8Array, at: number, value: ListpackValue): boolean {
  const first = u8[at]!;
  let start: number;
  let length: number;
  if (first < 0x80) return value.isInteger && value.lo === first && value.hi === 0;
  if (first < 0xc0) {
    start = at + 1;
    length = first & 63;
  } else if (first < STRING_12) {
    const word = ((first << 8 | u8[at + 1]!) << 19) >> 19;
    return value.isInteger && value.lo === word && value.hi === word >> 31;
  } else if (first < STRING_32) {
    start = at + 2;
    length = (first & 15) << 8 | u8[at + 1]!;
  } else if (first === STRING_32) {
    start = at + 5;
    length = uint32At(u8, at + 1);
  } else return value.isInteger && longIntegerEquals(u8, at, first, value);
  return length === value.length && sameBytes(u8, start, value.bytes, value.offset, length);
}

export function uint32At(u8: Uint8Array, at: number): number {
  return (u8[at]! | u8[at + 1]! << 8 | u8[at + 2]! << 16 | u8[at + 3]! << 24) >>> 0;
}

export function writeUint32(u8: Uint8Array, at: number, word: number): void {
  u8[at] = word;
  u8[at + 1] = word >>> 8;
  u8[at + 2] = word >>> 16;
  u8[at + 3] = word >>> 24;
}

function readLongInteger(u8: Uint8Array, at: number, first: number, value: ListpackValue): void {
  const word = longIntegerLow(u8, at, first);
  value.setWords(first === INTEGER_64 ? uint32At(u8, at + 5) | 0 : word >> 31, word);
}

function longIntegerEquals(u8: Uint8Array, at: number, first: number, value: ListpackValue): boolean {
  const word = longIntegerLow(u8, at, first);
  return word === value.lo && value.hi === (first === INTEGER_64 ? uint32At(u8, at + 5) | 0 : word >> 31);
}

/** The lower word of an integer of 16 bits and more. */
function longIntegerLow(u8: Uint8Array, at: number, first: number): number {
  if (first === INTEGER_16) return (u8[at + 1]! << 16 | u8[at + 2]! << 24) >> 16;
  if (first === INTEGER_24) return (u8[at + 1]! << 8 | u8[at + 2]! << 16 | u8[at + 3]! << 24) >> 8;
  return uint32At(u8, at + 1) | 0;
}

function sameBytes(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (a[aOffset + i] !== b[bOffset + i]) return false;
  }
  return true;
}

function writeInteger(u8: Uint8Array, at: number, hi: number, lo: number, encodedBytes: number): void {
  if (encodedBytes === 1) {
    u8[at] = lo;
    return;
  }
  if (encodedBytes === 2) {
    u8[at] = INTEGER_13 | (lo >> 8 & 31);
    u8[at + 1] = lo;
    return;
  }
  u8[at] = encodedBytes === 9 ? INTEGER_64 : INTEGER_16 + encodedBytes - 3;
  const lowBytes = encodedBytes === 9 ? 4 : encodedBytes - 1;
  for (let byte = 0; byte < lowBytes; byte++) u8[at + 1 + byte] = lo >> (byte << 3);
  if (encodedBytes === 9) writeUint32(u8, at + 5, hi);
}

function writeString(u8: Uint8Array, at: number, { bytes, offset, length }: ListpackValue): void {
  let start = at + 1;
  if (length < 64) {
    u8[at] = 0x80 | length;
  } else if (length < 4096) {
    u8[at] = STRING_12 | length >> 8;
    u8[at + 1] = length;
    start = at + 2;
  } else {
    u8[at] = STRING_32;
    writeUint32(u8, at + 1, length);
    start = at + 5;
  }
  copyBytes(u8, start, bytes, offset, length);
}

function writeBacklength(u8: Uint8Array, at: number, encodedBytes: number): void {
  if (encodedBytes <= 127) {
    u8[at] = encodedBytes;
    return;
  }
  let rest = encodedBytes;
  for (let byte = backlengthBytes(encodedBytes) - 1; byte > 0; byte--) {
    u8[at + byte] = rest & 127 | 128;
    rest >>>= 7;
  }
  u8[at] = rest;
}
