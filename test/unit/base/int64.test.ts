import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addInt64,
  INT64_MAX,
  INT64_MAX_DIGITS,
  INT64_MIN,
  INT64_MIN_DIGITS,
  subtractInt64,
  toInt64,
} from '../../../src/base/int64.ts';
import type { Int64 } from '../../../src/base/int64.ts';
import { seed } from './seed.ts';

/** int64 values, dense around the ends of int64 and of the safe integers. */
const values = fc
  .tuple(fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n), 2n ** 62n, INT64_MAX, INT64_MIN), fc.bigInt({ min: -3n, max: 3n }))
  .map(([base, delta]) => base + delta)
  .filter((value) => value >= INT64_MIN && value <= INT64_MAX);
const anyValue = fc.oneof(values, fc.bigInt({ min: INT64_MIN, max: INT64_MAX }));

describe('Int64', () => {
  it('has the bounds of 64 bits as values and as digits', () => {
    expect(String(INT64_MIN)).toBe(INT64_MIN_DIGITS);
    expect(String(INT64_MAX)).toBe(INT64_MAX_DIGITS);
    expect(BigInt.asIntN(64, INT64_MAX + 1n)).toBe(INT64_MIN);
  });

  it('adds and subtracts exactly, as a number where that is safe, and says when it overflows', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        expect(addInt64(canonical(a), canonical(b))).toBe(expected(a + b));
        expect(subtractInt64(canonical(a), canonical(b))).toBe(expected(a - b));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('takes an operand in either form', () => {
    expect(addInt64(1n, 2)).toBe(3);
    expect(addInt64(2n ** 53n, -1n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(subtractInt64(-2, INT64_MAX)).toBeUndefined();
    expect(subtractInt64(-1, INT64_MAX)).toBe(INT64_MIN);
  });

  it('does not lose a unit just beyond the safe integers', () => {
    expect(addInt64(Number.MAX_SAFE_INTEGER, 2)).toBe(2n ** 53n + 1n);
    expect(subtractInt64(Number.MIN_SAFE_INTEGER, 2)).toBe(-(2n ** 53n) - 1n);
  });

  it('refuses an exact integer outside 64 bits', () => {
    expect(toInt64(INT64_MAX + 1n)).toBeUndefined();
    expect(toInt64(INT64_MIN - 1n)).toBeUndefined();
    expect(toInt64(INT64_MIN)).toBe(INT64_MIN);
  });
});

function canonical(value: bigint): Int64 {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function expected(value: bigint): Int64 | undefined {
  return BigInt.asIntN(64, value) === value ? canonical(value) : undefined;
}
