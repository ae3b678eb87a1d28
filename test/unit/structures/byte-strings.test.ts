import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteStrings } from '../../../src/structures/byte-strings.ts';
import { seed } from '../base/seed.ts';

test('strings come back as they were added, in the order of their bytes', () => {
  const strings = new ByteStrings();
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 300 }), (all) => {
    strings.clear();
    for (const [i, bytes] of all.entries()) {
      if (i % 2 === 0) {
        strings.add(Buffer.concat([Buffer.from('<'), bytes, Buffer.from('>')]), 1, bytes.length);
      } else {
        const at = strings.reserve(bytes.length);
        strings.bytes.set(bytes, at);
      }
    }
    expect(strings.length).toBe(all.length);
    for (const [i, bytes] of all.entries()) {
      const at = strings.offsetOf(i);
      expect(strings.lengthOf(i)).toBe(bytes.length);
      expect(Buffer.compare(strings.bytes.subarray(at, at + bytes.length), bytes)).toBe(0);
      const other = Math.floor(i / 2);
      expect(Math.sign(strings.compare(other, i))).toBe(Buffer.compare(all[other]!, bytes));
    }
  }), { seed });
});

test('a string longer than all room before has room', () => {
  const strings = new ByteStrings();
  const long = new Uint8Array(3_000_000).fill(7);
  strings.add(new Uint8Array([1]), 0, 1);
  strings.add(long, 0, long.length);
  expect(strings.lengthOf(1)).toBe(long.length);
  expect(strings.bytes[strings.offsetOf(1) + long.length - 1]).toBe(7);
  strings.clear();
  expect(strings.length).toBe(0);
  expect(strings.bytes.length).toBeLessThan(100_000);
});
