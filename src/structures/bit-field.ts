/**
 * Integers of 1 to 64 bits at any bit of a string, highest bit first, and counting with them as BITFIELD
 * does: what leaves the range of the type wraps around, stops at the end of the range, or is refused.
 * Numbers are Int64Words, so that nothing is allocated.
 */
import { compareInt64Words, Int64Words } from '../base/int64-words.ts';

export interface FieldType {
  readonly isSigned: boolean;
  /** At most 64, of unsigned ones 63. */
  readonly bits: number;
}

const INT32_MIN = -(2 ** 31);
const lowest = new Int64Words();
const highest = new Int64Words();

/** Reads the field at `bitOffset` of the string of `length` bytes at `start`; bits behind the string are 0. */
export function readField(u8: Uint8Array, start: number, length: number, bitOffset: number, type: FieldType, into: Int64Words): void {
  let [hi, lo] = [0, 0];
  for (let done = 0; done < type.bits;) {
    const position = bitOffset + done;
    const at = Math.floor(position / 8);
    const skipped = position % 8;
    const taken = Math.min(8 - skipped, type.bits - done);
    const byte = at < length ? u8[start + at]! : 0;
    const part = (byte >>> (8 - skipped - taken)) & ((1 << taken) - 1);
    hi = (hi << taken) | (lo >>> (32 - taken));
    lo = (lo << taken) | part;
    done += taken;
  }
  into.setWords(hi, lo);
  fit(into, type);
}

/** Writes the low bits of `value` to the field at `bitOffset` of the string at `start`, which is long enough. */
export function writeField(u8: Uint8Array, start: number, bitOffset: number, { bits }: FieldType, value: Int64Words): void {
  for (let left = bits; left > 0;) {
    const position = bitOffset + bits - left;
    const at = start + Math.floor(position / 8);
    const skipped = position % 8;
    const taken = Math.min(8 - skipped, left);
    left -= taken;
    const part = shiftedRight(value, left);
    const shift = 8 - skipped - taken;
    const mask = ((1 << taken) - 1) << shift;
    u8[at] = (u8[at]! & ~mask) | ((part << shift) & mask);
  }
}

/** Makes the sum of a field's value and any int64; what is beyond the type's range is as `wrap` has it. -1: too low, 1: too high, else 0. */
export function addToField(value: Int64Words, amount: Int64Words, type: FieldType, into: Int64Words): -1 | 0 | 1 {
  const low = (value.lo >>> 0) + (amount.lo >>> 0);
  const hi = (value.hi + amount.hi + (low >= 2 ** 32 ? 1 : 0)) | 0;
  const leftInt64 = ((value.hi ^ hi) & (amount.hi ^ hi)) < 0;
  into.setWords(hi, low | 0);
  if (leftInt64) {
    const direction = amount.hi < 0 ? -1 : 1;
    fit(into, type);
    return direction;
  }
  return bound(into, type);
}

/**
 * Takes an int64 as a field's new value, wrapped around: 1 or -1 as above. As Redis has it, what is negative is too
 * high for an unsigned type, and so is for a signed one what lies 2^63 or more below the end of its range.
 */
export function convertToField(value: Int64Words, type: FieldType): -1 | 0 | 1 {
  const { hi, lo } = value;
  const direction = bound(value, type);
  if (direction !== -1) return direction;
  const isFarBelow = compareInt64Words(hi, lo, (highest.hi + INT32_MIN) | 0, highest.lo) <= 0;
  return !type.isSigned || (type.bits < 64 && isFarBelow) ? 1 : -1;
}

/** The end of the type's range in a direction. */
export function saturate(type: FieldType, direction: -1 | 1, into: Int64Words): void {
  setRange(type);
  const end = direction === 1 ? highest : lowest;
  into.setWords(end.hi, end.lo);
}

/** Wraps a number into the type's range; says on which side of it the number was. */
function bound(value: Int64Words, type: FieldType): -1 | 0 | 1 {
  setRange(type);
  const isLow = compareInt64Words(value.hi, value.lo, lowest.hi, lowest.lo) < 0;
  const isHigh = compareInt64Words(value.hi, value.lo, highest.hi, highest.lo) > 0;
  if (!isLow && !isHigh) return 0;
  fit(value, type);
  return isLow ? -1 : 1;
}

/** Keeps the low bits that the type has, and extends their sign. */
function fit(value: Int64Words, { bits, isSigned }: FieldType): void {
  if (bits === 64) return;
  if (bits > 32) {
    const shift = 64 - bits;
    value.setWords(isSigned ? (value.hi << shift) >> shift : (value.hi << shift) >>> shift, value.lo);
  } else {
    const shift = 32 - bits;
    const lo = isSigned ? (value.lo << shift) >> shift : (value.lo << shift) >>> shift;
    value.setWords(isSigned ? lo >> 31 : 0, lo | 0);
  }
}

function setRange({ bits, isSigned }: FieldType): void {
  const valueBits = isSigned ? bits - 1 : bits;
  const hi = valueBits <= 32 ? 0 : 2 ** (valueBits - 32) - 1;
  const lo = valueBits >= 32 ? -1 : (2 ** valueBits - 1) | 0;
  highest.setWords(hi, lo);
  if (isSigned) lowest.setWords(~hi, ~lo);
  else lowest.setWords(0, 0);
}

/** The 32 bits from bit `shift` on, counted from the lowest; shift < 64. */
function shiftedRight({ hi, lo }: Int64Words, shift: number): number {
  if (shift === 0) return lo;
  return shift < 32 ? (lo >>> shift) | (hi << (32 - shift)) : hi >>> (shift - 32);
}
