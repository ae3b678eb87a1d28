import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { ArenaFullError, Purpose } from '../../../src/memory/arena.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { directoryDepthOf } from '../../../src/structures/segments.ts';
import { ChosenHash, keyWithHash, TableFixture } from './table-fixture.ts';

function depthOf(fixture: TableFixture): number {
  return directoryDepthOf(fixture.arena.i32, fixture.root);
}

describe('a large table', () => {
  test('agrees with a map through waves of growth and shrinking, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 6000 }), { minLength: 2, maxLength: 5 }), (seed, sizes) => {
        const random = new Random(seed);
        const fixture = new TableFixture(new KeyHash(random.uint32(), random.uint32()));
        const present: Buffer[] = [];
        let serial = 0;
        for (const size of [...sizes, 0]) {
          while (present.length < size) {
            const key = Buffer.from(`key:${serial++}`);
            fixture.insert(key);
            present.push(key);
          }
          while (present.length > size) {
            const index = random.below(present.length);
            fixture.remove(present[index]!);
            present[index] = present.at(-1)!;
            present.pop();
          }
          fixture.compare();
        }
        expect(fixture.expectNothingLeft()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('has no directory up to 560 entries and none again when it has become small', () => {
    const fixture = new TableFixture();
    const keys = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`key:${index}`));
    for (const key of keys.slice(0, 560)) fixture.insert(key);
    expect(depthOf(fixture)).toBe(0);
    for (const key of keys.slice(560)) fixture.insert(key);
    expect(depthOf(fixture)).toBeGreaterThanOrEqual(6);
    fixture.compare();
    for (const key of keys.slice(100)) fixture.remove(key);
    expect(depthOf(fixture)).toBe(0);
    fixture.compare();
    for (const key of keys.slice(0, 100)) fixture.remove(key);
    fixture.expectNothingLeft();
  });

  test('stays under 10 bytes an entry and gives memory back as it shrinks', () => {
    const fixture = new TableFixture();
    const keys = Array.from({ length: 100_000 }, (_, index) => Buffer.from(`key:${index}`));
    for (const key of keys) fixture.insert(key);
    expect(fixture.table.usedBytes(fixture.root) / keys.length).toBeLessThan(10);
    for (const key of keys.slice(10_000)) fixture.remove(key);
    expect(fixture.table.usedBytes(fixture.root) / 10_000).toBeLessThan(25);
    fixture.check();
    fixture.drain();
  });

  test('keeps replaced entries where they are', () => {
    const fixture = new TableFixture();
    for (let index = 0; index < 3000; index++) fixture.insert(Buffer.from(`key:${index}`));
    const usedBytes = fixture.table.usedBytes(fixture.root);
    for (let index = 0; index < 3000; index++) fixture.replace(Buffer.from(`key:${index}`));
    expect(fixture.table.usedBytes(fixture.root)).toBe(usedBytes);
    fixture.compare();
    fixture.drain();
  });
});

describe('hashes that do not spread', () => {
  test('2000 keys of one hash work, without a directory', () => {
    const fixture = new TableFixture(new ChosenHash());
    for (let index = 0; index < 2000; index++) fixture.insert(keyWithHash(0x9e3779b9, index));
    expect(depthOf(fixture)).toBe(0);
    fixture.compare();
    expect(fixture.find(keyWithHash(0x9e3779b9, 'absent'))).toBe(0);
    expect(fixture.find(keyWithHash(0x9e3779ba, 'absent'))).toBe(0);
    fixture.drain();
  });

  test.each([
    ['two values', (index: number) => (index % 2) * 0xffffffff],
    ['eight values far apart', (index: number) => (index % 8) << 29],
    ['neighbouring values', (index: number) => index],
    ['values that share 20 bits', (index: number) => 0xabcde000 + (index % 4096)],
    ['mostly one value', (index: number) => (index % 10 === 0 ? Math.imul(index, 0x9e3779b1) : 0x40000000)],
    ['only the last bit of the tag', (index: number) => (index % 2) << 16],
  ])('%s work', (_, hashOf) => {
    const fixture = new TableFixture(new ChosenHash());
    const keys = Array.from({ length: 2000 }, (__, index) => keyWithHash(hashOf(index), index));
    for (const [index, key] of keys.entries()) {
      fixture.insert(key);
      if (index % 500 === 0) fixture.compare();
    }
    fixture.compare();
    for (const [index, key] of keys.entries()) {
      fixture.remove(key);
      if (index % 500 === 0) fixture.compare();
    }
    expect(fixture.expectNothingLeft()).toBe(0);
  });

  test('a crowd at one hash amid ordinary keys leaves the rest of the table as it is', () => {
    const fixture = new TableFixture(new ChosenHash());
    const random = new Random(7);
    const others = Array.from({ length: 4000 }, (_, index) => keyWithHash(random.uint32(), index));
    const crowd = Array.from({ length: 1500 }, (_, index) => keyWithHash(0x80000001, `c${index}`));
    for (const key of [...others, ...crowd]) fixture.insert(key);
    fixture.compare();
    for (const key of crowd) fixture.remove(key);
    fixture.compare();
    for (const key of others) fixture.remove(key);
    expect(fixture.expectNothingLeft()).toBe(0);
  });
});

describe('a full arena', () => {
  test('leaves the table as it was, takes removals, and takes insertions again', () => {
    for (const recordsBytes of [0, 3_000_000, 6_900_000]) {
      const fixture = new TableFixture(undefined, 8 * 2 ** 20);
      const ballast = recordsBytes === 0 ? 0 : fixture.arena.alloc(recordsBytes, Purpose.value);
      const keys: Buffer[] = [];
      expect(() => {
        for (;;) {
          const key = Buffer.from(`key:${keys.length}`);
          fixture.insert(key);
          keys.push(key);
        }
      }).toThrow(ArenaFullError);
      fixture.compare();
      fixture.arena.check();
      const half = keys.splice(0, keys.length / 2);
      for (const key of half) fixture.remove(key);
      fixture.compare();
      for (const key of half.slice(0, half.length / 2)) fixture.insert(key);
      fixture.compare();
      if (ballast !== 0) fixture.arena.free(ballast, Purpose.value);
      fixture.drain();
    }
  });

  test('never stops a removal: memory that cannot shrink stays and is given back later', () => {
    const fixture = new TableFixture(undefined, 8 * 2 ** 20);
    const keys = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`key:${index}`));
    for (const key of keys) fixture.insert(key);
    const ballast: number[] = [];
    for (const bytes of [60_000, 4096, 512, 64]) {
      for (let addr = 1; addr !== 0;) {
        addr = fixture.arena.tryAlloc(bytes, Purpose.value);
        if (addr !== 0) ballast.push(addr);
      }
    }
    const tryAlloc = fixture.arena.tryAlloc.bind(fixture.arena);
    fixture.arena.tryAlloc = () => 0;
    for (const key of keys.slice(50)) fixture.remove(key);
    fixture.compare();
    const usedBytes = fixture.table.usedBytes(fixture.root);
    fixture.arena.tryAlloc = tryAlloc;
    for (const addr of ballast) fixture.arena.free(addr, Purpose.value);
    for (const key of keys.slice(0, 40)) fixture.remove(key);
    expect(fixture.table.usedBytes(fixture.root)).toBeLessThan(usedBytes);
    fixture.compare();
    fixture.drain();
  });
});
