import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyHash } from '../../../src/structures/key-hash.ts';

// HalfSipHash-1-3 of the bytes 0, 1, ... n - 1 under the key 00 01 ... 07: facts from the tests of Linux's lib/siphash.c.
const VECTORS = [
  0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6, 0x577999b1,
  0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04, 0x8b31d501, 0x2b1cd04b,
  0x06712339, 0x522aca67, 0x911bb605, 0x90a65f0e, 0xf826ef7b, 0x62512deb,
];

test('gives the published values of HalfSipHash-1-3', () => {
  const keyHash = new KeyHash(0x03020100, 0x07060504);
  const bytes = Uint8Array.from(VECTORS, (_, index) => index);
  expect(VECTORS.map((_, length) => keyHash.hash(bytes, 0, length) >>> 0)).toEqual(VECTORS);
});

test('hashes the same bytes alike wherever they stand, in shared memory too', () => {
  const keyHash = new KeyHash(1, 2);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 20 }), (key, offset) => {
      const shared = new Uint8Array(new SharedArrayBuffer(120)).fill(0xee);
      shared.set(key, offset);
      const hash = keyHash.hash(key, 0, key.length);
      expect(keyHash.hash(shared, offset, key.length)).toBe(hash);
      expect(hash | 0).toBe(hash);
    }),
  );
});

test('depends on every byte, on the length and on the whole seed', () => {
  const key = Uint8Array.from({ length: 19 }, (_, index) => index * 7);
  const hashes = new Set([new KeyHash(5, 6).hash(key, 0, key.length)]);
  const variants = key.length * 8 + 64 + key.length;
  for (let bit = 0; bit < key.length * 8; bit++) {
    const other = key.slice();
    other[bit >> 3]! ^= 1 << (bit & 7);
    hashes.add(new KeyHash(5, 6).hash(other, 0, other.length));
  }
  for (let bit = 0; bit < 32; bit++) {
    hashes.add(new KeyHash(5 ^ (1 << bit), 6).hash(key, 0, key.length));
    hashes.add(new KeyHash(5, 6 ^ (1 << bit)).hash(key, 0, key.length));
  }
  for (let length = 0; length < key.length; length++) hashes.add(new KeyHash(5, 6).hash(key, 0, length));
  expect(hashes.size).toBe(variants + 1);
});

test('spreads numbered keys evenly over its upper bits', () => {
  const keyHash = new KeyHash(0x1234, 0x5678);
  const buckets = new Int32Array(256);
  const keys = 256 * 400;
  for (let index = 0; index < keys; index++) {
    const key = Buffer.from(`user:${index}`);
    buckets[keyHash.hash(key, 0, key.length) >>> 24]! += 1;
  }
  const chiSquared = buckets.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
  // 255 degrees of freedom: 350 is exceeded once in ten thousand seeds.
  expect(chiSquared).toBeLessThan(350);
});
