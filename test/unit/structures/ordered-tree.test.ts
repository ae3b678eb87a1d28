import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { OrderedTreeFixture } from './ordered-tree-fixture.ts';

const chosenKey = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, -0, 1, -1, 1.5, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 5e-324, Number.MAX_VALUE) },
  { weight: 3, arbitrary: fc.integer({ min: -9, max: 9 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
);
const chosenName = fc.nat({ max: 40 });

describe('an ordered tree agrees with a sorted array', () => {
  test('through any insertions, removals, replacements and ranges, with keys that tie', () => {
    const operation = fc.record({ key: chosenKey, name: chosenName, choice: fc.nat({ max: 11 }), length: fc.nat({ max: 30 }) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
        const fixture = new OrderedTreeFixture();
        for (const { key, name, choice, length } of operations) {
          const place = fixture.placeOf(key, name);
          if (!fixture.has(key, name)) {
            fixture.expectAbsent(key, name);
            fixture.insert(key, name);
          } else if (choice < 4) {
            fixture.replaceAt(place);
          } else if (choice < 11) {
            fixture.removeAt(place);
          } else {
            fixture.removeRange(place, Math.min(length, fixture.model.length - place));
          }
          fixture.check();
        }
        fixture.compare();
        fixture.comparePlaces();
        fixture.removeRange(0, fixture.model.length);
        expect(fixture.expectNothingLeft()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test.each(['ascending', 'descending', 'random', 'all keys equal'])('at every step of growing to 700 items, %s, and in each order of shrinking', (way) => {
    for (const shrinking of ['from the front', 'from the back', 'at random', 'from the middle']) {
      const fixture = new OrderedTreeFixture();
      const random = new Random(7);
      for (let step = 0; step < 700; step++) {
        const key = { ascending: step, descending: -step, random: random.below(300), 'all keys equal': 3 }[way]!;
        fixture.insert(key, way === 'all keys equal' ? (step * 7919) % 1009 : step);
        fixture.check();
      }
      fixture.compare();
      fixture.comparePlaces();
      for (let left = 700; left > 0; left--) {
        const place = { 'from the front': 0, 'from the back': left - 1, 'at random': random.below(left), 'from the middle': left >> 1 }[shrinking]!;
        fixture.removeAt(place);
        fixture.check();
        if (left % 100 === 1) fixture.compare();
      }
      expect(fixture.expectNothingLeft()).toBe(0);
    }
  });

  test('with 9,000 items on three levels, through a mix that grows and shrinks them', () => {
    const fixture = new OrderedTreeFixture();
    const random = new Random(11);
    for (const goal of [9_000, 2_000, 6_000, 10]) {
      while (fixture.model.length !== goal) {
        const isGrowing = fixture.model.length < goal;
        if (random.below(4) > 0 === isGrowing) {
          const [key, name] = [random.below(2_000), random.below(1_000_000)];
          if (!fixture.has(key, name)) fixture.insert(key, name);
        } else if (fixture.model.length > 0) {
          fixture.removeAt(random.below(fixture.model.length));
        }
      }
      fixture.compare();
      fixture.comparePlaces(7);
    }
    fixture.clear();
    expect(fixture.expectNothingLeft()).toBe(0);
  });
});

describe('a range', () => {
  test.each([0, 1, 83, 84, 85, 1_000, 9_999, 10_000])('of %i items is removed from the beginning, the middle and the end', (count) => {
    for (const start of [0, (10_000 - count) >> 1, 10_000 - count]) {
      const fixture = new OrderedTreeFixture();
      fixture.build(Array.from({ length: 10_000 }, (_, index) => [index >> 2, index] as const));
      fixture.removeRange(start, count);
      fixture.compare();
      fixture.clear();
      expect(fixture.expectNothingLeft()).toBe(0);
    }
  });

  test('that is not all in the tree breaks an invariant', () => {
    const fixture = new OrderedTreeFixture();
    fixture.insert(1, 1);
    expect(() => fixture.tree.removeRange(fixture.root, 0, 2)).toThrow('a range that is removed is in the tree');
    expect(() => fixture.tree.removeRange(fixture.root, -1, 1)).toThrow('a range that is removed is in the tree');
    fixture.compare();
  });
});

describe('a tree that is built', () => {
  test.each([0, 1, 4, 5, 84, 85, 168, 4_199, 4_201, 9_000])('of %i items is as one that grew', (count) => {
    const fixture = new OrderedTreeFixture();
    fixture.build(Array.from({ length: count }, (_, index) => [(index >> 3) - 100, index] as const));
    fixture.compare();
    fixture.comparePlaces(7);
    for (let name = 0; name < count; name += 7) fixture.insert(name >> 1, count + name);
    fixture.compare();
    while (fixture.model.length > 0) fixture.removeAt(fixture.model.length >> 1);
    expect(fixture.expectNothingLeft()).toBe(0);
  });
});

describe('a root', () => {
  test('of zeroes is an empty tree without memory', () => {
    const { tree, root, cursor, order } = new OrderedTreeFixture();
    order.names.set(1, 1).set(2, 1);
    expect(tree.count(root)).toBe(0);
    expect(tree.usedBytes(root)).toBe(0);
    expect(tree.remove(root, 1, 1)).toBe(false);
    expect(tree.replaceRef(root, 1, 1, 2)).toBe(false);
    expect(tree.rank(root, 1, 1)).toBe(-1);
    expect([tree.first(root, cursor), tree.last(root, cursor), tree.at(root, 0, cursor), cursor.next(), cursor.prev()]).toEqual(
      [false, false, false, false, false],
    );
    expect([tree.lowerBound(root, 0, cursor), tree.upperBound(root, 0, cursor), cursor.onItem, cursor.rank]).toEqual([0, 0, false, 0]);
    tree.removeRange(root, 0, 0);
    tree.clear(root);
    tree.check(root);
  });

  test('is independent of the other roots of its arena', () => {
    const fixture = new OrderedTreeFixture();
    const { tree, order, cursor } = fixture;
    const other = fixture.arena.rootIndex + 12;
    for (let name = 0; name < 500; name++) {
      fixture.insert(name, name);
      order.names.set(-1 - name, name);
      tree.insert(other, -name, -1 - name);
    }
    expect([tree.count(other), tree.at(other, 499, cursor), cursor.key, cursor.ref]).toEqual([500, true, 0, -1]);
    expect(tree.rank(fixture.root, 0, -1)).toBe(-1);
    expect(tree.remove(fixture.root, 0, -1)).toBe(false);
    tree.clear(other);
    fixture.compare();
    fixture.clear();
    expect(fixture.expectNothingLeft()).toBe(0);
  });
});

describe('an item', () => {
  test('with the key -0 is one with the key 0', () => {
    const fixture = new OrderedTreeFixture();
    fixture.insert(-0, 1);
    fixture.insert(0, 2);
    fixture.insert(-0, 0);
    fixture.compare();
    expect(fixture.tree.rank(fixture.root, -0, fixture.model[2]!.ref)).toBe(2);
    expect(fixture.tree.upperBound(fixture.root, -0, fixture.cursor)).toBe(3);
    expect(fixture.tree.remove(fixture.root, -0, fixture.model[0]!.ref)).toBe(true);
  });

  test('that is not there is neither removed nor replaced', () => {
    const fixture = new OrderedTreeFixture();
    for (let name = 0; name < 300; name++) fixture.insert(name >> 5, name * 2);
    fixture.order.names.set(-5, 101);
    for (const key of [-Infinity, -1, 0, 4, 9.5, Infinity]) {
      expect(fixture.tree.remove(fixture.root, key, -5)).toBe(false);
      expect(fixture.tree.replaceRef(fixture.root, key, -5, -6)).toBe(false);
    }
    fixture.compare();
  });
});
