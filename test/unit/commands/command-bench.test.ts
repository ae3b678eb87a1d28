import { expect, test } from 'vitest';
import { CommandBench } from './command-bench.ts';
import { play } from './play.ts';

test('a command line is executed and its reply and effect come back', () => {
  const bench = new CommandBench();
  expect(bench.run('SET key "a b\\x00"')).toBe('+OK\r\n');
  expect(bench.run(['GET', 'key'])).toBe('$4\r\na b\0\r\n');
  expect(bench.read('MGET key missing')).toEqual(['a b\0', null]);
  expect(bench.effects()).toEqual(['SET key "a b\\x00"']);
  expect(bench.effects()).toEqual([]);
  bench.checkAndFlush();
});

test('a wrong number of arguments is answered as by the door', () => {
  const bench = new CommandBench();
  expect(bench.run('GET')).toBe("-ERR wrong number of arguments for 'get' command\r\n");
});

test('keys of several shards are reached by one command', () => {
  const bench = new CommandBench({ shards: 3 });
  const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
  for (const key of keys) bench.run(['SET', key, `value of ${key}`]);
  expect(bench.read(['MGET', ...keys])).toEqual(keys.map((key) => `value of ${key}`));
  expect(bench.keyspaces.map((keyspace) => keyspace.keyCount(0) > 0)).toEqual([true, true, true]);
  bench.checkAndFlush();
});

test('replayed effects give the same dataset, whatever the number of shards', () => {
  const bench = new CommandBench({ shards: 3 });
  bench.db = 5;
  for (let i = 0; i < 20; i++) bench.run(['SET', `key:${i}`, 'x'.repeat(i * 200)]);
  const copy = new CommandBench({ shards: 2, seed: 9 });
  copy.replay(bench.takeEffects());
  expect(copy.dataset()).toEqual(bench.dataset());
  expect(copy.dataset()).toHaveLength(20);
  bench.checkAndFlush();
  copy.checkAndFlush();
});

test('memory that is not given back is noticed', () => {
  const bench = new CommandBench();
  bench.keyspaces[0]!.arena.alloc(64, 2);
  expect(() => bench.checkAndFlush()).toThrow('64 bytes are');
});

test('a conversation that goes otherwise than written is told', () => {
  const bench = new CommandBench();
  expect(play(bench, `
    SET k v     -> +OK      => SET k v
    GET k       -> $1 w
    GET k       -> $1 v     => SET k v
    SET k w     -> +OK      => nothing
  `)).toEqual(['GET k -> $1 v, not $1 w', 'GET k => nothing, not SET k v', 'SET k w => SET k w, not nothing']);
});
