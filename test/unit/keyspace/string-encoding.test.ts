import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodingOfBytes, encodingOfLength } from '../../../src/keyspace/string-encoding.ts';
import { StringEncoding } from '../../../src/keyspace/entry.ts';
import { parseInteger64 } from '../../../src/protocol/ascii.ts';
import { seed } from '../base/seed.ts';

const { int, embstr, raw } = StringEncoding;

/** Between other digits, so that a reading beyond the value shows. */
function encodingOf(text: string): number {
  const bytes = Buffer.from(`99${text}99`, 'latin1');
  return encodingOfBytes(bytes, 2, bytes.length - 4);
}

test.each([
  ['0', int], ['7', int], ['-1', int], ['10', int], ['123456789012345678', int], ['-999999999999999999', int],
  ['9223372036854775807', int], ['-9223372036854775808', int], ['9223372036854775808', embstr], ['-9223372036854775809', embstr],
  ['9999999999999999999', embstr], ['10000000000000000000', embstr], ['1000000000000000000', int],
  ['', embstr], ['-', embstr], ['-0', embstr], ['00', embstr], ['01', embstr], ['-01', embstr], ['+1', embstr], [' 1', embstr],
  ['1 ', embstr], ['1.0', embstr], ['1e3', embstr], ['0x1', embstr], ['--1', embstr], ['/', embstr], [':', embstr], ['1234567890abcdefgh', embstr],
  ['x'.repeat(44), embstr], ['x'.repeat(45), raw], ['1'.repeat(44), embstr], ['1'.repeat(45), raw],
])('%j has the encoding %i', (text, encoding) => {
  expect(encodingOf(text)).toBe(encoding);
});

test('a value is an int exactly if it reads as an int64', () => {
  const integer = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String);
  const nearly = fc.stringMatching(/^[-0-9]{0,21}$/);
  fc.assert(fc.property(fc.oneof(integer, nearly), (text) => {
    const isInt = parseInteger64(Buffer.from(text), 0, text.length) !== undefined;
    expect(encodingOf(text) === int).toBe(isInt);
  }), { seed, numRuns: 2000 });
});

test('text that is not looked at is embedded up to 44 bytes', () => {
  expect([0, 44, 45].map(encodingOfLength)).toEqual([embstr, embstr, raw]);
});
