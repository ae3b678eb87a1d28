/** Sorted sets against an array in order, in both forms, with every byte accounted for. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Random } from '../../../src/base/random.ts';
import { PutFlag } from '../../../src/keyspace/sorted-sets.ts';
import { ArenaFullError } from '../../../src/memory/arena.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { seed } from '../base/seed.ts';
import { FailingArena } from '../structures/failing-arena.ts';
import { limits, SortedSetsFixture } from './sorted-sets-fixture.ts';

const anyByte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', '', '1', '12', '-7', '007', '9223372036854775807', 'x'.repeat(12), 'x'.repeat(13), 'y'.repeat(300)),
  fc.string({ maxLength: 3, unit: anyByte }), fc.nat(40).map(String));
const score = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, 0.1, 1e20, 2 ** 62, -(2 ** 62), 2 ** 53 + 2, 1e300, 5e-324, Infinity, -Infinity), fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }));
const flags = fc.constantFrom(
  0, 0, 0, PutFlag.ifAbsent, PutFlag.ifPresent, PutFlag.ifGreater, PutFlag.ifLess, PutFlag.increment, PutFlag.increment | PutFlag.ifGreater);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('put' as const), name, score, flags }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('range' as const), from: fc.nat(30), count: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')) < 0;
}

/** Carries out a step in both; false when they disagree. */
function carryOut(fixture: SortedSetsFixture, one: Step): boolean {
  if (one.kind === 'put') return fixture.put(one.name, one.score, one.flags);
  if (one.kind === 'remove') return fixture.remove(one.name);
  if (one.kind === 'range') {
    const from = Math.min(one.from, fixture.model.length);
    fixture.removeRange(from, Math.min(one.count, fixture.model.length - from));
    return true;
  }
  fixture.sets.settle(fixture.entry);
  const fits = fixture.model.length <= limits.zsetMaxListpackEntries && fixture.model.every((member) => member.name.length <= limits.zsetMaxListpackValue);
  fixture.isLarge &&= !fits;
  return true;
}

function expectAgreement(fixture: SortedSetsFixture): void {
  const { entry, sets, model } = fixture;
  const members = model.map((member) => ({ name: member.name, score: member.score + 0 }));
  expect(fixture.forward()).toEqual(members);
  expect(fixture.backward()).toEqual(members.toReversed());
  expect(sets.length(entry)).toBe(members.length);
  expect(sets.encodingName(entry)).toBe(fixture.isLarge ? 'skiplist' : 'listpack');
  for (const [rank, member] of members.entries()) {
    expect([fixture.rankOf(member.name), fixture.scoreOf(member.name) + 0]).toEqual([rank, member.score]);
  }
  for (const bound of [0, 1, -Infinity, Infinity, ...members.map((member) => member.score)]) {
    expect(sets.rankOfScore(entry, bound, false)).toBe(members.filter((member) => member.score < bound).length);
    expect(sets.rankOfScore(entry, bound, true)).toBe(members.filter((member) => member.score <= bound).length);
  }
  expect([fixture.rankOf('no member'), fixture.scoreOf('no member')]).toEqual([-1, NaN]);
}

