/** Walks a whole ordered tree and asserts what its files promise; for tests and DEBUG. */
import { assert } from '../base/assert.ts';
import type { Arena } from '../memory/arena.ts';
import {
  bytesOf, capacityOf, childAt, countOf, itemCountsOf, keysOf, levelOf, mostEntries, refsOf, startOf, ROOT_COUNT, ROOT_NODE,
} from './tree-node.ts';
import type { Order } from './tree-search.ts';

/** Throws InvariantError at the first inconsistency. */
export function checkOrderedTree(arena: Arena, order: Order, root: number): void {
  const i32 = arena.i32;
  const node = i32[root + ROOT_NODE]!;
  const count = i32[root + ROOT_COUNT]!;
  assert((node === 0) === (count === 0), 'an empty tree has no node');
  if (node === 0) return;
  assert(levelOf(i32, node) === 0 || countOf(i32, node) > 1, 'a root node has children');
  assert(checkNode(arena, order, node, levelOf(i32, node)) === count, 'the root counts its items');
}

/** The number of items below a node that was found consistent. */
function checkNode(arena: Arena, order: Order, node: number, level: number): number {
  const { f64, i32 } = arena;
  const count = countOf(i32, node);
  const capacity = capacityOf(i32, node);
  assert(levelOf(i32, node) === level, 'all leaves are equally deep');
  assert(count > 0 && count <= capacity && capacity <= mostEntries(level), 'a node has entries, and room for them');
  assert(startOf(i32, node) + count <= capacity, 'the entries end within the node');
  assert(arena.capacityBytes(node) - bytesOf(level, capacity) < 24, 'a node fills its block');
  for (let place = 0; place < count; place++) {
    const key = f64[keysOf(i32, node) + place]!;
    assert(!Number.isNaN(key) && !Object.is(key, -0), 'a key is a number and not -0');
    assert(i32[refsOf(i32, node) + place] !== 0, 'an entry has a ref');
    if (place > 0) checkOrder(arena, order, node, place - 1, node, place);
  }
  return level === 0 ? count : checkChildren(arena, order, node, level);
}

function checkChildren(arena: Arena, order: Order, node: number, level: number): number {
  const { f64, i32 } = arena;
  let sum = 0;
  for (let place = 0; place < countOf(i32, node); place++) {
    const child = childAt(i32, node, place);
    const items = checkNode(arena, order, child, level - 1);
    assert(items === i32[itemCountsOf(i32, node) + place], 'an inner node counts the items below each child');
    const hasFirst = f64[keysOf(i32, node) + place] === f64[keysOf(i32, child)] && i32[refsOf(i32, node) + place] === i32[refsOf(i32, child)];
    assert(hasFirst, 'a child\'s entry has its first item');
    if (place + 1 < countOf(i32, node)) checkOrder(arena, order, child, countOf(i32, child) - 1, node, place + 1);
    sum += items;
  }
  return sum;
}

function checkOrder(arena: Arena, order: Order, node: number, place: number, other: number, otherPlace: number): void {
  const { f64, i32 } = arena;
  const key = f64[keysOf(i32, node) + place]!;
  const otherKey = f64[keysOf(i32, other) + otherPlace]!;
  if (key < otherKey) return;
  assert(key === otherKey, 'keys ascend');
  const side = order.compare(i32[refsOf(i32, node) + place]!, i32[refsOf(i32, other) + otherPlace]!);
  assert(side < 0, 'items with the same key are in order, none twice');
}
