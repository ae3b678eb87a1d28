/** Hashes against a map, in all encodings, with and without memory. */
import { array, assert as check, boolean, constantFrom, oneof, property, record, constant } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { seed } from '../base/seed.ts';
import { FailingArena } from '../structures/failing-arena.ts';
import { HashesFixture, textOf } from './hashes-fixture.ts';

const long = 'f'.repeat(70_000);
const field = constantFrom('a', 'b', 'c', 'field', '1', '-1', '01', '9223372036854775807', '', '\0\xff', 'x'.repeat(70), long, ...Array.from({ length: 12 }, (_, i) => `f${i}`));
const value = constantFrom('', 'v', '7', '-123456', '00', 'w'.repeat(60), 'w'.repeat(65), 'w'.repeat(2048), 'w'.repeat(2049), 'w'.repeat(40_000));
const time = constantFrom(0, 1, 5, 5, 6, 1000, 2 ** 40, 2 ** 46 - 1);
const step = oneof(
  { weight: 5, arbitrary: record({ kind: constant('set' as const), field, value, keeps: boolean() }) },
  { weight: 2, arbitrary: record({ kind: constant('remove' as const), field }) },
  { weight: 4, arbitrary: record({ kind: constant('expire' as const), field, time }) },
  { weight: 1, arbitrary: record({ kind: constant('due' as const), time }) },
);
type Step = typeof step extends { generate(...args: never[]): { value: infer T } } ? T : never;

function perform(fixture: HashesFixture, one: Step): void {
  switch (one.kind) {
    case 'set': return fixture.set(one.field, one.value, one.keeps);
    case 'remove': return fixture.remove(one.field);
    case 'expire': return fixture.setExpiry(one.field, one.time);
    default: return fixture.removeDue(one.time);
  }
}

describe('hashes', () => {
  it.each([[0, 64], [1, 64], [4, 64], [512, 0], [512, 64], [512, 100_000]])(
    'with listpacks of up to %i fields and values of up to %i bytes do as a map does', (entriesMax, valueMax) => {
      check(property(array(step, { maxLength: 60 }), (steps) => {
        const fixture = new HashesFixture(entriesMax, valueMax);
        for (const one of steps) perform(fixture, one);
        fixture.compare();
        expect(fixture.usedBytes).toBe(fixture.keyspace.hashes.usedBytes(fixture.entry));
        expect(fixture.free()).toBe(0);
      }), { seed, numRuns: 80 });
    });

  it('are as before when there is no room for a change', () => {
    check(property(array(step, { minLength: 1, maxLength: 40 }), constantFrom(2, 20, 512), (steps, entriesMax) => {
      const fixture = new HashesFixture(entriesMax, 64, FailingArena.make());
      const arena = fixture.keyspace.arena as FailingArena;
      for (const one of steps) {
        for (let failsAfter = 0; ; failsAfter++) {
          arena.failsAfter = failsAfter;
          const isDone = fixture.tryTo(() => perform(fixture, one));
          arena.failsAfter = Infinity;
          fixture.compare();
          if (isDone) break;
        }
      }
      expect(fixture.free()).toBe(0);
    }), { seed, numRuns: 40 });
  });

  it('keep small fields in the order in which they came, expiring ones first', () => {
    const fixture = new HashesFixture(512, 64);
    for (const name of ['a', 'b', 'c', 'd']) fixture.set(name, '1', false);
    fixture.setExpiry('c', 20);
    fixture.setExpiry('b', 10);
    fixture.setExpiry('d', 10);
    expect(names(fixture)).toEqual(['b', 'd', 'c', 'a']);
    fixture.set('b', '2', true);
    fixture.set('d', '2', false);
    expect(names(fixture)).toEqual(['b', 'c', 'a', 'd']);
    fixture.setExpiry('b', 0);
    fixture.setExpiry('c', 0);
    expect(names(fixture)).toEqual(['a', 'd', 'b', 'c']);
    expect(fixture.encoding).toBe('listpackex');
    fixture.free();
  });

  it('become tables past the limits and never small again', () => {
    const fixture = new HashesFixture(2, 8);
    fixture.set('a', '1', false);
    fixture.set('b', '2', false);
    fixture.set('b', '12345678', false);
    expect(fixture.encoding).toBe('listpack');
    fixture.set('c', '3', false);
    expect(fixture.encoding).toBe('hashtable');
    for (const name of ['a', 'b']) fixture.remove(name);
    expect(fixture.encoding).toBe('hashtable');
    expect(fixture.free()).toBe(0);
    const other = new HashesFixture(2, 8);
    other.set('a', '123456789', false);
    expect(other.encoding).toBe('hashtable');
    other.free();
  });

  it('take at most 45 bytes a field of ten bytes with a value of ten, and 30 more for an expiry', () => {
    const fixture = new HashesFixture(512, 64);
    const count = 20_000;
    for (let i = 0; i < count; i++) fixture.set(`field:${1000 + i}`.slice(-10), `value:${1000 + i}`.slice(-10), false);
    expect(fixture.usedBytes / count).toBeLessThan(45);
    for (const [i, name] of [...fixture.model.keys()].entries()) fixture.setExpiry(name, 1_700_000_000_000 + i * 7);
    expect(fixture.usedBytes / count).toBeLessThan(75);
    expect(fixture.free()).toBe(0);
  });

  it('draw every field equally often', () => {
    for (const count of [7, 600]) {
      const fixture = new HashesFixture(512, 64);
      for (let i = 0; i < count; i++) fixture.set(`f${i}`, '', false);
      const draws = count * 300;
      const times = new Map<string, number>();
      const random = new Random(seed);
      for (let i = 0; i < draws; i++) {
        fixture.keyspace.hashes.readRandom(fixture.entry, random);
        const name = textOf(fixture.keyspace.hashes.field);
        times.set(name, (times.get(name) ?? 0) + 1);
      }
      expect(times.size).toBe(count);
      expect(chiSquared([...times.values()], draws / count)).toBeLessThan(count + 5 * Math.sqrt(2 * count));
      fixture.free();
    }
  });
});

function names(fixture: HashesFixture): string[] {
  const { hashes } = fixture.keyspace;
  const all: string[] = [];
  hashes.startWalk(fixture.entry);
  while (hashes.nextField()) all.push(textOf(hashes.field));
  return all;
}

/** The sum over all fields: about as large as their number when they are drawn fairly. */
function chiSquared(times: readonly number[], expected: number): number {
  return times.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}
