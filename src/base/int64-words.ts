/**
 * A signed 64-bit integer in two words, to read into and write from again and again: nothing is
 * allocated, however large the number. `hi` and `lo` are int32 words of its two's complement.
 *
 * Text is read as strictly as Redis reads an integer: an optional '-', then digits, no '+', no
 * spaces, no leading zeros, no "-0", within int64.
 */
import { integerLength, writeInteger } from './decimal.ts';
import type { Int64 } from './int64.ts';

const MINUS = 0x2d;
const DIGIT_ZERO = 0x30;
const WORD = 2 ** 32;
const SAFE_DIGITS = 15;
const LONGEST_DIGITS = 19;
const SIGN = 0x80000000 | 0;

export class Int64Words {
  hi = 0;
  lo = 0;

  /** The integer as a number: exact while it is safe, else the nearest. */
  get integer(): number {
    return this.hi * WORD + (this.lo >>> 0);
  }

  /** Whether `integer` is exact. */
  get isSafe(): boolean {
    return Number.isSafeInteger(this.integer);
  }

  /** The integer in its canonical form; a bigint, which is allocated, beyond the safe ones. */
  toInt64(): Int64 {
    const integer = this.integer;
    if (Number.isSafeInteger(integer)) return integer;
    return (BigInt(this.hi) << 32n) | BigInt(this.lo >>> 0);
  }

  /** Takes a safe integer. */
  setInteger(integer: number): void {
    this.lo = integer | 0;
    this.hi = integer === this.lo ? this.lo >> 31 : Math.floor(integer / WORD);
  }

  setInt64(value: Int64): void {
    if (typeof value === 'number') this.setInteger(value);
    else this.setWords(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  /** Takes the two words, int32. */
  setWords(hi: number, lo: number): void {
    this.hi = hi;
    this.lo = lo;
  }

  /** Takes the integer in `length` bytes of text; false, and nothing is taken, when it is none. */
  setText(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length === 0) return false;
    const isNegative = bytes[offset] === MINUS;
    const first = isNegative ? offset + 1 : offset;
    const end = offset + length;
    const digitCount = end - first;
    const leading = digitCount === 0 ? 0 : bytes[first]! - DIGIT_ZERO;
    if (leading === 0 && length === 1 && !isNegative) {
      this.setWords(0, 0);
      return true;
    }
    if (leading < 1 || leading > 9 || digitCount > LONGEST_DIGITS) return false;
    if (digitCount > SAFE_DIGITS) return this.#setLongText(bytes, first, end, isNegative);
    let value = leading;
    for (let at = first + 1; at < end; at++) {
      const digit = bytes[at]! - DIGIT_ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    this.setInteger(isNegative ? -value : value);
    return true;
  }

  /** How many bytes `writeText` prints: 1 to 20. */
  textLength(): number {
    const integer = this.integer;
    if (Number.isSafeInteger(integer)) return integerLength(integer);
    // The nearest number may have one digit more than the integer, so the digits are counted exactly.
    return writeLong(undefined, 0, this.hi, this.lo);
  }

  /** Prints the integer at `pos` (at most 20 bytes) and returns the position behind it. */
  writeText(bytes: Uint8Array, pos: number): number {
    const integer = this.integer;
    if (Number.isSafeInteger(integer)) return writeInteger(bytes, pos, integer);
    const end = pos + this.textLength();
    writeLong(bytes, end, this.hi, this.lo);
    return end;
  }

  #setLongText(bytes: Uint8Array, first: number, end: number, isNegative: boolean): boolean {
    // The magnitude of 19 digits fits an unsigned 64-bit integer.
    let hi = 0;
    let lo = 0;
    for (let at = first; at < end; at++) {
      const digit = bytes[at]! - DIGIT_ZERO;
      if (digit < 0 || digit > 9) return false;
      lo = lo * 10 + digit;
      const carry = Math.floor(lo / WORD);
      lo -= carry * WORD;
      hi = hi * 10 + carry;
    }
    const isLeast = isNegative && hi === 2 ** 31 && lo === 0;
    if (hi >= 2 ** 31 && !isLeast) return false;
    if (isNegative) this.setWords(~hi + (lo === 0 ? 1 : 0) | 0, -lo | 0);
    else this.setWords(hi | 0, lo | 0);
    return true;
  }
}

/** Less than, equal to or greater than 0 as the integer of a is to that of b; all are int32 words. */
export function compareInt64Words(aHi: number, aLo: number, bHi: number, bLo: number): number {
  return aHi !== bHi ? aHi - bHi : (aLo >>> 0) - (bLo >>> 0);
}

/** Prints an integer beyond the safe ones so that it ends at `end`; returns its length. Without `bytes` it only counts. */
function writeLong(bytes: Uint8Array | undefined, end: number, hi: number, lo: number): number {
  const isNegative = (hi & SIGN) !== 0;
  let high = isNegative ? (~hi + (lo === 0 ? 1 : 0)) >>> 0 : hi;
  let low = isNegative ? -lo >>> 0 : lo >>> 0;
  let length = 0;
  while (high !== 0 || low !== 0) {
    const quotientHigh = Math.floor(high / 10);
    const rest = (high - quotientHigh * 10) * WORD + low;
    const quotientLow = Math.floor(rest / 10);
    length++;
    if (bytes !== undefined) bytes[end - length] = DIGIT_ZERO + (rest - quotientLow * 10);
    high = quotientHigh;
    low = quotientLow;
  }
  if (!isNegative) return length;
  length++;
  if (bytes !== undefined) bytes[end - length] = MINUS;
  return length;
}
