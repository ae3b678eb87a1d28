import { afterEach, beforeEach, expect, test } from 'vitest';
import { Counter } from '../../../../src/channel/shard-stats.ts';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
});
afterEach(() => bench.checkAndFlush());

test('GET returns what was set, and nil for a key that is not there', () => {
  expect(play(bench, `
    SET k "a\\x00b"     -> +OK
    GET k               -> $3 a\\x00b   => nothing
    GET missing         -> $-1          => nothing
    SET k ""            -> +OK
    GET k               -> $0
  `)).toEqual([]);
  bench.reply.resp = 3;
  expect(play(bench, 'GET missing -> _')).toEqual([]);
});

test('GET of an expired key is nil and removes it', () => {
  expect(play(bench, `
    SET k v PX 5        -> +OK
    GET k               -> $1 v
  `)).toEqual([]);
  bench.nowMs += 5;
  expect(play(bench, `
    GET k               -> $-1          => DEL k
    GET k               -> $-1          => nothing
  `)).toEqual([]);
  expect(bench.stats.get(Counter.expiredKeys)).toBe(1);
});

test('MGET answers nil for what is absent or no string, over all shards', () => {
  bench.run('MSET a 1 b 2 list x');
  bench.pretendType('list', ValueType.list);
  expect(play(bench, `
    MGET a missing b list a   -> *5 $1 1 $-1 $1 2 $-1 $1 1   => nothing
    MGET missing              -> *1 $-1
  `)).toEqual([]);
  bench.reply.resp = 3;
  expect(play(bench, 'MGET a list -> *2 $1 1 _')).toEqual([]);
});

test('STRLEN counts bytes', () => {
  expect(play(bench, `
    SET k "\\xc3\\xa9"  -> +OK
    STRLEN k            -> :2           => nothing
    STRLEN missing      -> :0
    SET k -12345        -> +OK
    STRLEN k            -> :6
  `)).toEqual([]);
});

test('reading a key of another type is refused', () => {
  bench.run('SET list x');
  bench.pretendType('list', ValueType.list);
  for (const command of ['GET list', 'STRLEN list']) {
    expect(bench.run(command)).toBe('-WRONGTYPE Operation against a key holding the wrong kind of value\r\n');
  }
});

test('reads count hits and misses', () => {
  bench.run('SET k v');
  bench.run('GET k');
  bench.run('MGET k missing k');
  bench.run('STRLEN missing');
  expect([bench.stats.get(Counter.keyspaceHits), bench.stats.get(Counter.keyspaceMisses)]).toEqual([3, 2]);
});

test('a value of many megabytes is kept and returned', () => {
  const value = Buffer.alloc(20_000_000, 'abcdefghij');
  bench.run(['SET', 'big', value]);
  expect(bench.runBytes('GET big').equals(Buffer.concat([Buffer.from('$20000000\r\n'), value, Buffer.from('\r\n')]))).toBe(true);
});
