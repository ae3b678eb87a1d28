import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Random } from '../../../src/base/random.ts';
import { ArenaFullError } from '../../../src/memory/arena.ts';
import { seed } from '../base/seed.ts';
import { FailingArena } from './failing-arena.ts';
import { anyListElement, QuicklistFixture } from './quicklist-fixture.ts';

const anyOperation = fc.record({
  kind: fc.constantFrom('left', 'right', 'left', 'right', 'insert', 'insert', 'insert', 'replace', 'removeRange', 'popLeft', 'popRight', 'removeEqual'),
  element: anyListElement,
  place: fc.nat({ max: 10_000 }),
  count: fc.nat({ max: 6 }),
  flag: fc.boolean(),
});
type Operation = typeof anyOperation extends fc.Arbitrary<infer T> ? T : never;
const fills = [1, 2, 3, 7, 128, -1, -2, -5, 0, -99, 100_000];

function perform(fixture: QuicklistFixture, { kind, element, place, count, flag }: Operation): void {
  const { length } = fixture.model;
  if (kind === 'left' || kind === 'right') return fixture.push(kind === 'left', element);
  if (length === 0) return;
  const index = place % length;
  switch (kind) {
    case 'insert': return fixture.insert(index, flag, element);
    case 'replace': return fixture.replace(index, element);
    case 'removeRange': return fixture.removeRange(index, Math.min(count, length - index));
    case 'popLeft': return fixture.removeRange(0, 1);
    case 'popRight': return fixture.removeRange(length - 1, 1);
    default: return fixture.removeEqual(element, count === 0 ? Number.POSITIVE_INFINITY : count, flag);
  }
}

describe(`a quicklist agrees with an array (seed ${seed})`, () => {
  test.each(fills)('through any changes with fill %i', (fill) => {
    fc.assert(fc.property(fc.array(anyOperation, { maxLength: 150, size: 'max' }), (operations) => {
      const fixture = new QuicklistFixture(fill);
      for (const operation of operations) {
        perform(fixture, operation);
        assert(fixture.lists.count(fixture.list) === fixture.model.length, 'a list counts its elements');
      }
      fixture.compare();
      expect(fixture.free()).toBe(0);
    }), { seed, numRuns: 25 });
  });

  test.each([1, -2])('with tens of thousands of elements and fill %i', (fill) => {
    const fixture = new QuicklistFixture(fill);
    const random = new Random(seed);
    for (let i = 0; i < 20_000; i++) fixture.push(random.below(3) === 0, String(i));
    for (let i = 0; i < 500; i++) fixture.insert(random.below(fixture.model.length), random.below(2) === 0, `insert ${i}`);
    fixture.compare();
    fixture.removeRange(5000, 9000);
    for (let i = 0; i < 500; i++) fixture.removeRange(random.below(fixture.model.length - 5), random.below(5));
    fixture.compare();
    fixture.removeRange(0, fixture.model.length);
    expect(fixture.layout()).toEqual([]);
    expect(fixture.free()).toBe(0);
  });
});

test('queues and stacks that stay small keep small blocks', () => {
  for (const [pushes, pops] of [[true, true], [true, false], [false, true], [false, false]] as const) {
    const fixture = new QuicklistFixture(-2);
    for (let i = 0; i < 3000; i++) {
      fixture.push(pushes, `element ${i}`);
      if (i >= 5) fixture.removeRange(pops ? 0 : fixture.model.length - 1, 1);
    }
    fixture.compare();
    expect(fixture.lists.usedBytes(fixture.list)).toBeLessThan(300);
    expect(fixture.free()).toBe(0);
  }
});

test('a large element has a plain chunk of its own, wherever it comes from', () => {
  const fixture = new QuicklistFixture(-1);
  const large = 'L'.repeat(5000);
  for (const element of ['a', 'b', 'c', 'd']) fixture.push(false, element);
  expect(fixture.layout()).toEqual(['4/19']);
  fixture.insert(1, true, large);
  expect(fixture.layout()).toEqual(['2/13', 'plain 1/5000', '2/13']);
  fixture.replace(0, large);
  expect(fixture.layout()).toEqual(['plain 1/5000', '1/10', 'plain 1/5000', '2/13']);
  fixture.replace(2, 'small');
  expect(fixture.layout()).toEqual(['plain 1/5000', '1/10', '1/14', '2/13']);
  fixture.push(true, large);
  fixture.push(true, 'e');
  fixture.push(false, large);
  expect(fixture.layout()).toEqual(['1/10', 'plain 1/5000', 'plain 1/5000', '1/10', '1/14', '2/13', 'plain 1/5000']);
  fixture.removeEqual(large, Number.POSITIVE_INFINITY, true);
  expect(fixture.layout()).toEqual(['1/10', '1/10', '1/14', '2/13']);
  fixture.compare();
  expect(fixture.free()).toBe(0);
});

test('an arena that is full at any allocation of a change leaves the list as it was', () => {
  const random = new Random(seed);
  const elements = ['a', 'bb', '7', 'x'.repeat(1500), 'x'.repeat(3000), 'x'.repeat(5000)];
  let failures = 0;
  for (const fill of [1, 3, -1]) {
    const fixture = new QuicklistFixture(fill, FailingArena.make());
    const arena = fixture.arena as FailingArena;
    const kinds = ['left', 'right', 'insert', 'insert', 'replace', 'removeRange'] as const;
    for (let step = 0; step < 700; step++) {
      const operation: Operation = {
        kind: kinds[random.below(kinds.length)]!, element: elements[random.below(elements.length)]!, place: random.below(10_000),
        count: random.below(3), flag: random.below(2) === 0,
      };
      for (let allowed = 0, isDone = false; !isDone; allowed++) {
        const [layout, usedBytes] = [fixture.layout().join(), arena.usedBytes];
        arena.failsAfter = allowed;
        try {
          perform(fixture, operation);
          isDone = true;
        } catch (error) {
          assert(error instanceof ArenaFullError && fixture.layout().join() === layout && arena.usedBytes === usedBytes, 'nothing has changed');
          failures++;
        }
        arena.failsAfter = Infinity;
      }
      if (step % 50 === 0) fixture.compare();
    }
    fixture.compare();
    expect(fixture.free()).toBe(0);
  }
  expect(failures).toBeGreaterThan(1000);
});
