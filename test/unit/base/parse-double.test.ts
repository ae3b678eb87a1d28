/** Doubles are read as glibc's strtod reads them, rounded correctly, and refused where Redis refuses them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBound, parseDouble } from '../../../src/base/parse-double.ts';
import { seed } from './seed.ts';

const lead = Buffer.from('9.');

function parse(text: string, read: typeof parseDouble = parseDouble): number {
  const bytes = Buffer.concat([lead, Buffer.from(`${text}7`, 'latin1')]);
  return read(bytes, lead.length, text.length);
}

describe('a score', () => {
  test.each<[string, number]>([
    ['0', 0], ['-0', -0], ['+0', 0], ['1', 1], ['-1', -1], ['+17', 17], ['007', 7], ['1.5', 1.5], ['.5', 0.5], ['5.', 5], ['-.5', -0.5], ['1e3', 1000],
    ['1E+3', 1000], ['1e-3', 0.001], ['123456789012345', 123456789012345], ['0.30000000000000004', 0.30000000000000004], ['9007199254740993', 9007199254740992],
    ['inf', Infinity], ['+Inf', Infinity], ['-INFINITY', -Infinity], ['0x10', 16], ['-0X1.8p1', -3], ['0x.8', 0.5], ['0x1p-1074', 5e-324], ['0x1.fffffffffffffp1023', Number.MAX_VALUE],
    ['0x1.00000000000008p0', 1], ['0x1.00000000000018p0', 1 + 2 * Number.EPSILON], ['0x1.8p-1074', 1e-323], ['0x0p99999999999', 0], ['4.9e-324', 5e-324], ['0e-99999', 0],
    ['1.7976931348623157e308', Number.MAX_VALUE], ['0.000000000000001', 1e-15], ['1234567.12345678', 1234567.12345678],
  ])('%s is %d', (text, value) => {
    expect(parse(text)).toBe(value);
  });

  test.each(['', ' 1', '1 ', '1\0', '.', '+', '-', '--1', '1e', '1e+', 'e5', '1.2.3', '1,5', 'nan', '-nan', 'nan(1)', 'infin', '0x', '0x.', '0x1p', '0xg', '0b1', '1_0', '1e5000', '-1e5000',
    '1e-5000', '0x1p1024', '0x1p-1076', '0x1p-99999999999', 'Infinit', '1f'])('%j is none', (text) => {
    expect(parse(text)).toBeNaN();
  });

  test('is the nearest double', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parse(String(value)) + 0).toBe(value + 0);
      expect(parse(value.toPrecision(17)) + 0).toBe(value + 0);
    }), { seed, numRuns: 2000 });
    fc.assert(fc.property(fc.integer({ min: -1e15 + 1, max: 1e15 - 1 }), fc.nat(15), (digits, decimals) => {
      const text = String(Math.abs(digits)).padStart(decimals + 1, '0');
      const split = text.length - decimals;
      const whole = `${digits < 0 ? '-' : ''}${text.slice(0, split)}.${text.slice(split)}`;
      expect(parse(whole)).toBe(Number(whole));
    }), { seed, numRuns: 2000 });
  });
});

describe('a bound of a range', () => {
  test.each<[string, number]>([
    ['', 0], ['\0', 0], ['1\0x', 1], [' 1', 1], ['\t\n\v\f\r 1.5', 1.5], ['1e5000', Infinity], ['-1e5000', -Infinity], ['1e-5000', 0], ['-0', -0], ['inf', Infinity], ['0x1p1024', Infinity], ['0x1p-1080', 0],
    ['12', 12],
  ])('%j is %d', (text, value) => {
    expect(parse(text, parseBound)).toBe(value);
  });

  test.each([' ', '1 ', 'x', 'nan', '1x', '+', '((1', '1e'])('%j is none', (text) => {
    expect(parse(text, parseBound)).toBeNaN();
  });
});