describe('a sorted set', () => {
  test('does what a sorted array does', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const fixture = new SortedSetsFixture();
      for (const one of steps) expect(carryOut(fixture, one) || one).toBe(true);
      expectAgreement(fixture);
      fixture.close();
    }), { seed, numRuns: 250 });
  });

  test('finds members by their bytes where all have one score', () => {
    fc.assert(fc.property(fc.uniqueArray(name, { maxLength: 30 }), fc.array(name, { maxLength: 20 }), score, (names, bounds, one) => {
      const fixture = new SortedSetsFixture();
      for (const member of names) fixture.put(member, one);
      for (const bound of [...bounds, ...names]) {
        expect(fixture.rankOfBytes(bound, false)).toBe(names.filter((member) => isBefore(member, bound)).length);
        expect(fixture.rankOfBytes(bound, true)).toBe(names.filter((member) => !isBefore(bound, member)).length);
      }
      fixture.close();
    }), { seed, numRuns: 200 });
  });

  test('of many members is exact, and gives its memory back as they go', () => {
    const fixture = new SortedSetsFixture();
    const random = new Random(7);
    for (let i = 0; i < 5000; i++) expect(fixture.put(`member:${random.below(3000)}`, random.below(500), random.below(4) === 0 ? PutFlag.increment : 0)).toBe(true);
    expect(fixture.forward()).toEqual(fixture.model);
    fixture.removeRange(100, 2000);
    expect(fixture.forward()).toEqual(fixture.model);
    fixture.keyspace.arena.check();
    while (fixture.model.length > 0) expect(fixture.remove(fixture.model[random.below(fixture.model.length)]!.name)).toBe(true);
    expect(fixture.sets.usedBytes(fixture.entry)).toBeLessThan(100);
    fixture.close();
  });

  test('knows what it occupies', () => {
    for (const count of [1, 8, 9, 500]) {
      const fixture = new SortedSetsFixture();
      const { arena } = fixture.keyspace;
      const before = arena.usedBytes - fixture.sets.usedBytes(fixture.entry);
      for (let i = 0; i < count; i++) fixture.put(`member:${i}`, i);
      for (let i = 0; i < count; i += 3) fixture.put(`member:${i}`, i + 1000);
      for (let i = 0; i < count; i += 5) fixture.remove(`member:${i}`);
      expect(fixture.sets.usedBytes(fixture.entry)).toBe(arena.usedBytes - before);
      fixture.close();
    }
  });

  test('keeps -0 in the large form, where Redis does, and orders it as 0', () => {
    const fixture = new SortedSetsFixture();
    fixture.put('x', -0);
    expect(fixture.scoreOf('x')).toBe(0);
    for (let i = 0; i < 9; i++) fixture.put(`m${i}`, i);
    fixture.put('y', -0);
    expect([fixture.scoreOf('x'), fixture.scoreOf('y')]).toEqual([0, -0]);
    expect(fixture.sets.rankOfScore(fixture.entry, 0, true)).toBe(3);
    expect(fixture.put('y', 0) && fixture.remove('y')).toBe(true);
    fixture.close();
  });

  test('is scanned whole whatever else comes and goes', () => {
    const fixture = new SortedSetsFixture();
    const { sets, entry } = fixture;
    const found = new AddressList();
    const seen = new Set<string>();
    const random = new Random(9);
    for (let i = 0; i < 1000; i++) fixture.put(`stays:${i}`, i);
    for (let position = 0; position < 2 ** 32;) {
      found.clear();
      position = sets.scan(entry, position, found);
      for (let i = 0; i < found.length; i++) {
        sets.cursor.showRecord(found.at(i));
        const { bytes, offset, length } = sets.cursor;
        seen.add(Buffer.from(bytes.slice(offset, offset + length)).toString());
      }
      for (let i = 0; i < 20; i++) {
        if (random.below(3) === 0) fixture.remove(`comes:${random.below(2000)}`);
        else fixture.put(`comes:${random.below(2000)}`, i);
      }
    }
    expect(Array.from({ length: 1000 }, (_, i) => `stays:${i}`).filter((member) => !seen.has(member))).toEqual([]);
    fixture.close();
  });
});

/** Whether `work` gets along with `allowed` allocations; if not, sees that it has changed nothing. */
function worksWith(arena: FailingArena, fixture: SortedSetsFixture, allowed: number, work: () => void): boolean {
  const members = JSON.stringify(fixture.forward());
  const encoding = fixture.sets.encodingName(fixture.entry);
  arena.failsAfter = allowed;
  try {
    work();
    return true;
  } catch (error) {
    assert(error instanceof ArenaFullError && allowed < 200, 'a change needs some allocations');
    assert(JSON.stringify(fixture.forward()) === members, 'all is as it was');
    assert(fixture.sets.encodingName(fixture.entry) === encoding, 'and in the same form');
    return false;
  } finally {
    arena.failsAfter = Infinity;
  }
}

describe('an arena that is full', () => {
  test('at any allocation leaves a sorted set as it was', () => {
    const arena = FailingArena.make();
    const fixture = new SortedSetsFixture(arena);
    const random = new Random(11);
    let failures = 0;
    for (let i = 0; i < 400; i++) {
      const member = `m${random.below(120)}`;
      const next = random.below(50) / 4;
      for (let allowed = 0; !worksWith(arena, fixture, allowed, () => void fixture.put(member, next)); allowed++) failures++;
    }
    expect(failures).toBeGreaterThan(100);
    expect(fixture.forward()).toEqual(fixture.model);
    fixture.close();
  });

  test('leaves a large form large that was to be settled', () => {
    const arena = FailingArena.make();
    const fixture = new SortedSetsFixture(arena);
    for (let i = 0; i < 9; i++) fixture.put(`member${i}`, i);
    fixture.remove('member8');
    let allowed = 0;
    while (!worksWith(arena, fixture, allowed, () => fixture.sets.settle(fixture.entry))) allowed++;
    expect(allowed).toBeGreaterThan(2);
    expect(fixture.sets.encodingName(fixture.entry)).toBe('listpack');
    expect(fixture.forward()).toEqual(fixture.model);
    fixture.close();
  });
});
