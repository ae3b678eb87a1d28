import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const now = 1_700_000_000_000;
const inAMinute = now + 60_000;
let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
  bench.run('MSET k value other x');
  bench.run(`SET timed v PXAT ${inAMinute}`);
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

describe('RENAME', () => {
  test('moves value and expiry over whatever was there', () => {
    expect(play(bench, `
      RENAME k n            -> +OK      => MULTI ; SET n value ; DEL k ; EXEC
      RENAME timed n        -> +OK      => MULTI ; SET n v PXAT ${inAMinute} ; DEL timed ; EXEC
      RENAME other n        -> +OK      => MULTI ; SET n x ; DEL other ; EXEC
      TTL n                 -> :-1
      DBSIZE                -> :1
    `)).toEqual([]);
  });

  test('to itself changes nothing, and a missing key is an error', () => {
    expect(play(bench, `
      RENAME k k            -> +OK                  => nothing
      RENAME missing k      -> -ERR no such key     => nothing
      RENAME missing missing -> -ERR no such key    => nothing
      RENAME k              -> -ERR wrong number of arguments for 'rename' command
    `)).toEqual([]);
  });

  test('takes an expired source for missing and an expired target for free', () => {
    bench.nowMs = inAMinute;
    expect(play(bench, `
      RENAME timed k        -> -ERR no such key     => DEL timed
      PSETEX timed 1 v      -> +OK
    `)).toEqual([]);
    bench.nowMs++;
    expect(play(bench, `
      RENAMENX k timed      -> :1                   => DEL timed ; MULTI ; SET timed value ; DEL k ; EXEC
      TTL timed             -> :-1
    `)).toEqual([]);
  });

  test('keeps the encoding, and counts as a use', () => {
    bench.run('SET raw a');
    bench.run('APPEND raw b');
    bench.run('SET number 12');
    expect(play(bench, `
      RENAME raw n          -> +OK
      OBJECT ENCODING n     -> $3 raw
      RENAME number n       -> +OK
      OBJECT ENCODING n     -> $3 int
    `)).toEqual([]);
    bench.nowMs += 7000;
    expect(play(bench, `
      OBJECT IDLETIME n     -> :7
      RENAME n m            -> +OK
      OBJECT IDLETIME m     -> :0
    `)).toEqual([]);
  });
});

test('RENAMENX leaves a target that exists alone', () => {
  expect(play(bench, `
    RENAMENX k other        -> :0                   => nothing
    RENAMENX k k            -> :0                   => nothing
    RENAMENX missing other  -> -ERR no such key     => nothing
    RENAMENX timed n        -> :1                   => MULTI ; SET n v PXAT ${inAMinute} ; DEL timed ; EXEC
    RENAMENX timed n        -> -ERR no such key
  `)).toEqual([]);
});

