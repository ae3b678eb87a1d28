/** Integers are read as strictly as Redis reads them and printed as JavaScript prints them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  equalBytes,
  equalsIgnoreCase,
  integerLength,
  latin1,
  parseInteger,
  parseInteger64,
  utf8,
  wordBytes,
  writeInteger,
} from '../../../src/protocol/ascii.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const margin = 3;

describe('parseInteger', () => {
  test.each(['', '-', '+1', '-0', '00', '01', '-01', ' 1', '1 ', '1x', 'x', '1.0', '1e3', '--1', '1-', '0x1', '٣', '-9223372036854775809', '9223372036854775808', '1'.repeat(21)])(
    '%j is not an integer',
    (text) => {
      expect(parse(text)).toBeNaN();
      expect(parse64(text)).toBeUndefined();
    },
  );

  test('numbers beyond the safe range say so by their sign', () => {
    expect(parse('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parse('-9007199254740991')).toBe(Number.MIN_SAFE_INTEGER);
    expect(parse('9007199254740992')).toBe(Infinity);
    expect(parse('-9007199254740992')).toBe(-Infinity);
    expect(parse('9223372036854775807')).toBe(Infinity);
    expect(parse('-9223372036854775808')).toBe(-Infinity);
    expect(parse64('9223372036854775807')).toBe(INT64_MAX);
    expect(parse64('-9223372036854775808')).toBe(INT64_MIN);
  });

  test('every int64 is read exactly', () => {
    const int64 = fc.oneof(fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), fc.maxSafeInteger().map(BigInt), fc.integer().map(BigInt));
    fc.assert(
      fc.property(int64, (value) => {
        const text = String(value);
        expect(parse64(text)).toBe(value);
        const safe = Number.isSafeInteger(Number(value));
        expect(parse(text)).toBe(safe ? Number(value) : value > 0n ? Infinity : -Infinity);
      }),
    );
  });

  test('any other text is refused', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '9', '-', '+', ' ', 'a', '/', ':'), maxLength: 22 });
    fc.assert(
      fc.property(digits, (text) => {
        const value = /^(0|-?[1-9]\d*)$/.test(text) ? BigInt(text) : undefined;
        const inRange = value !== undefined && value >= INT64_MIN && value <= INT64_MAX;
        expect(parse64(text)).toBe(inRange ? value : undefined);
        expect(Number.isNaN(parse(text))).toBe(!inRange);
      }),
    );
  });
});

describe('writeInteger', () => {
  test('prints every safe integer as JavaScript does, and its length is known before', () => {
    const powers = Array.from({ length: 16 }, (_, i) => 10 ** i).flatMap((n) => [n - 1, n, n + 1, -n, 1 - n]);
    const bits = Array.from({ length: 53 }, (_, i) => 2 ** i).flatMap((n) => [n - 1, n, -n]);
    for (const n of [...powers, ...bits]) expect(print(n)).toBe(String(n));
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (n) => {
        expect(print(n)).toBe(String(n));
        expect(integerLength(n)).toBe(String(n).length);
      }),
    );
  });

  test('negative zero is zero', () => {
    expect(print(-0)).toBe('0');
  });
});

describe('ranges', () => {
  const bytes = Buffer.from('xxGeTxx\xe9');

  test('a word is found in any mixture of cases', () => {
    expect(equalsIgnoreCase(bytes, 2, 3, wordBytes('get'))).toBe(true);
    expect(equalsIgnoreCase(bytes, 2, 2, wordBytes('get'))).toBe(false);
    expect(equalsIgnoreCase(bytes, 1, 3, wordBytes('get'))).toBe(false);
    expect(equalsIgnoreCase(Buffer.from('[@`{'), 0, 4, wordBytes('{`@['))).toBe(false);
    for (let byte = 0; byte < 256; byte++) {
      const lower = String.fromCharCode(byte).toLowerCase();
      const word = wordBytes(byte < 0x80 ? lower : String.fromCharCode(byte));
      expect(equalsIgnoreCase(Uint8Array.of(byte), 0, 1, word)).toBe(true);
    }
  });

  test('equal bytes are equal, others are not', () => {
    expect(equalBytes(bytes, 0, 2, bytes, 5, 2)).toBe(true);
    expect(equalBytes(bytes, 0, 2, bytes, 5, 1)).toBe(false);
    expect(equalBytes(bytes, 0, 2, bytes, 1, 2)).toBe(false);
  });

  test('text is read from plain and from shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(16), 4);
    shared.set(bytes);
    for (const source of [bytes, new Uint8Array(bytes), shared]) {
      expect(latin1(source, 5, 4)).toBe('xx\xc3\xa9');
      expect(utf8(source, 5, 4)).toBe('xxé');
    }
  });
});

/** The text between other digits, which must not matter. */
function surround(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(margin, '1'), Buffer.from(text), Buffer.alloc(margin, '1')]);
}

function parse(text: string): number {
  return parseInteger(surround(text), margin, Buffer.byteLength(text));
}

function parse64(text: string): bigint | undefined {
  return parseInteger64(surround(text), margin, Buffer.byteLength(text));
}

function print(n: number): string {
  const bytes = Buffer.alloc(32, 'x');
  const end = writeInteger(bytes, margin, n);
  const text = bytes.toString('latin1');
  expect(text.slice(0, margin) + text.slice(end)).toMatch(/^x*$/);
  return text.slice(margin, end);
}
