/**
 * Signed 64-bit integers, as Redis counts with them.
 *
 * A value is a number wherever a number holds it exactly (a safe integer), and a bigint only
 * beyond, so counting in the usual range allocates nothing. Functions take either form and give
 * back that canonical form; undefined means that the result does not fit in 64 bits.
 */
export type Int64 = number | bigint;

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN_DIGITS = '-9223372036854775808';
export const INT64_MAX_DIGITS = '9223372036854775807';

/** a + b, or undefined when it overflows. */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return toInt64(BigInt(a) + BigInt(b));
}

/** a - b, or undefined when it overflows. */
export function subtractInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return toInt64(BigInt(a) - BigInt(b));
}

/** The canonical form of an exact integer, or undefined when it is outside int64. */
export function toInt64(exact: bigint): Int64 | undefined {
  if (exact < INT64_MIN || exact > INT64_MAX) return undefined;
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : exact;
}
