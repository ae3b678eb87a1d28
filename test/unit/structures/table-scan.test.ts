import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { ChosenHash, keyWithHash, TableFixture } from './table-fixture.ts';

const END = 2 ** 32;

describe('a scan', () => {
  test('returns every record that was there throughout, however the table grows and shrinks meanwhile', () => {
    const step = fc.record({ grow: fc.nat({ max: 1500 }), shrink: fc.nat({ max: 1500 }) });
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 1200 }), fc.array(step, { minLength: 1, maxLength: 8 }), (seed, stableCount, steps) => {
        const random = new Random(seed);
        const fixture = new TableFixture(new KeyHash(random.uint32(), random.uint32()));
        const stable = Array.from({ length: stableCount }, (_, index) => fixture.insert(Buffer.from(`stable:${index}`)));
        const passing: Buffer[] = [];
        const ever = new Set(stable);
        const returned = new Set<number>();
        const out = new AddressList();
        let serial = 0;
        for (let position = 0, turn = 0; position < END; turn++) {
          const change = steps[turn % steps.length]!;
          for (let left = turn < 20 ? change.grow : 0; left > 0; left--) {
            const key = Buffer.from(`passing:${serial++}`);
            ever.add(fixture.insert(key));
            passing.push(key);
          }
          for (let left = Math.min(change.shrink, passing.length); left > 0; left--) fixture.remove(passing.pop()!);
          out.clear();
          const next = fixture.table.scan(fixture.root, position, out);
          expect(next).toBeGreaterThan(position);
          position = next;
          for (let index = 0; index < out.length; index++) returned.add(out.at(index));
        }
        expect(stable.filter((addr) => !returned.has(addr))).toEqual([]);
        expect([...returned].filter((addr) => !ever.has(addr))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps its promise for hashes at the edges of buckets and segments', () => {
    const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x8000ffff, 0x80010000, 0xfffeffff, 0xffff0000, 0xffffffff];
    const fixture = new TableFixture(new ChosenHash());
    const stable = edges.map((hash) => fixture.insert(keyWithHash(hash, 'edge')));
    const random = new Random(11);
    const returned = new Set<number>();
    const out = new AddressList();
    const passing: Buffer[] = [];
    for (let position = 0, turn = 0; position < END; turn++) {
      position = fixture.table.scan(fixture.root, position, out);
      for (let count = random.below(900); count > 0; count--) {
        const key = keyWithHash(random.uint32(), `${turn}.${count}`);
        fixture.insert(key);
        passing.push(key);
      }
      if (turn % 3 === 0) for (const key of passing.splice(0)) fixture.remove(key);
      if (turn > 100) break;
    }
    for (let position = 0; position < END; position = fixture.table.scan(fixture.root, position, out));
    for (let index = 0; index < out.length; index++) returned.add(out.at(index));
    expect(stable.every((addr) => returned.has(addr))).toBe(true);
    fixture.compare();
  });

  test('may begin at any position and returns what lies behind it', () => {
    const fixture = new TableFixture(new ChosenHash());
    const random = new Random(3);
    const hashes = Array.from({ length: 3000 }, () => random.uint32());
    const addrs = hashes.map((hash, index) => fixture.insert(keyWithHash(hash, index)));
    const out = new AddressList();
    for (let round = 0; round < 50; round++) {
      const start = random.uint32();
      out.clear();
      for (let position = start; position < END; position = fixture.table.scan(fixture.root, position, out));
      const returned = new Set(Array.from({ length: out.length }, (_, index) => out.at(index)));
      expect(addrs.filter((addr, index) => hashes[index]! >= start && !returned.has(addr))).toEqual([]);
    }
  });

  test('of an empty table ends at once', () => {
    const fixture = new TableFixture();
    expect(fixture.table.scan(fixture.root, 0, new AddressList())).toBe(END);
  });
});

describe('random', () => {
  test.each([1, 7, 61, 560, 2500])('draws each of %i entries about equally often', (count) => {
    const fixture = new TableFixture();
    const drawn = new Map(Array.from({ length: count }, (_, index) => [fixture.insert(Buffer.from(`key:${index}`)), 0]));
    const random = new Random(42);
    const expected = 40;
    for (let draw = 0; draw < count * expected; draw++) {
      const addr = fixture.table.random(fixture.root, random);
      drawn.set(addr, drawn.get(addr)! + 1);
    }
    expect(drawn.size).toBe(count);
    let chiSquared = 0;
    for (const times of drawn.values()) chiSquared += (times - expected) ** 2 / expected;
    // Mean count - 1, deviation sqrt(2 count): five deviations.
    expect(chiSquared).toBeLessThan(count + 5 * Math.sqrt(2 * count));
  });

  test('stays fair between segments of different depth', () => {
    const fixture = new TableFixture(new ChosenHash());
    const random = new Random(9);
    const sparse = new Set(Array.from({ length: 400 }, (_, index) => fixture.insert(keyWithHash(random.uint32() >>> 1, index))));
    for (let index = 0; index < 1600; index++) fixture.insert(keyWithHash(0x80000000 + (random.uint32() >>> 1), index));
    let fromSparse = 0;
    for (let draw = 0; draw < 20_000; draw++) {
      if (sparse.has(fixture.table.random(fixture.root, random))) fromSparse++;
    }
    expect(fromSparse / 20_000).toBeGreaterThan(0.18);
    expect(fromSparse / 20_000).toBeLessThan(0.22);
  });

  test('finds the only entry left when memory could not shrink', () => {
    const fixture = new TableFixture();
    const keys = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`key:${index}`));
    const addrs = keys.map((key) => fixture.insert(key));
    fixture.arena.tryAlloc = () => 0;
    for (const key of keys.slice(1)) fixture.remove(key);
    for (let draw = 0; draw < 20; draw++) expect(fixture.table.random(fixture.root, new Random(draw))).toBe(addrs[0]);
  });

  test('replays with its seed', () => {
    const fixture = new TableFixture();
    for (let index = 0; index < 1000; index++) fixture.insert(Buffer.from(`key:${index}`));
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => fixture.table.random(fixture.root, random));
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });
});