describe('COPY', () => {
  test('copies value and expiry, over a target only with REPLACE', () => {
    expect(play(bench, `
      COPY k n              -> :1   => SET n value
      COPY timed n          -> :0   => nothing
      COPY timed n REPLACE  -> :1   => SET n v PXAT ${inAMinute}
      COPY other n replace  -> :1   => SET n x
      TTL n                 -> :-1
      COPY missing n        -> :0   => nothing
      COPY missing n REPLACE -> :0  => nothing
      MGET k other timed n  -> *4 $5 value $1 x $1 v $1 x
    `)).toEqual([]);
  });

  test('reaches another database', () => {
    expect(play(bench, `
      COPY k k DB 3         -> :1   => 3:SET k value
      COPY k k db 3         -> :0   => nothing
      COPY timed k DB 3 REPLACE -> :1 => 3:SET k v PXAT ${inAMinute}
      COPY k n DB 3 DB 0    -> :1   => SET n value
    `)).toEqual([]);
    bench.nowMs = inAMinute;
    expect(play(bench, 'COPY other k DB 3 -> :1 => 3:DEL k ; 3:SET k x')).toEqual([]);
    bench.db = 3;
    expect(play(bench, 'PTTL k -> :-1')).toEqual([]);
  });

  test('judges the options, then the keys', () => {
    const same = '-ERR source and destination objects are the same';
    expect(play(bench, `
      COPY k k              -> ${same}
      COPY missing missing  -> ${same}
      COPY k k DB 0         -> ${same}
      COPY k k REPLACE      -> ${same}
      COPY k n DB           -> -ERR syntax error
      COPY k n FOO          -> -ERR syntax error
      COPY k n DB x FOO     -> -ERR value is not an integer or out of range
      COPY k n DB 16        -> -ERR DB index is out of range
      COPY k n DB -1        -> -ERR DB index is out of range
      COPY k n DB 2147483648 -> -ERR value is out of range, value must between -2147483648 and 2147483647
      COPY k n DB 9223372036854775808 -> -ERR value is not an integer or out of range
      COPY k                -> -ERR wrong number of arguments for 'copy' command   => nothing
    `)).toEqual([]);
  });

  test('stays in its database in a cluster', () => {
    bench.control.settings[Setting.clusterEnabled] = 1;
    expect(play(bench, `
      COPY k n DB 0         -> :1
      COPY k n DB 1         -> -ERR Copying to another database is not allowed in cluster mode   => nothing
    `)).toEqual([]);
  });

  test('counts as the first use of the copy', () => {
    bench.nowMs += 9000;
    expect(play(bench, `
      COPY k n              -> :1
      OBJECT IDLETIME n     -> :0
    `)).toEqual([]);
  });
});

describe('MOVE', () => {
  test('moves value and expiry to another database', () => {
    expect(play(bench, `
      MOVE k 1              -> :1   => MULTI ; 1:SET k value ; DEL k ; EXEC
      MOVE timed 15         -> :1   => MULTI ; 15:SET timed v PXAT ${inAMinute} ; DEL timed ; EXEC
      MOVE k 1              -> :0   => nothing
      SET k new             -> +OK
      MOVE k 1              -> :0   => nothing
      GET k                 -> $3 new
    `)).toEqual([]);
    bench.db = 15;
    expect(play(bench, `PEXPIRETIME timed -> :${inAMinute}`)).toEqual([]);
  });

  test('overwrites what has expired there', () => {
    bench.run('COPY timed k DB 1');
    bench.nowMs = inAMinute;
    expect(play(bench, 'MOVE k 1 -> :1 => 1:DEL k ; MULTI ; 1:SET k value ; DEL k ; EXEC')).toEqual([]);
  });

  test('judges the database before the key', () => {
    expect(play(bench, `
      MOVE missing 1        -> :0
      MOVE missing 0        -> -ERR source and destination objects are the same
      MOVE missing x        -> -ERR value is not an integer or out of range
      MOVE k 16             -> -ERR DB index is out of range
      MOVE k -2147483648    -> -ERR DB index is out of range
      MOVE k 2147483648     -> -ERR value is out of range, value must between -2147483648 and 2147483647
      MOVE k                -> -ERR wrong number of arguments for 'move' command   => nothing
    `)).toEqual([]);
    bench.control.settings[Setting.clusterEnabled] = 1;
    expect(play(bench, 'MOVE k 1 -> -ERR MOVE is not allowed in cluster mode => nothing')).toEqual([]);
  });
});

test('values of any size go from shard to shard, over smaller and larger ones', () => {
  const sizes = [0, 1, 30, 2047, 2048, 2049, 40_000, 300_000];
  for (const from of sizes) {
    for (const to of sizes) {
      const value = 'v'.repeat(from);
      bench.run(['SET', 'from', value]);
      bench.run(['SET', 'to', 'w'.repeat(to), 'EX', '100']);
      expect(bench.read('COPY from to REPLACE')).toBe(1);
      bench.run('EXPIRE from 50');
      expect(bench.read('RENAME from place')).toBe('OK');
      expect(bench.read('COPY place to REPLACE')).toBe(1);
      expect(bench.read('MGET to place from')).toEqual([value, value, null]);
      expect(bench.read('TTL to')).toBe(50);
      bench.check();
    }
  }
});
