/**
 * Nanoseconds per operation of ordered trees and their memory per item, for random keys and for
 * ascending ones.
 *
 *     node bench/micro/ordered-tree.ts [--items 1000000] [--rounds 3] [--small 130]
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { Arena, Purpose } from '../../src/memory/arena.ts';
import { OrderedTree } from '../../src/structures/ordered-tree.ts';
import { TreeCursor } from '../../src/structures/tree-cursor.ts';
import { RefOrder } from '../../src/structures/tree-search.ts';
import { nanosecondsPer } from './nanoseconds-per.ts';
import { shuffled } from './shuffled.ts';

const ROOT_WORDS = 4;

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    small: { type: 'string', default: '130' },
  },
});
const itemCount = Number(values.items);
const rounds = Number(values.rounds);
const smallCount = Number(values.small);

const arena = Arena.create({ initialBytes: 2 ** 26, maxBytes: 2 ** 32 });
const tree = new OrderedTree(arena, new RefOrder());
const cursor = new TreeCursor(arena);
const treeCount = Math.ceil(itemCount / smallCount);
const roots = arena.alloc(treeCount * ROOT_WORDS * 4, Purpose.index) * 2;
arena.i32.fill(0, roots, roots + treeCount * ROOT_WORDS);

const random = new Random(1);
const keys = Float64Array.from({ length: itemCount }, () => random.float() * 1e9);
const ascending = Float64Array.from({ length: itemCount }, (_, index) => index * 1.5);
const refs = Int32Array.from({ length: itemCount }, (_, index) => index + 1);
const order = shuffled(itemCount, new Random(2));
let sink = 0;

for (let round = 0; round < rounds; round++) {
  report('insert, random', () => {
    for (let index = 0; index < itemCount; index++) tree.insert(roots, keys[index]!, index + 1);
  });
  if (round === 0) reportBytes('random insertions', 1);
  report('rank by key and ref, random', () => {
    for (let turn = 0; turn < itemCount; turn++) sink ^= tree.rank(roots, keys[order[turn]!]!, order[turn]! + 1);
  });
  report('lower bound by key, random', () => {
    for (let turn = 0; turn < itemCount; turn++) sink ^= tree.lowerBound(roots, keys[order[turn]!]!, cursor);
  });
  report('item of a rank, random', () => {
    for (let turn = 0; turn < itemCount; turn++) {
      tree.at(roots, order[turn]!, cursor);
      sink ^= cursor.ref;
    }
  });
  report('scan', () => {
    for (let more = tree.first(roots, cursor); more; more = cursor.next()) sink ^= cursor.ref ^ cursor.key;
  });
  report('scan backwards', () => {
    for (let more = tree.last(roots, cursor); more; more = cursor.prev()) sink ^= cursor.ref ^ cursor.key;
  });
  report('remove, random', () => {
    for (let turn = 0; turn < itemCount; turn++) tree.remove(roots, keys[order[turn]!]!, order[turn]! + 1);
  });
  report('insert, ascending', () => {
    for (let index = 0; index < itemCount; index++) tree.insert(roots, ascending[index]!, index + 1);
  });
  if (round === 0) reportBytes('ascending insertions', 1);
  report('remove the first, one by one', () => {
    for (let index = 0; index < itemCount; index++) tree.removeRange(roots, 0, 1);
  });
  report('build', () => tree.build(roots, ascending, refs, itemCount));
  report('remove a range of all', () => tree.removeRange(roots, 0, itemCount));
  report(`insert, random, trees of ${smallCount}`, () => {
    for (let index = 0; index < itemCount; index++) tree.insert(smallRoot(index), keys[index]!, index + 1);
  });
  if (round === 0) reportBytes(`trees of ${smallCount}`, treeCount);
  for (let index = 0; index < treeCount; index++) tree.clear(roots + index * ROOT_WORDS);
}
arena.check();
if (sink === 1) console.log();

function smallRoot(index: number): number {
  return roots + (index % treeCount) * ROOT_WORDS;
}

function report(what: string, work: () => void): void {
  console.log(`${nanosecondsPer(itemCount, work).toFixed(0).padStart(8)} ns  ${what}`);
}

function reportBytes(what: string, trees: number): void {
  let bytes = 0;
  for (let index = 0; index < trees; index++) {
    tree.check(roots + index * ROOT_WORDS);
    bytes += tree.usedBytes(roots + index * ROOT_WORDS);
  }
  console.log(`${(bytes / itemCount).toFixed(2).padStart(8)} B   memory per item, ${what}`);
}
