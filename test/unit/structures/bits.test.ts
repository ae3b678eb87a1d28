/** Bits of byte ranges against strings of '0' and '1'. Ranges begin at every distance from a word. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena, Purpose } from '../../../src/memory/arena.ts';
import { type BitOperation, type BitSource, combineBits } from '../../../src/structures/bit-operation.ts';
import { countBits, countBitsBetween, countWord, findBit } from '../../../src/structures/bits.ts';
import { seed } from '../base/seed.ts';

const arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 });
const block = arena.alloc(200_000, Purpose.value) * 8;
const uniform = fc.tuple(fc.constantFrom(0, 0xff, 0x55), fc.nat(300)).map(([byte, length]) => Uint8Array.from({ length }, () => byte));
const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), uniform), { maxLength: 4 }).map((parts) => Uint8Array.from(Buffer.concat(parts)));

function bitsOf(range: Uint8Array): string {
  return Array.from(range, (byte) => byte.toString(2).padStart(8, '0')).join('');
}

function ones(bits: string): number {
  return bits.replaceAll('0', '').length;
}

test('a word has its bits counted', () => {
  fc.assert(fc.property(fc.integer(), (word) => {
    expect(countWord(word)).toBe(ones((word >>> 0).toString(2)));
  }), { seed });
});

test('bits are counted and found as in a string of digits', () => {
  fc.assert(fc.property(bytes, fc.nat(3), fc.nat(), fc.nat(), fc.constantFrom(0, 1), (range, skew, a, b, bit) => {
    const offset = block + 64 + skew;
    // What surrounds the range must not count.
    arena.u8.fill(bit === 1 ? 0xff : 0, block, block + range.length + 200);
    arena.u8.set(range, offset);
    const bits = bitsOf(range);
    expect(countBits(arena, offset, range.length)).toBe(ones(bits));
    if (bits === '') return;
    const [first, last] = [a % bits.length, b % bits.length].toSorted((x, y) => x - y) as [number, number];
    const found = bits.slice(first, last + 1).indexOf(String(bit));
    expect(countBitsBetween(arena, offset, first, last)).toBe(ones(bits.slice(first, last + 1)));
    expect(findBit(arena, offset, first, last, bit)).toBe(found < 0 ? -1 : first + found);
  }), { seed, numRuns: 500 });
});

const modelOf: Record<BitOperation, (bits: readonly boolean[]) => boolean> = {
  and: (bits) => bits.every(Boolean),
  or: (bits) => bits.some(Boolean),
  xor: (bits) => bits.filter(Boolean).length % 2 === 1,
  not: ([bit]) => !bit,
  diff: ([first, ...others]) => first! && !others.some(Boolean),
  diff1: ([first, ...others]) => !first && others.some(Boolean),
  andor: ([first, ...others]) => first! && others.some(Boolean),
  one: (bits) => bits.filter(Boolean).length === 1,
};

function combineNaively(operation: BitOperation, sources: readonly Uint8Array[], length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => {
    let byte = 0;
    for (let bit = 1; bit <= 128; bit *= 2) if (modelOf[operation](sources.map((source) => ((source[at] ?? 0) & bit) !== 0))) byte |= bit;
    return byte;
  });
}

/** The sources one behind the other in the arena, each at a distance from a word of its own; and how long the longest is. */
function place(sources: readonly Uint8Array[]): { placed: BitSource[]; length: number } {
  let at = block;
  const placed = sources.map((source, i) => {
    const offset = at + i % 4;
    arena.u8.set(source, offset);
    at += Math.ceil(source.length / 8) * 8 + 8;
    return { arena, offset, length: source.length };
  });
  return { placed, length: Math.max(...sources.map((source) => source.length)) };
}

test.each(Object.keys(modelOf) as BitOperation[])('%s combines strings of different lengths bit by bit', (operation) => {
  const target = new Uint8Array(100_000);
  fc.assert(fc.property(fc.array(bytes, { minLength: 1, maxLength: operation === 'not' ? 1 : 5 }), (sources) => {
    const { placed, length } = place(sources);
    target.fill(0xa5);
    combineBits(operation, placed, target, 3, length);
    expect(Buffer.compare(target.subarray(3, 3 + length), combineNaively(operation, sources, length))).toBe(0);
    expect([target[2], target[3 + length]]).toEqual([0xa5, 0xa5]);
  }), { seed, numRuns: 100 });
});

test.each(Object.keys(modelOf) as BitOperation[])('%s combines long strings piece by piece', (operation) => {
  const sources = [40_003, 16_384, 33_000, 0, 7].map((length, i) => Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 5) * 13 + i * 31) & 0xff));
  const { placed, length } = place(operation === 'not' ? sources.slice(0, 1) : sources);
  const target = new Uint8Array(length);
  combineBits(operation, placed, target, 0, length);
  expect(Buffer.compare(target, combineNaively(operation, sources, length))).toBe(0);
});
