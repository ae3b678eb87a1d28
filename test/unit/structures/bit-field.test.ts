/** Fields of bits against bigints. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Int64Words } from '../../../src/base/int64-words.ts';
import { INT64_MAX, INT64_MIN } from '../../../src/base/int64.ts';
import { addToField, convertToField, type FieldType, readField, saturate, writeField } from '../../../src/structures/bit-field.ts';
import { seed } from '../base/seed.ts';

const type: fc.Arbitrary<FieldType> = fc.oneof(
  fc.integer({ min: 1, max: 64 }).map((bits) => ({ isSigned: true, bits })), fc.integer({ min: 1, max: 63 }).map((bits) => ({ isSigned: false, bits })));
const int64 = fc.oneof(
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), fc.bigInt({ min: -300n, max: 300n }),
  fc.constantFrom(INT64_MIN, INT64_MAX, INT64_MIN + 1n, INT64_MAX - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 31n, -(2n ** 31n)));
const result = new Int64Words();

function words(value: bigint): Int64Words {
  const made = new Int64Words();
  made.setInt64(value);
  return made;
}

function rangeOf({ bits, isSigned }: FieldType): { least: bigint; most: bigint } {
  const size = 2n ** BigInt(bits);
  return isSigned ? { least: -size / 2n, most: size / 2n - 1n } : { least: 0n, most: size - 1n };
}

function wrap(value: bigint, { bits, isSigned }: FieldType): bigint {
  return isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function side(value: bigint, of: FieldType): number {
  const { least, most } = rangeOf(of);
  return value < least ? -1 : value > most ? 1 : 0;
}

test('a field reads as the digits at its place do, zeros behind the string', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), type, fc.nat(250), (string, of, position) => {
    const digits = Array.from(string, (byte) => byte.toString(2).padStart(8, '0')).join('').padEnd(400, '0');
    const buffer = Uint8Array.from([0xff, ...string, 0xff, 0xff]);
    readField(buffer, 1, string.length, position, of, result);
    expect(BigInt(result.toInt64())).toBe(wrap(BigInt(`0b${digits.slice(position, position + of.bits)}`), of));
  }), { seed, numRuns: 1000 });
});

test('a field is written where it is read, and nothing beside it', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 30, maxLength: 30 }), type, fc.nat(160), int64, (string, of, position, value) => {
    const before = Buffer.from(string).toString('hex');
    readField(string, 2, 28, position, of, result);
    const old = words(BigInt(result.toInt64()));
    writeField(string, 2, position, of, words(value));
    readField(string, 2, 28, position, of, result);
    expect(BigInt(result.toInt64())).toBe(wrap(value, of));
    writeField(string, 2, position, of, old);
    expect(Buffer.from(string).toString('hex')).toBe(before);
  }), { seed, numRuns: 1000 });
});

test('a sum wraps around, and says on which side it left the range', () => {
  fc.assert(fc.property(type, int64, int64, (of, any, amount) => {
    const value = wrap(any, of);
    const direction = addToField(words(value), words(amount), of, result);
    expect(direction).toBe(side(value + amount, of));
    expect(BigInt(result.toInt64())).toBe(wrap(value + amount, of));
    if (direction === 0) return;
    saturate(of, direction, result);
    expect(BigInt(result.toInt64())).toBe(direction === 1 ? rangeOf(of).most : rangeOf(of).least);
  }), { seed, numRuns: 1000 });
});

test('a value that is set wraps around, and what Redis takes for too high is too high', () => {
  fc.assert(fc.property(type, int64, (of, value) => {
    const converted = words(value);
    const { most } = rangeOf(of);
    const isTakenForHigh = value < 0n && (!of.isSigned || (of.bits < 64 && most - value > INT64_MAX));
    expect(convertToField(converted, of)).toBe(isTakenForHigh ? 1 : side(value, of));
    expect(BigInt(converted.toInt64())).toBe(wrap(value, of));
  }), { seed, numRuns: 1000 });
});
