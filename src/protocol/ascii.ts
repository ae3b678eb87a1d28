/**
 * Reading and printing text inside byte ranges without making strings.
 *
 * Integers are read as strictly as Redis reads them: an optional '-', then digits, no '+', no
 * spaces, no leading zeros, no "-0", within int64. `parseInteger` answers with a plain number and
 * two kinds of sentinel: NaN (NOT_AN_INTEGER) and ±Infinity for an int64 beyond the safe range,
 * for which the caller takes `parseInteger64`.
 */
export { integerLength, writeInteger } from '../base/decimal.ts';

export const NOT_AN_INTEGER = Number.NaN;

const MINUS = 0x2d;
const DIGIT_ZERO = 0x30;
const LONGEST_INT64 = 20;
const SAFE_DIGITS = 15;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * The integer in `length` bytes from `offset`; NaN when it is not one (also beyond int64), and
 * Infinity or -Infinity when it is a valid int64 that a number cannot hold exactly.
 */
export function parseInteger(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  const negative = length > 1 && bytes[offset] === MINUS;
  const first = negative ? offset + 1 : offset;
  const digitCount = end - first;
  if (digitCount === 0 || digitCount > SAFE_DIGITS) return parseLong(bytes, offset, length);
  let value = bytes[first]! - DIGIT_ZERO;
  if (value === 0) return length === 1 ? 0 : NOT_AN_INTEGER;
  if (value < 0 || value > 9) return NOT_AN_INTEGER;
  for (let at = first + 1; at < end; at++) {
    const digit = bytes[at]! - DIGIT_ZERO;
    if (digit < 0 || digit > 9) return NOT_AN_INTEGER;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** The int64 in `length` bytes from `offset`, or undefined when it is not one. Allocates. */
export function parseInteger64(bytes: Uint8Array, offset: number, length: number): bigint | undefined {
  if (length === 0 || length > LONGEST_INT64) return undefined;
  const text = latin1(bytes, offset, length);
  if (!/^(?:0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < INT64_MIN || value > INT64_MAX ? undefined : value;
}

/** A lower-case ASCII word as bytes, for `equalsIgnoreCase`. */
export function wordBytes(lowerCaseWord: string): Uint8Array {
  return Uint8Array.from(Buffer.from(lowerCaseWord, 'latin1'));
}

/** Whether the range spells the word in any mixture of cases; `lowerCaseWord` comes from `wordBytes`. */
export function equalsIgnoreCase(
  bytes: Uint8Array,
  offset: number,
  length: number,
  lowerCaseWord: Uint8Array,
): boolean {
  if (length !== lowerCaseWord.length) return false;
  for (let i = 0; i < length; i++) {
    if (lowerCase(bytes[offset + i]!) !== lowerCaseWord[i]) return false;
  }
  return true;
}

/** Whether two ranges hold the same bytes. For short ranges; Buffer.compare is faster on long ones. */
export function equalBytes(
  a: Uint8Array,
  aOffset: number,
  aLength: number,
  b: Uint8Array,
  bOffset: number,
  bLength: number,
): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) {
    if (a[aOffset + i] !== b[bOffset + i]) return false;
  }
  return true;
}

/** One ASCII letter in lower case; other bytes unchanged. */
export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** The range as a string with one character a byte. Allocates: for cold paths. */
export function latin1(bytes: Uint8Array, offset: number, length: number): string {
  return view(bytes).toString('latin1', offset, offset + length);
}

/** The range decoded as UTF-8. Allocates: for cold paths. */
export function utf8(bytes: Uint8Array, offset: number, length: number): string {
  return view(bytes).toString('utf8', offset, offset + length);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The rare integers: none, or longer than a number surely holds. */
function parseLong(bytes: Uint8Array, offset: number, length: number): number {
  const value = parseInteger64(bytes, offset, length);
  if (value === undefined) return NOT_AN_INTEGER;
  const rounded = Number(value);
  if (Number.isSafeInteger(rounded)) return rounded;
  return rounded > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
