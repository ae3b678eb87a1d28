import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
  for (const db of [1, 0]) {
    bench.db = db;
    for (let i = 0; i < 10; i++) bench.run(`SET key:${i} db${db} PX ${i + 1}`);
  }
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

test('DBSIZE counts the keys of all shards, expired ones that nobody has met among them', () => {
  expect(play(bench, 'DBSIZE -> :10 => nothing')).toEqual([]);
  bench.nowMs += 100;
  expect(play(bench, `
    DBSIZE                -> :10
    EXISTS key:1 key:2    -> :0
    DBSIZE                -> :8
  `)).toEqual([]);
  bench.db = 7;
  expect(play(bench, 'DBSIZE -> :0')).toEqual([]);
});

test('FLUSHDB empties its database only', () => {
  expect(play(bench, `
    FLUSHDB x             -> -ERR syntax error    => nothing
    FLUSHDB sync async    -> -ERR syntax error
    DBSIZE                -> :10
    FLUSHDB               -> +OK                  => FLUSHDB
    FLUSHDB ASYNC         -> +OK                  => FLUSHDB
    FLUSHDB sync          -> +OK
    DBSIZE                -> :0
  `)).toEqual([]);
  bench.db = 1;
  expect(play(bench, `
    DBSIZE                -> :10
    FLUSHDB               -> +OK                  => 1:FLUSHDB
  `)).toEqual([]);
});

test('FLUSHALL empties every database', () => {
  expect(play(bench, `
    FLUSHALL x            -> -ERR syntax error    => nothing
    FLUSHALL async        -> +OK                  => FLUSHALL
  `)).toEqual([]);
  expect(bench.dataset()).toEqual([]);
  for (const { unlinked } of bench.keyspaces) unlinked.freeAll();
  expect(bench.keyspaces.map(({ arena }) => arena.usedByPurpose().table)).toEqual([0, 0, 0]);
});

describe('SWAPDB', () => {
  test('exchanges two databases', () => {
    bench.run('DEL key:0');
    expect(play(bench, `
      SWAPDB 0 1            -> +OK      => SWAPDB 0 1
      DBSIZE                -> :10
      GET key:9             -> $3 db1
      SWAPDB 9 0            -> +OK      => SWAPDB 9 0
      DBSIZE                -> :0
      SWAPDB 0 0            -> +OK
    `)).toEqual([]);
    bench.check();
    bench.db = 9;
    expect(bench.read('GET key:9')).toBe('db1');
  });

  test('tells which index is wrong', () => {
    expect(play(bench, `
      SWAPDB x y            -> -ERR invalid first DB index
      SWAPDB 2147483648 0   -> -ERR invalid first DB index
      SWAPDB 0 y            -> -ERR invalid second DB index
      SWAPDB 0 16           -> -ERR DB index is out of range
      SWAPDB -1 0           -> -ERR DB index is out of range
      SWAPDB 0 2147483647   -> -ERR DB index is out of range    => nothing
    `)).toEqual([]);
    bench.control.settings[Setting.clusterEnabled] = 1;
    expect(play(bench, 'SWAPDB 0 x -> -ERR SWAPDB is not allowed in cluster mode => nothing')).toEqual([]);
  });
});

describe('RANDOMKEY', () => {
  test('is nil when there is no key', () => {
    bench.db = 5;
    expect(play(bench, 'RANDOMKEY -> $-1 => nothing')).toEqual([]);
  });

  test('removes the expired keys that it draws, however many they are', () => {
    for (let i = 0; i < 1000; i++) bench.run(`SET old:${i} v PX 1`);
    bench.run('SET live v');
    bench.takeEffects();
    bench.nowMs += 1000;
    for (let i = 0; i < 3; i++) expect(bench.read('RANDOMKEY')).toBe('live');
    const removed = bench.effects();
    expect(removed.every((effect) => effect.startsWith('DEL '))).toBe(true);
    expect(bench.read('DBSIZE')).toBe(1011 - removed.length);
    bench.run('DEL live');
    expect(bench.read('RANDOMKEY')).toBeNull();
    expect(bench.read('DBSIZE')).toBe(0);
  });

  test('draws every key equally often, wherever it lives', () => {
    bench.run('FLUSHALL');
    // Most keys share a slot, and so a shard.
    const keys = [...Array.from({ length: 20 }, (_, i) => `{t}${i}`), ...Array.from({ length: 10 }, (_, i) => `key:${i}`)];
    for (const key of keys) bench.run(['SET', key, 'v']);
    const perKey = 300;
    const drawn = new Map<string, number>();
    for (let i = 0; i < keys.length * perKey; i++) {
      const key = bench.read('RANDOMKEY') as string;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
    const chiSquare = keys.reduce((sum, key) => sum + ((drawn.get(key) ?? 0) - perKey) ** 2 / perKey, 0);
    // 29 degrees of freedom: more than 58 by chance in one run of a thousand, and the seed is fixed.
    expect(chiSquare).toBeLessThan(58);
    expect(drawn.size).toBe(keys.length);
  });
});
