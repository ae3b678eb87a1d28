import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/base/assert.ts';
import { Random } from '../../../src/base/random.ts';
import { Arena, ArenaFullError, Purpose } from '../../../src/memory/arena.ts';
import { OrderedTree } from '../../../src/structures/ordered-tree.ts';
import { RefOrder } from '../../../src/structures/tree-search.ts';
import { OrderedTreeFixture } from './ordered-tree-fixture.ts';

/** An arena whose allocations fail from the one on that `failsAfter` counts down to. */
class FailingArena extends Arena {
  failsAfter = Infinity;

  static make(): FailingArena {
    return new FailingArena(Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 }).buffer);
  }

  override tryAlloc(bytes: number, purpose: Purpose): number {
    return this.failsAfter-- <= 0 ? 0 : super.tryAlloc(bytes, purpose);
  }
}

/** Inserts with `allowed` allocations; false when they are too few, and then sees that nothing has changed. */
function insertsWith(arena: FailingArena, tree: OrderedTree, allowed: number, key: number, ref: number): boolean {
  const root = arena.rootIndex;
  const usedBytes = arena.usedBytes;
  const [node, count] = [arena.i32[root], arena.i32[root + 1]];
  arena.failsAfter = allowed;
  try {
    tree.insert(root, key, ref);
    return true;
  } catch (error) {
    assert(error instanceof ArenaFullError && allowed < 8, 'a few allocations are enough');
    assert(arena.usedBytes === usedBytes, 'what was allocated is freed');
    assert(arena.i32[root] === node && arena.i32[root + 1] === count, 'the root is as it was');
    if (allowed > 0) tree.check(root);
    return false;
  }
}

describe('an arena that is full', () => {
  test.each(['ascending', 'descending', 'random'])('at any allocation of an insertion, %s, leaves the tree as it was', (way) => {
    const arena = FailingArena.make();
    const tree = new OrderedTree(arena, new RefOrder());
    const root = arena.rootIndex;
    const random = new Random(5);
    let failures = 0;
    for (let step = 1; step <= 5_000; step++) {
      const key = { ascending: step, descending: -step, random: random.below(1_000) }[way]!;
      for (let allowed = 0; !insertsWith(arena, tree, allowed, key, step); allowed++) failures++;
      if (step % 500 === 0) tree.check(root);
    }
    expect(tree.count(root)).toBe(5_000);
    expect(failures).toBeGreaterThan(150);
    arena.failsAfter = Infinity;
    tree.clear(root);
    expect(arena.usedBytesOf(Purpose.structure)).toBe(0);
  });

  test('does not keep items from being removed, nor leaves empty nodes', () => {
    const arena = FailingArena.make();
    const tree = new OrderedTree(arena, new RefOrder());
    const root = arena.rootIndex;
    for (let ref = 1; ref <= 9_000; ref++) tree.insert(root, 1, ref);
    arena.failsAfter = 0;
    const random = new Random(3);
    const left = Array.from({ length: 9_000 }, (_, index) => index + 1);
    while (left.length > 0) {
      const place = random.below(left.length);
      const ref = left[place]!;
      left[place] = left.at(-1)!;
      left.pop();
      expect(tree.remove(root, 1, ref)).toBe(true);
      arena.failsAfter = random.below(3);
      if (left.length % 500 === 0) tree.check(root);
    }
    expect(arena.usedBytesOf(Purpose.structure)).toBe(0);
  });

  test('in the middle of a build leaves an empty tree', () => {
    const arena = FailingArena.make();
    const tree = new OrderedTree(arena, new RefOrder());
    const keys = Float64Array.from({ length: 1_000 }, (_, index) => index);
    const refs = Int32Array.from({ length: 1_000 }, (_, index) => index + 1);
    for (const allowed of [0, 1, 20, 60]) {
      arena.failsAfter = allowed;
      expect(() => tree.build(arena.rootIndex, keys, refs, 1_000)).toThrow(ArenaFullError);
      expect(tree.count(arena.rootIndex)).toBe(0);
      expect(arena.usedBytesOf(Purpose.structure)).toBe(0);
    }
  });

  test('truly refuses, and takes the item when another one is gone', () => {
    const fixture = new OrderedTreeFixture(2 ** 19);
    let count = 0;
    expect(() => {
      for (;;) fixture.insert((count * 7919) % 100_003, count++);
    }).toThrow(ArenaFullError);
    fixture.compare();
    fixture.removeRange(0, 1_000);
    fixture.insert(-1, -1);
    fixture.clear();
    expect(fixture.expectNothingLeft()).toBe(0);
  });
});

describe('the memory of a tree', () => {
  test('is at most 13 bytes an item after ascending or descending insertions', () => {
    expect(bytesPerItem(50_000, (index) => index)).toBeLessThan(13);
    expect(bytesPerItem(50_000, (index) => -index)).toBeLessThan(13);
  });

  test('is at most 15 bytes an item after random insertions', () => {
    const random = new Random(9);
    expect(bytesPerItem(50_000, () => random.float())).toBeLessThan(15);
  });

  test.each([[3, 56], [4, 56], [10, 152], [130, 2_200]])('of %i items is at most %i bytes', (count, bytes) => {
    const random = new Random(9);
    expect(bytesPerItem(count, () => random.float()) * count).toBeLessThanOrEqual(bytes);
  });

  test('follows the count when items go at random', () => {
    const arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 });
    const tree = new OrderedTree(arena, new RefOrder());
    for (let ref = 1; ref <= 40_000; ref++) tree.insert(arena.rootIndex, 0, ref);
    const random = new Random(4);
    for (const count of [20_000, 5_000, 500]) {
      while (tree.count(arena.rootIndex) > count) tree.removeRange(arena.rootIndex, random.below(tree.count(arena.rootIndex)), 1);
      expect(tree.usedBytes(arena.rootIndex) / count).toBeLessThan(19);
    }
  });
});

function bytesPerItem(count: number, keyOf: (index: number) => number): number {
  const arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 });
  const tree = new OrderedTree(arena, new RefOrder());
  for (let index = 0; index < count; index++) tree.insert(arena.rootIndex, keyOf(index), index + 1);
  return tree.usedBytes(arena.rootIndex) / count;
}
