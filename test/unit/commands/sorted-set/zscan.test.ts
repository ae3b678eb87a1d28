/** The guarantees of ZSCAN: what is there throughout is returned, whatever comes and goes meanwhile. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { scanAll as walk } from '../scan-walk.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

const scanAll = (count: number, between?: () => void, options = ''): string[] => walk(bench, 'ZSCAN z', 2, `COUNT ${count}${options}`, between);

function add(prefix: string, count: number, score = 1): string[] {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  if (count > 0) bench.run(['ZADD', 'z', ...names.flatMap((name, i) => [String(score * i), name])]);
  return names;
}

test.each([1, 10, 1000])('a sorted set that stays as it is is returned once, COUNT %d', (count) => {
  const names = add('m', 3000);
  expect(scanAll(count).toSorted()).toEqual(names.toSorted());
});

test('a compact sorted set is returned at once, in order', () => {
  bench.run('ZADD z 3 c 1 a 2.5 b');
  expect(bench.read('ZSCAN z 0 COUNT 1')).toEqual(['0', ['a', '1', 'b', '2.5', 'c', '3']]);
  expect(bench.read('ZSCAN z 77 COUNT 1')).toEqual(['0', ['a', '1', 'b', '2.5', 'c', '3']]);
});

test.each([0, 1, 2, 3])('members that stay are returned while others come, go and change their scores (round %d)', (round) => {
  const random = new Random(seed + round);
  const staying = add('stay', 400);
  let passing = add('pass', 1500);
  const found = new Set(scanAll(7, () => {
    const what = random.below(4);
    if (what === 0) {
      passing = [...passing, ...add(`new${random.below(1000)}:`, random.below(200))];
    } else if (what === 1) {
      add('stay', 400, random.below(10) - 5);
    } else if (passing.length > 100) {
      const gone = passing.splice(random.below(50), random.below(passing.length));
      if (gone.length > 0) bench.run(['ZREM', 'z', ...gone]);
    }
  }));
  expect(staying.filter((name) => !found.has(name))).toEqual([]);
});

test('members of a compact sorted set that becomes a large one are returned', () => {
  const staying = add('stay', 100);
  let hasGrown = false;
  const found = scanAll(10, () => {
    if (!hasGrown) add('more', 500);
    hasGrown = true;
  });
  expect(staying.filter((name) => !found.includes(name))).toEqual([]);
});

test('only what matches is returned, and any cursor is fine', () => {
  add('m', 1000);
  expect(scanAll(10, undefined, ' MATCH m99*').toSorted()).toEqual(['m99', ...Array.from({ length: 10 }, (_, i) => `m99${i}`)]);
  for (const cursor of ['4294967295', '4294967296', '18446744073709551615', '-1', '123456789012']) {
    expect(bench.run(`ZSCAN z ${cursor}`)).toMatch(/^\*2\r\n/);
  }
});
