import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Random } from '../../../src/base/random.ts';
import { ArenaFullError } from '../../../src/memory/arena.ts';
import { WeightedSequence } from '../../../src/structures/weighted-sequence.ts';
import { seed } from '../base/seed.ts';
import { FailingArena } from './failing-arena.ts';

interface Item {
  ref: number;
  weight: number;
}

/** A sequence beside an array of its items. */
class Fixture {
  readonly arena = FailingArena.make();
  readonly sequence = new WeightedSequence(this.arena);
  readonly root = this.arena.rootIndex;
  readonly items: Item[] = [];
  readonly #baselineBytes = this.arena.usedBytes;
  #lastRef = 0;

  insert(index: number, weight: number): void {
    const item = { ref: ++this.#lastRef, weight };
    this.sequence.insert(this.root, this.firstOf(index), item.ref, weight);
    this.items.splice(index, 0, item);
  }

  remove(index: number, within: number): void {
    this.sequence.remove(this.root, this.#positionIn(index, within));
    this.items.splice(index, 1);
  }

  change(index: number, within: number, weight: number): void {
    const item = this.items[index]!;
    const position = this.#positionIn(index, within);
    item.ref = ++this.#lastRef;
    this.sequence.setRef(this.root, position, item.ref);
    this.sequence.addWeight(this.root, position, weight - item.weight);
    item.weight = weight;
  }

  firstOf(index: number): number {
    return this.items.slice(0, index).reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Asserts that every position has its item. */
  compare(): void {
    const { sequence, root, items } = this;
    const refs: number[] = [];
    sequence.each(root, (ref) => refs.push(ref));
    assert(refs.join(' ') === items.map(({ ref }) => ref).join(' '), 'a walk meets all items in order');
    let first = 0;
    for (const { ref, weight } of items) {
      for (const position of [first, first + weight - 1]) {
        sequence.find(root, position);
        assert(sequence.ref === ref && sequence.weight === weight && sequence.first === first, 'a position has its item');
      }
      first += weight;
    }
    assert(sequence.total(root) === first, 'a sequence knows its weight');
    assert(sequence.usedBytes(root) === this.arena.usedBytes - this.#baselineBytes, 'a sequence knows its memory');
    this.arena.check();
  }

  /** Empties the sequence; the bytes in use beyond those at first. */
  clear(): number {
    this.sequence.clear(this.root);
    this.arena.check();
    return this.arena.usedBytes - this.#baselineBytes;
  }

  #positionIn(index: number, within: number): number {
    return this.firstOf(index) + (within % this.items[index]!.weight);
  }
}

const anyOperation = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'remove', 'change', 'first', 'last', 'removeFirst', 'removeLast'),
  place: fc.nat({ max: 10_000 }),
  weight: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40_000 })),
});

describe(`a weighted sequence agrees with an array (seed ${seed})`, () => {
  test('through any changes', () => {
    fc.assert(fc.property(fc.array(anyOperation, { maxLength: 300, size: 'max' }), (operations) => {
      const fixture = new Fixture();
      for (const { kind, place, weight } of operations) {
        const { length } = fixture.items;
        if (kind === 'insert') fixture.insert(place % (length + 1), weight);
        else if (kind === 'first') fixture.insert(0, weight);
        else if (kind === 'last') fixture.insert(length, weight);
        else if (length === 0) continue;
        else if (kind === 'remove') fixture.remove(place % length, place);
        else if (kind === 'removeFirst') fixture.remove(0, place);
        else if (kind === 'removeLast') fixture.remove(length - 1, place);
        else fixture.change(place % length, place, weight);
      }
      fixture.compare();
      expect(fixture.clear()).toBe(0);
    }), { seed, numRuns: 80 });
  });

  test.each(['at the end', 'at the beginning', 'anywhere'])('with thousands of items inserted %s, then removed in any order', (where) => {
    const fixture = new Fixture();
    const random = new Random(seed);
    for (let count = 0; count < 4000; count++) {
      fixture.insert({ 'at the end': count, 'at the beginning': 0, anywhere: random.below(count + 1) }[where]!, 1 + random.below(9));
    }
    fixture.compare();
    for (let left = 4000; left > 40; left--) fixture.remove(random.below(left), random.below(9));
    fixture.compare();
    // Sparse nodes have been joined: 40 items are in a handful of them.
    expect(fixture.sequence.usedBytes(fixture.root)).toBeLessThan(256 * 14);
    for (let left = 40; left > 0; left--) fixture.remove(random.below(left), 0);
    expect(fixture.sequence.usedBytes(fixture.root)).toBe(0);
    expect(fixture.clear()).toBe(0);
  });
});

test('items that are appended or prepended fill their nodes', () => {
  for (const isAppended of [true, false]) {
    const fixture = new Fixture();
    for (let count = 0; count < 3100; count++) fixture.insert(isAppended ? count : 0, 2);
    expect(fixture.sequence.usedBytes(fixture.root)).toBeLessThan(3100 * 9);
    fixture.clear();
  }
});

test('an arena that is full at any allocation of an insertion leaves the sequence as it was', () => {
  const fixture = new Fixture();
  const random = new Random(7);
  let failures = 0;
  for (let count = 0; count < 2500; count++) {
    for (let allowed = 0, isDone = false; !isDone; allowed++) {
      fixture.arena.failsAfter = allowed;
      const usedBytes = fixture.arena.usedBytes;
      try {
        fixture.insert(random.below(count + 1), 3);
        isDone = true;
      } catch (error) {
        assert(error instanceof ArenaFullError && fixture.arena.usedBytes === usedBytes, 'what was allocated is freed');
        failures++;
      }
      fixture.arena.failsAfter = Infinity;
    }
    if (count % 250 === 0) fixture.compare();
  }
  fixture.compare();
  expect(failures).toBeGreaterThan(100);
  expect(fixture.clear()).toBe(0);
});
