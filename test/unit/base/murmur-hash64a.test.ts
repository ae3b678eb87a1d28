import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MurmurHash64A } from '../../../src/base/murmur-hash64a.ts';
import { seed } from './seed.ts';

const mask = 2n ** 64n - 1n;
const multiplier = 0xc6a4a7935bd1e995n;

/** The algorithm in its 64-bit form. */
function hashWithBigInts(bytes: Uint8Array, seedValue: number): bigint {
  let hash = BigInt(seedValue) ^ ((BigInt(bytes.length) * multiplier) & mask);
  const blocks = Math.floor(bytes.length / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < blocks; i++) {
    let block = (view.getBigUint64(i * 8, true) * multiplier) & mask;
    block ^= block >> 47n;
    hash = ((hash ^ ((block * multiplier) & mask)) * multiplier) & mask;
  }
  const rest = bytes.subarray(blocks * 8);
  if (rest.length > 0) {
    for (const [i, byte] of rest.entries()) hash ^= BigInt(byte) << BigInt(i * 8);
    hash = (hash * multiplier) & mask;
  }
  hash ^= hash >> 47n;
  hash = (hash * multiplier) & mask;
  return hash ^ (hash >> 47n);
}

function hashOf(bytes: Uint8Array, offset: number, length: number, seedValue: number): bigint {
  const hash = new MurmurHash64A(seedValue);
  hash.hash(bytes, offset, length);
  return (BigInt(hash.hi >>> 0) << 32n) | BigInt(hash.lo >>> 0);
}

test('the hash in two words is the hash in 64 bits', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), fc.constantFrom(0xadc83b19, 0, 0xffffffff), (bytes, skew, seedValue) => {
    const shifted = Uint8Array.from([...new Uint8Array(skew).fill(0xee), ...bytes, 0xee, 0xee]);
    expect(hashOf(shifted, skew, bytes.length, seedValue)).toBe(hashWithBigInts(bytes, seedValue));
  }), { seed, numRuns: 2000 });
});

// redis-server 7.0.15 showed them: PFADD of one element and PFDEBUG DECODE tell the register and the run of zeros.
test.each([
  ['a', 12711, 2], ['', 5938, 2], ['hello', 9216, 1], ['a longer element, of more than eight bytes', 2726, 4], ['12345678', 10579, 3],
])('%j falls where redis-server puts it', (element, index, run) => {
  const bytes = Buffer.from(element, 'latin1');
  const hash = hashOf(bytes, 0, bytes.length, 0xadc83b19);
  let zeros = 0;
  for (let rest = (hash >> 14n) | (1n << 50n); (rest & 1n) === 0n; rest >>= 1n) zeros++;
  expect([Number(hash & 0x3fffn), zeros + 1]).toEqual([index, run]);
});
