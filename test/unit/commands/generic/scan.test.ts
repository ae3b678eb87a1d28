/** SCAN and KEYS: what is found, and the promise to elements that are there throughout. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const callsMax = 100_000;
let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
});
afterEach(() => bench.checkAndFlush());

/** One call of SCAN: the next cursor and the keys. */
function scan(on: CommandBench, cursor: string, ...options: string[]): [string, string[]] {
  return on.read(['SCAN', cursor, ...options]) as [string, string[]];
}

/** Follows the cursors to the end; all keys, also repeated ones. `between` runs after each call. */
function walk(on: CommandBench, options: readonly string[] = [], between: () => void = () => {}): string[] {
  const found: string[] = [];
  let cursor = '0';
  for (let calls = 0; calls < callsMax; calls++) {
    const [next, page] = scan(on, cursor, ...options);
    found.push(...page);
    if (next === '0') return found;
    cursor = next;
    between();
  }
  throw new Error('a walk ends');
}

function fill(on: CommandBench, count: number, prefix = 'key:'): string[] {
  const keys = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  for (const key of keys) on.run(['SET', key, 'v']);
  return keys.toSorted();
}

describe('SCAN', () => {
  test.each([1, 3])('finds every key once on %i shards when nothing changes, whatever the count', (shards) => {
    const own = new CommandBench({ shards });
    const keys = [...fill(own, 700), ...fill(own, 2000, '{one}')].toSorted();
    for (const count of ['1', '2', '10', '99', '5000', '9223372036854775807']) expect(walk(own, ['COUNT', count]).toSorted()).toEqual(keys);
    expect(walk(own).toSorted()).toEqual(keys);
    own.checkAndFlush();
  });

  test('ends at once in an empty database, and with the only page of a small one', () => {
    expect(scan(bench, '0')).toEqual(['0', []]);
    fill(bench, 8);
    expect(scan(bench, '0', 'COUNT', '8')).toEqual(['0', expect.objectContaining({ length: 8 })]);
  });

  test('returns about as many keys as asked for', () => {
    fill(bench, 3000, '{one}');
    const [next, page] = scan(bench, '0', 'COUNT', '100');
    expect(next).not.toBe('0');
    expect(page.length).toBeGreaterThanOrEqual(100);
    expect(page.length).toBeLessThan(130);
  });

  test('filters by pattern and type', () => {
    fill(bench, 30);
    fill(bench, 5, 'list:');
    for (let i = 0; i < 5; i++) bench.pretendType(`list:${i}`, ValueType.list);
    expect(walk(bench, ['MATCH', 'key:?'])).toHaveLength(10);
    expect(walk(bench, ['MATCH', '*', 'COUNT', '3'])).toHaveLength(35);
    expect(walk(bench, ['MATCH', ''])).toEqual([]);
    expect(walk(bench, ['TYPE', 'list'])).toHaveLength(5);
    expect(walk(bench, ['type', 'LiSt', 'match', '*[01]', 'count', '2'])).toHaveLength(2);
    expect(walk(bench, ['TYPE', 'nosuch'])).toEqual([]);
    expect(walk(bench, ['MATCH', 'key:1', 'MATCH', 'key:2', 'TYPE', 'list', 'TYPE', 'string'])).toEqual(['key:2']);
  });

  test('stays in its database', () => {
    fill(bench, 20);
    bench.db = 2;
    expect(walk(bench)).toEqual([]);
    const other = fill(bench, 3, 'other:');
    expect(walk(bench).toSorted()).toEqual(other);
  });

  test('removes the expired keys that it would have returned', () => {
    const stays = fill(bench, 4);
    for (let i = 0; i < 6; i++) bench.run(`SET old:${i} v PX 5`);
    bench.nowMs += 5;
    bench.takeEffects();
    expect(walk(bench, ['MATCH', 'key*']).toSorted()).toEqual(stays);
    expect(bench.effects()).toEqual([]);
    expect(walk(bench).toSorted()).toEqual(stays);
    expect(bench.effects().toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((i) => `DEL old:${i}`));
    expect(bench.read('DBSIZE')).toBe(4);
  });

  test('takes what strtoul takes for a cursor', () => {
    for (const cursor of ['0', '', '-0', '+0', '000', '0\0x', '\0']) expect(scan(bench, cursor)).toEqual(['0', []]);
    for (const cursor of ['x', '-', '+', '1x', '0x1', ' 1', '1 ', '1.0', '--1', '18446744073709551616', '-18446744073709551616', '\t1']) {
      expect(bench.run(['SCAN', cursor])).toBe('-ERR invalid cursor\r\n');
    }
  });

  test('goes on from any cursor to the end', () => {
    fill(bench, 500);
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }), (start) => {
      let cursor = String(start);
      for (let calls = 0; calls < 600; calls++) {
        const [next] = scan(bench, cursor, 'COUNT', '50');
        if (next === '0') return;
        expect(BigInt(next)).toBeGreaterThan(0n);
        expect(BigInt(next)).toBeLessThan(2n ** 63n);
        cursor = next;
      }
      throw new Error('a walk ends');
    }), { seed, numRuns: 100 });
  });

  test('checks the cursor, then the options in order', () => {
    expect(play(bench, `
      SCAN x FOO              -> -ERR invalid cursor
      SCAN 0 FOO              -> -ERR syntax error
      SCAN 0 COUNT            -> -ERR syntax error
      SCAN 0 MATCH            -> -ERR syntax error
      SCAN 0 TYPE             -> -ERR syntax error
      SCAN 0 COUNT 0          -> -ERR syntax error
      SCAN 0 COUNT -9223372036854775808 -> -ERR syntax error
      SCAN 0 COUNT x FOO      -> -ERR value is not an integer or out of range
      SCAN 0 COUNT 9223372036854775808 -> -ERR value is not an integer or out of range
      SCAN 0 FOO 1 COUNT x    -> -ERR syntax error
      SCAN                    -> -ERR wrong number of arguments for 'scan' command   => nothing
    `)).toEqual([]);
  });

  test.each([1, 3])('returns every key that is there throughout, whatever comes and goes, on %i shards', (shards) => {
    const change = fc.record({ add: fc.nat({ max: 300 }), remove: fc.nat({ max: 300 }), together: fc.boolean() });
    const setting = fc.record({ randomSeed: fc.nat(), apart: fc.nat({ max: 200 }), together: fc.nat({ max: 400 }), count: fc.constantFrom('1', '7', '40') });
    fc.assert(fc.property(setting, fc.array(change, { minLength: 1, maxLength: 6 }), ({ randomSeed, apart, together, count }, changes) => {
      const random = new Random(randomSeed);
      const own = new CommandBench({ shards, seed: randomSeed });
      const stable = [...fill(own, apart, 'stays:'), ...fill(own, together, '{one}stays:')];
      const passing: string[] = [];
      let turn = 0;
      const found = new Set(walk(own, ['COUNT', count], () => {
        const { add, remove, together: inOneSlot } = changes[turn++ % changes.length]!;
        for (let left = turn < 12 ? add : 0; left > 0; left--) {
          passing.push(`${inOneSlot ? '{one}' : ''}passes:${turn}:${left}`);
          own.run(['SET', passing.at(-1)!, 'v']);
        }
        for (let i = 0; i < remove && passing.length > 0; i++) own.run(['DEL', ...passing.splice(random.below(passing.length), 1)]);
      }));
      expect(stable.filter((key) => !found.has(key))).toEqual([]);
      expect([...found].filter((key) => !/stays:|passes:/.test(key))).toEqual([]);
      own.checkAndFlush();
    }), { seed, numRuns: 25 });
  });
});

describe('KEYS', () => {
  test('lists the keys that match, each once', () => {
    const keys = [...fill(bench, 3000), ...fill(bench, 2000, '{one}')].toSorted();
    expect((bench.read('KEYS *') as string[]).toSorted()).toEqual(keys);
    expect((bench.read('KEYS key:299?') as string[]).toSorted()).toEqual(keys.filter((key) => key.startsWith('key:299') && key.length === 8));
    expect(bench.read('KEYS key:7')).toEqual(['key:7']);
    expect(bench.read('KEYS ""')).toEqual([]);
    expect(bench.run('KEYS')).toBe("-ERR wrong number of arguments for 'keys' command\r\n");
  });

  test('leaves expired keys out and where they are', () => {
    bench.run('SET old v PX 1');
    bench.run('SET new v');
    bench.nowMs++;
    bench.takeEffects();
    expect(play(bench, `
      KEYS *        -> *1 $3 new      => nothing
      DBSIZE        -> :2
    `)).toEqual([]);
  });

  test('finds the empty key', () => {
    bench.run('SET "" v');
    expect(bench.read('KEYS *')).toEqual(['']);
    expect(bench.read('KEYS ""')).toEqual(['']);
    expect(walk(bench)).toEqual(['']);
  });
});
