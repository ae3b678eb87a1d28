/**
 * Nanoseconds per alloc and free of the arena, beside Buffer.allocUnsafe in the same run, and how
 * much of the reserved pages a steady churn of random sizes leaves unused.
 *
 *     node bench/micro/arena.ts [--blocks 1000000] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { Arena, Purpose } from '../../src/memory/arena.ts';
import { nanosecondsPer } from './nanoseconds-per.ts';
import { shuffled } from './shuffled.ts';

const { values } = parseArgs({
  options: { blocks: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});
const blockCount = Number(values.blocks);
const rounds = Number(values.rounds);

const arena = Arena.create({ initialBytes: 2 ** 26, maxBytes: 2 ** 34 });
const random = new Random(1);
const blocks = new Int32Array(blockCount);
const order = shuffled(blockCount, random);
const smallSizes = Int32Array.from({ length: blockCount }, () => 16 + random.below(240));
const mixedSizes = Int32Array.from({ length: blockCount }, () => Math.floor(2 ** (4 + random.float() * 8)));

for (let round = 0; round < rounds; round++) {
  report('alloc and free at once, 24 B', () => {
    for (let index = 0; index < blockCount; index++) arena.free(arena.alloc(24, Purpose.entry), Purpose.entry);
  });
  const keeper = arena.alloc(24, Purpose.entry);
  report('alloc and free at once, 24 B, page in use', () => {
    for (let index = 0; index < blockCount; index++) arena.free(arena.alloc(24, Purpose.entry), Purpose.entry);
  });
  arena.free(keeper, Purpose.entry);
  fillAndFree('24 B', () => 24);
  fillAndFree('16 to 256 B', (index) => smallSizes[index]!);
  churn();
  report('alloc and free of a run of 100 KiB', () => {
    for (let index = 0; index < blockCount; index++) arena.free(arena.alloc(102_400, Purpose.value), Purpose.value);
  });
  report('Buffer.allocUnsafe(24)', () => {
    for (let index = 0; index < blockCount; index++) Buffer.allocUnsafe(24);
  });
}

function fillAndFree(what: string, sizeOf: (index: number) => number): void {
  report(`alloc, ${what}`, () => {
    for (let index = 0; index < blockCount; index++) blocks[index] = arena.alloc(sizeOf(index), Purpose.entry);
  });
  report(`free in random order, ${what}`, () => {
    for (let index = 0; index < blockCount; index++) arena.free(blocks[order[index]!]!, Purpose.entry);
  });
}

function churn(): void {
  for (let index = 0; index < blockCount; index++) blocks[index] = arena.alloc(mixedSizes[index]!, Purpose.value);
  report('replace a random block by one of another size, 16 B to 4 KiB', () => {
    for (let index = 0; index < blockCount; index++) {
      const at = order[index]!;
      arena.free(blocks[at]!, Purpose.value);
      blocks[at] = arena.alloc(mixedSizes[index]!, Purpose.value);
    }
  });
  const unused = 1 - arena.usedBytes / arena.reservedBytes;
  console.log(`${(unused * 100).toFixed(1).padStart(8)} %   of the reserved pages unused after the churn`);
  for (let index = 0; index < blockCount; index++) arena.free(blocks[index]!, Purpose.value);
}

function report(what: string, work: () => void): void {
  console.log(`${nanosecondsPer(blockCount, work).toFixed(1).padStart(8)} ns  ${what}`);
}
