/** Sets beside a naive model: random additions, removals and draws in every form, and an arena that is full at any moment. */
import { array, assert as check, constantFrom, integer, nat, oneof, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Random } from '../../../src/base/random.ts';
import { ValueType } from '../../../src/keyspace/entry.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { SetCursor } from '../../../src/keyspace/sets/set-cursor.ts';
import { defaultLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena, ArenaFullError } from '../../../src/memory/arena.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { ListpackValue } from '../../../src/structures/listpack-value.ts';
import { seed } from '../base/seed.ts';
import { FailingArena } from '../structures/failing-arena.ts';

const limits = { ...defaultLimits, setMaxIntsetEntries: 6, setMaxListpackEntries: 5, setMaxListpackValue: 8 };
const word = oneof(
  { weight: 5, arbitrary: integer({ min: -9, max: 9 }).map(String) },
  { weight: 1, arbitrary: constantFrom('32768', '-40000', '2147483648', '9223372036854775807', '-9223372036854775808', '9223372036854775808') },
  { weight: 3, arbitrary: constantFrom('', 'a', 'b', 'c', '01', '-0', '\0\xff', 'eight888') },
  { weight: 1, arbitrary: constantFrom('nine99999', 'x'.repeat(300), 'y'.repeat(70_000)) },
  { weight: 1, arbitrary: string({ maxLength: 12, unit: 'binary-ascii' }) },
);
const step = record({ word, what: constantFrom('add', 'add', 'add', 'remove', 'remove', 'draw'), draw: nat() });

/** One set in an arena, and what it should hold. */
class Fixture {
  readonly keyspace: Keyspace;
  readonly model = new Set<string>();
  readonly random = new Random(seed);
  readonly entry: number;
  readonly #baselineBytes: number;
  readonly #member = new ListpackValue();

  constructor(arena: Arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 })) {
    this.keyspace = new Keyspace(arena, new KeyHash(1, 2), 0, 1, 1, limits);
    this.keyspace.format();
    this.#baselineBytes = arena.usedBytes;
    this.entry = this.keyspace.prepare(Buffer.from('key'), 0, 3, ValueType.set, 'none');
  }

  add(text: string): void {
    assert(this.keyspace.sets.add(this.entry, this.#value(text)) !== this.model.has(text), 'an addition tells whether the member is new');
    this.model.add(text);
  }

  remove(text: string): void {
    assert(this.keyspace.sets.remove(this.entry, this.#value(text)) === this.model.delete(text), 'a removal tells whether the member was there');
  }

  /** Draws a member and removes it by its place. */
  takeOne(): void {
    if (this.model.size === 0) return;
    const place = this.keyspace.sets.draw(this.entry, this.random, this.#member);
    assert(this.model.delete(textOf(this.#member)), 'what is drawn is a member');
    this.keyspace.sets.removeAt(this.entry, place);
  }

  members(): string[] {
    const cursor = new SetCursor().start(this.keyspace.sets, this.entry);
    const found: string[] = [];
    while (cursor.next()) found.push(textOf(cursor.member));
    return found;
  }

  compare(): void {
    const { keyspace: { sets }, entry, model } = this;
    const members = this.members();
    assert(sets.length(entry) === model.size && members.length === model.size, 'a set counts its members');
    assert(members.every((text) => model.has(text)) && new Set(members).size === model.size, 'a walk meets every member once');
    for (const text of [...model, 'absent', '77']) assert(sets.has(entry, this.#value(text)) === model.has(text), 'members are found');
    const { arena } = this.keyspace;
    assert(arena.usedBytes - this.#baselineBytes === arena.capacityBytes(entry) + sets.usedBytes(entry), 'a set knows its bytes');
  }

  /** Frees the set; the bytes that are lost. */
  drain(): number {
    this.keyspace.discard(this.entry);
    this.keyspace.unlinked.freeAll();
    this.keyspace.arena.check();
    return this.keyspace.arena.usedBytes - this.#baselineBytes;
  }

  #value(text: string): ListpackValue {
    const bytes = Buffer.from(text, 'latin1');
    const value = new ListpackValue();
    value.setBytes(bytes, 0, bytes.length);
    return value;
  }
}

function textOf(value: ListpackValue): string {
  const bytes = Buffer.alloc(value.byteLength());
  value.writeBytes(bytes, 0);
  return bytes.toString('latin1');
}

test('sets hold what a model holds, whatever form they have', () => {
  check(property(array(step, { maxLength: 60 }), (steps) => {
    const fixture = new Fixture();
    for (const { word: text, what } of steps) {
      if (what === 'add') fixture.add(text);
      else if (what === 'remove') fixture.remove(text);
      else fixture.takeOne();
    }
    fixture.compare();
    expect(fixture.drain()).toBe(0);
  }), { seed, numRuns: 300 });
});

test('a set in a full arena keeps its members, and nothing leaks', () => {
  check(property(array(step, { maxLength: 40 }), nat(25), (steps, failsAfter) => {
    const arena = FailingArena.make();
    const fixture = new Fixture(arena);
    for (const { word: text, what } of steps) {
      arena.failsAfter = what === 'add' && text.length % 2 === 0 ? failsAfter % 4 : Infinity;
      try {
        if (what === 'add') fixture.add(text);
        else fixture.remove(text);
      } catch (error) {
        if (!(error instanceof ArenaFullError)) throw error;
      }
      arena.failsAfter = Infinity;
      fixture.compare();
    }
    expect(fixture.drain()).toBe(0);
  }), { seed, numRuns: 200 });
});

test.each([
  ['6 integers are an intset', ['1', '2', '3', '4', '5', '6'], 'intset'],
  ['7 integers are a table', ['1', '2', '3', '4', '5', '6', '7'], 'hashtable'],
  ['5 short strings are a listpack', ['a', 'b', 'c', 'd', 'e'], 'listpack'],
  ['6 short strings are a table', ['a', 'b', 'c', 'd', 'e', 'f'], 'hashtable'],
  ['a long string makes a table', ['123456789'.repeat(3)], 'hashtable'],
  ['integers and a short string are a listpack', ['1', '2', 'x'], 'listpack'],
  ['5 integers and a short string are a table', ['1', '2', '3', '4', '5', 'x'], 'hashtable'],
  ['an integer that is too long for a listpack and a short string are a table', ['123456789', 'x'], 'hashtable'],
  ['a negative integer that is too long as well', ['-12345678', 'x'], 'hashtable'],
  ['a table does not become less', ['1', '2', '3', '4', '5', '6', '7', '-1', '-2'], 'hashtable'],
])('%s', (_, words, encoding) => {
  const fixture = new Fixture();
  for (const text of words) fixture.add(text);
  expect(fixture.keyspace.sets.encodingName(fixture.entry)).toBe(encoding);
  for (const text of words.slice(1)) fixture.remove(text);
  expect(fixture.keyspace.sets.encodingName(fixture.entry)).toBe(encoding);
  fixture.compare();
  expect(fixture.drain()).toBe(0);
});

test('a large set comes and goes without a leak', () => {
  const fixture = new Fixture();
  for (let i = 0; i < 20_000; i++) fixture.add(`member:${i}`);
  fixture.compare();
  for (let i = 0; i < 15_000; i++) fixture.takeOne();
  fixture.compare();
  expect(fixture.drain()).toBe(0);
});
