/**
 * The head of a stream: the block at an entry's value address, in Int32 words.
 *
 *      0   1       2        3      4-7      8-11         12  13         14  15     16-19     20         21
 *     node tree  length   tail   last id  greatest id   entries added  group tree  first id  producers  nodes of
 *                         node            deleted       high, low                            of unique  Redis's
 *                                                                                            entries    radix tree
 */
import { Purpose, type Arena } from '../../memory/arena.ts';

export const HeadWord = {
  nodes: 0, length: 2, tail: 3, lastId: 4, maxDeletedId: 8, entriesAdded: 12, groups: 14, firstId: 16, producers: 20, radixNodes: 21,
} as const;

const HEAD_WORDS = 22;

/** The address of an empty stream's head. */
export function createHead(arena: Arena): number {
  const head = arena.alloc(HEAD_WORDS * 4, Purpose.structure);
  arena.i32.fill(0, head * 2, head * 2 + HEAD_WORDS);
  return head;
}

export function lengthOf(arena: Arena, head: number): number {
  return arena.i32[head * 2 + HeadWord.length]!;
}

/** Adds to the entries that were ever added, a 64-bit integer. */
export function countAdded(i32: Int32Array, head: number): void {
  const at = head * 2 + HeadWord.entriesAdded;
  i32[at + 1] = (i32[at + 1]! + 1) | 0;
  if (i32[at + 1] === 0) i32[at] = (i32[at]! + 1) | 0;
}
