/** The guarantees of SSCAN: what is there throughout is returned, whatever comes and goes meanwhile. */
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

const scanAll = (count: number, between?: () => void, options = ''): string[] => walk(bench, 'SSCAN s', 1, `COUNT ${count}${options}`, between);

function add(prefix: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  bench.run(['SADD', 's', ...names]);
  return names;
}

test.each([1, 10, 1000])('a set that stays as it is is returned once, COUNT %d', (count) => {
  const names = add('m', 3000);
  expect(scanAll(count).toSorted()).toEqual(names.toSorted());
});

test('a compact set is returned at once', () => {
  bench.run('SADD s 5 3 1');
  expect(bench.read('SSCAN s 0 COUNT 1')).toEqual(['0', ['1', '3', '5']]);
  bench.run('SADD s x');
  expect(bench.read('SSCAN s 77 COUNT 1')).toEqual(['0', ['1', '3', '5', 'x']]);
});

test.each([0, 1, 2, 3])('members that stay are returned while others come and go (round %d)', (round) => {
  const random = new Random(seed + round);
  const staying = add('stay', 400);
  let passing = add('pass', 1500);
  const found = new Set(scanAll(7, () => {
    if (random.below(3) === 0) {
      passing = [...passing, ...add(`new${random.below(1000)}:`, random.below(200))];
    } else if (passing.length > 100) {
      const gone = passing.splice(random.below(50), random.below(passing.length));
      if (gone.length > 0) bench.run(['SREM', 's', ...gone]);
    }
  }));
  expect(staying.filter((name) => !found.has(name))).toEqual([]);
});

test('members of a compact set that becomes a table are returned', () => {
  const staying = add('stay', 100);
  let grown = false;
  const found = scanAll(10, () => {
    if (!grown) add('more', 500);
    grown = true;
  });
  expect(staying.filter((name) => !found.includes(name))).toEqual([]);
});

test('only what matches is returned, and any cursor is fine', () => {
  add('m', 1000);
  expect(scanAll(10, undefined, ' MATCH m99*').toSorted()).toEqual(['m99', ...Array.from({ length: 10 }, (_, i) => `m99${i}`)]);
  for (const cursor of ['4294967295', '4294967296', '18446744073709551615', '-1', '123456789012']) {
    expect(bench.run(`SSCAN s ${cursor}`)).toMatch(/^\*2\r\n/);
  }
});
