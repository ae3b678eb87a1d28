/**
 * Doubles look as servers of the Redis 7.2 line and later print them. The pairs are a choice from
 * what such a server printed, with the borders of each layout added; a checkout that has the whole
 * recording beside it is compared with that too.
 */
import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DOUBLE_TEXT_BYTES_MAX, formatDouble, writeDouble } from '../../../src/base/format-double.ts';
import { seed } from './seed.ts';

/** IEEE 754 bits in hex, big-endian, and the text. */
const PAIRS: readonly (readonly [bits: string, text: string])[] = [
  ['c062c00000000000', '-150'],
  ['c02e000000000000', '-15'],
  ['4077200000000000', '370'],
  ['41071c2000000000', '189316'],
  ['40f86a0000000000', '100000'],
  ['412e848000000000', '1000000'],
  ['41eb9130a0000000', '3700000000'],
  ['c16c9c3800000000', '-15000000'],
  ['41b60dc080000000', '370000000'],
  ['42d6bcc41e900000', '100000000000000'],
  ['42374876e8000000', '100000000000'],
  ['42c0d35deda80000', '37000000000000'],
  ['4337c9bafe5580d8', '6695729432461528'],
  ['c34aa535d3d0c000', '-15000000000000000'],
  ['43abc16d674ec800', '1000000000000000000'],
  ['43e804d3713239fb', '13845925119556311000'],
  ['43e290b0eb70d555', '10702108916686957000'],
  ['44aab4f024a255fd', '63059623311018480000000'],
  ['44b52d02c7e14af7', '100000000000000010000000'],
  ['3f50624dd2f1a9fc', '0.001'],
  ['3fb999999999999a', '0.1'],
  ['3f6e4f765fd8adac', '0.0037'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['bf589374bc6a7efa', '-0.0015'],
  ['3fd9e14dec2625c2', '0.4043764883177482'],
  ['3fd5555555555555', '0.3333333333333333'],
  ['3fb478453482de84', '0.07996017963420782'],
  ['c07c50083126e979', '-453.002'],
  ['c0a1034083126e98', '-2177.626'],
  ['c0998021cac08312', '-1632.033'],
  ['c23bbb09e76ebc01', '-119102105454.73439'],
  ['421ebc41229e9247', '33001851047.64285'],
  ['41f2c10a0f60b914', '5034254582.045185'],
  ['c087229031e02ea0', '-740.32040763037'],
  ['c08b940924657270', '-882.50446395164'],
  ['408a53d32b482626', '842.4781098972933'],
  ['408443238332a914', '648.3923400838707'],
  ['408e1aa0fd9d4134', '963.3286087308429'],
  ['400d963313f9446a', '3.6983396110959363'],
  ['418d32910ac9168b', '6.123164934818753e+7'],
  ['41b26be8b49a1a84', '3.090618126019671e+8'],
  ['c1380dd9b06052e7', '-1.576409688969785e+6'],
  ['d15f04d0c69ed94b', '-9.415512274420212e+83'],
  ['45962db44ca64a36', '1.7159808294635413e+27'],
  ['453e9b0e04e39e59', '3.7000000000000003e+25'],
  ['f64f1e24126c6d5b', '-7.655159924906583e+261'],
  ['ecb8c1619df5a071', '-5.3336779175729166e+215'],
  ['7ef3927a1b13cdec', '3.355480753460374e+303'],
  ['4480f0cf064dd592', '1e+22'],
  ['45208b2a2c280291', '1e+25'],
  ['4415af1d78b58c40', '1e+20'],
  ['3f1de72763d4d3b6', '1.1407068173670165e-4'],
  ['3e48aa7a5eee6f82', '1.148596859100151e-8'],
  ['be501b2b29a4692c', '-1.5000000000000002e-8'],
  ['35834f3b62d20fee', '6.45121874069401e-51'],
  ['bac7361cb863de63', '-1.5000000000000001e-25'],
  ['3d5a0953d3aa5a6c', '3.7000000000000004e-13'],
  ['036ed41a79603550', '3.861597645838806e-292'],
  ['97145e118303c5c3', '-1.7029410417784673e-197'],
  ['07e2962cd6175ea9', '1.0994471686796688e-270'],
  ['3e45798ee2308c3a', '1e-8'],
  ['3e7ad7f29abcaf48', '1e-7'],
  ['3e112e0be826d695', '1e-9'],
  ['3d719799812dea11', '1e-12'],
  ['3c9cd2b297d889bc', '1e-16'],
  ['3bfd83c94fb6d2ac', '1e-19'],
  ['0000000000000001', '5e-324'],
  ['43d0000000000000', '4611686018427387904'],
  ['c3d0000000000000', '-4611686018427387904'],
  ['43d0000000000001', '4611686018427389000'],
  ['44b52d02c7e14af6', '1e+23'],
  ['3f50624dd2f1a9fb', '9.999999999999998e-4'],
  ['3f1a36e2eb1c432d', '0.0001'],
  ['3e112e0be826d694', '9.999999999999999e-10'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['7ff0000000000000', 'inf'],
  ['fff0000000000000', '-inf'],
  ['7ff8000000000000', 'nan'],
  ['8000000000000000', '-0'],
];

const RECORDING = new URL('../../../../shared/reference/doubles.tsv', import.meta.url);
/** Recorded through a compact sorted set, which keeps integers as such and so loses the sign of zero. */
const NEGATIVE_ZERO = '8000000000000000';

describe('formatDouble', () => {
  test.each(PAIRS)('%s is %s', (bits, text) => {
    expect(formatDouble(doubleOf(bits))).toBe(text);
  });

  test('reads back as the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatDouble(value))).toBe(value);
      }),
    );
  });
});

describe('writeDouble', () => {
  test('prints the same', () => {
    const bytes = new Uint8Array(DOUBLE_TEXT_BYTES_MAX + 3);
    const printed = (value: number): string => Buffer.from(bytes.subarray(3, writeDouble(bytes, 3, value))).toString('latin1');
    for (const [bits, text] of PAIRS) expect(printed(doubleOf(bits))).toBe(text);
    const short = fc.tuple(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), fc.nat(9)).map(([digits, decimals]) => digits / 10 ** decimals);
    fc.assert(fc.property(fc.oneof(fc.double(), short, fc.double({ min: -1000, max: 1000 })), (value) => {
      expect(printed(value)).toBe(formatDouble(value));
    }), { numRuns: 5000, seed });
  });
});

describe.runIf(existsSync(RECORDING))('the whole recording', () => {
  test('is printed alike', () => {
    const rows = readFileSync(RECORDING, 'utf8').split('\n').filter((line) => /^[0-9a-f]{16}\t/.test(line));
    expect(rows.length).toBeGreaterThan(1600);
    const wrong = rows
      .map((row) => row.split('\t'))
      .filter(([bits, , text]) => bits !== NEGATIVE_ZERO && formatDouble(doubleOf(bits!)) !== text);
    expect(wrong).toEqual([]);
  });
});

function doubleOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}
