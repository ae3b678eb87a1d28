/** The guarantees of HSCAN: what is there throughout is returned, whatever comes and goes meanwhile. */
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

/** Fields and values in turn. */
const scanAll = (options: string, between?: () => void): string[] => walk(bench, 'HSCAN h', 1, options, between);

function add(prefix: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  if (count > 0) bench.run(['HSET', 'h', ...names.flatMap((name) => [name, `${name}!`])]);
  return names;
}

test.each([1, 10, 1000])('a hash that stays as it is is returned once with its values, COUNT %d', (count) => {
  const names = add('f', 3000);
  expect(scanAll(`COUNT ${count}`).toSorted()).toEqual(names.flatMap((name) => [name, `${name}!`]).toSorted());
  expect(scanAll(`COUNT ${count} NOVALUES`).toSorted()).toEqual(names.toSorted());
});

test('a page has about as many fields as COUNT says', () => {
  add('f', 3000);
  const [, page] = bench.read('HSCAN h 0 COUNT 100 NOVALUES') as [string, string[]];
  expect(page.length).toBeGreaterThanOrEqual(100);
  expect(page.length).toBeLessThan(130);
});

test('a small hash is returned at once', () => {
  add('f', 100);
  expect(scanAll('COUNT 1', () => bench.run('HSET h more 1')).length).toBe(200);
  expect(bench.read('HSCAN h 12345 COUNT 1 MATCH f9? NOVALUES')).toEqual(['0', Array.from({ length: 10 }, (_, i) => `f9${i}`)]);
});

test.each([0, 1, 2, 3])('fields that stay are returned while others come and go (round %d)', (round) => {
  const random = new Random(seed + round);
  const staying = add('stay', 400);
  let passing = add('pass', 1500);
  const found = new Set(scanAll('COUNT 7 NOVALUES', () => {
    if (random.below(3) === 0) {
      passing = [...passing, ...add(`new${random.below(1000)}:`, random.below(200))];
    } else if (passing.length > 100) {
      const gone = passing.splice(random.below(50), random.below(passing.length));
      if (gone.length > 0) bench.run(['HDEL', 'h', ...gone]);
    }
  }));
  expect(staying.filter((name) => !found.has(name))).toEqual([]);
});

test('fields of a small hash that becomes large, or expire, are returned while they are there', () => {
  const staying = add('stay', 100);
  let isGrown = false;
  const found = scanAll('NOVALUES', () => {
    if (!isGrown) add('more', 600);
    isGrown = true;
  });
  expect(staying.filter((name) => !found.includes(name))).toEqual([]);
  bench.run(['HPEXPIRE', 'h', '5', 'FIELDS', '600', ...Array.from({ length: 600 }, (_, i) => `more${i}`)]);
  let isOver = false;
  const left = scanAll('COUNT 10 NOVALUES', () => {
    if (!isOver) bench.nowMs += 5;
    isOver = true;
  });
  expect(staying.filter((name) => !left.includes(name))).toEqual([]);
  expect(scanAll('NOVALUES').toSorted()).toEqual(staying.toSorted());
});

test('wrong arguments', () => {
  add('f', 600);
  for (const options of ['NOVALUES x', 'COUNT', 'MATCH', 'COUNT 0', 'TYPE hash', 'VALUES']) {
    expect(bench.run(`HSCAN h 0 ${options}`)).toBe('-ERR syntax error\r\n');
  }
  expect(bench.read('HSCAN h 99999999999 COUNT 5')).toEqual(['0', []]);
});
