/**
 * Frees ordered trees bit by bit: trees that nobody sees any more, since from the first step on they can do nothing but
 * be freed further. Nothing is allocated.
 */
import { Purpose, type Arena } from '../memory/arena.ts';
import { childAt, countOf, levelOf, refsOf, ROOT_COUNT, ROOT_NODE } from './tree-node.ts';

/** Frees leaves of the tree until about `budget` blocks are freed or it is empty, telling `onRef` each of their refs; how many it took. */
export function freeSomeOfTree(arena: Arena, root: number, budget: number, onRef?: (ref: number) => void): number {
  const { i32 } = arena;
  let freed = 0;
  while (freed < budget && i32[root + ROOT_NODE] !== 0) {
    let parent = 0;
    let node = i32[root + ROOT_NODE]!;
    while (levelOf(i32, node) > 0 && countOf(i32, node) > 0) {
      parent = node;
      node = childAt(i32, node, countOf(i32, node) - 1);
    }
    const count = onRef === undefined ? 0 : countOf(i32, node);
    const refs = refsOf(i32, node);
    for (let i = 0; i < count; i++) onRef!(i32[refs + i]!);
    if (parent === 0) i32[root + ROOT_NODE] = 0;
    else i32[parent * 2]! -= 1;
    arena.free(node, Purpose.structure);
    freed += 1 + count;
  }
  if (i32[root + ROOT_NODE] === 0) i32[root + ROOT_COUNT] = 0;
  return freed;
}
