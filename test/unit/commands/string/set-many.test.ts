import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
});
afterEach(() => bench.checkAndFlush());

describe('MSET', () => {
  test('sets keys of all shards as one transaction', () => {
    expect(play(bench, `
      SET b old PX 100              -> +OK
      MSET a 1 b 2 key:2 3 key:7 4  -> +OK     => MULTI ; SET a 1 ; SET b 2 ; SET key:2 3 ; SET key:7 4 ; EXEC
      MGET a b key:2 key:7          -> *4 $1 1 $1 2 $1 3 $1 4
      MSET a x                      -> +OK     => MULTI ; SET a x ; EXEC
    `)).toEqual([]);
    expect(bench.dataset().every(({ expiryMs }) => expiryMs === -1n)).toBe(true);
  });

  test('keeps the last value of a key that is named twice', () => {
    expect(play(bench, `
      MSET a 1 b 2 a 3    -> +OK      => MULTI ; SET a 1 ; SET b 2 ; SET a 3 ; EXEC
      MGET a b            -> *2 $1 3 $1 2
    `)).toEqual([]);
  });

  test('takes the place of other types and of expired keys', () => {
    bench.run('MSET list x gone x');
    bench.pretendType('list', ValueType.list);
    bench.run('SET gone x PX 1');
    bench.nowMs += 1;
    expect(play(bench, 'MSET list a gone b -> +OK => MULTI ; SET list a ; DEL gone ; SET gone b ; EXEC')).toEqual([]);
  });

  test('needs a value for every key', () => {
    expect(play(bench, `
      MSET a 1 b          -> -ERR wrong number of arguments for 'mset' command   => nothing
      MSETNX a 1 b        -> -ERR wrong number of arguments for 'msetnx' command => nothing
      MGET a b            -> *2 $-1 $-1
    `)).toEqual([]);
  });

  test('sets a thousand keys', () => {
    const pairs = Array.from({ length: 1000 }, (_, i) => [`key:${i}`, `value:${i}`]);
    expect(bench.run(['MSET', ...pairs.flat()])).toBe('+OK\r\n');
    expect(bench.read(['MGET', ...pairs.map(([key]) => key!)])).toEqual(pairs.map(([, value]) => value));
  });
});

describe('MSETNX', () => {
  test('sets all keys or none', () => {
    expect(play(bench, `
      MSETNX a 1 key:2 2      -> :1     => MULTI ; SET a 1 ; SET key:2 2 ; EXEC
      MSETNX key:7 1 key:2 3  -> :0     => nothing
      MSETNX key:2 1 key:7 3  -> :0     => nothing
      MGET a key:2 key:7      -> *3 $1 1 $1 2 $-1
      MSETNX x 1 x 2          -> :1
      GET x                   -> $1 2
    `)).toEqual([]);
  });

  test('takes a key of any type as present, an expired one as absent', () => {
    bench.run('SET list x');
    bench.pretendType('list', ValueType.list);
    expect(play(bench, 'MSETNX list 1 -> :0')).toEqual([]);
    bench.run('SET k v PX 5');
    bench.nowMs += 5;
    expect(play(bench, 'MSETNX k 1 -> :1 => DEL k ; MULTI ; SET k 1 ; EXEC')).toEqual([]);
  });
});

// redis.io/commands/msetex, of 8.4.
describe('MSETEX', () => {
  test('sets keys with one expiry, or none, or the one they have', () => {
    expect(play(bench, `
      MSETEX 2 a 1 key:2 2                      -> :1   => MULTI ; SET a 1 ; SET key:2 2 ; EXEC
      MSETEX 2 a 1 key:2 2 EX 10                -> :1   => MULTI ; SET a 1 PXAT 1700000010000 ; SET key:2 2 PXAT 1700000010000 ; EXEC
      MSETEX 1 a 3 KEEPTTL                      -> :1   => MULTI ; SET a 3 KEEPTTL ; EXEC
      MSETEX 1 a 4 pxat 1700000000005 xx        -> :1   => MULTI ; SET a 4 PXAT 1700000000005 ; EXEC
      MSETEX 1 a 5                              -> :1   => MULTI ; SET a 5 ; EXEC
    `)).toEqual([]);
    expect(bench.dataset().map(({ expiryMs }) => expiryMs)).toEqual([-1n, 1_700_000_010_000n]);
  });

  test('with NX wants all keys absent, with XX all present', () => {
    expect(play(bench, `
      SET a 1                       -> +OK
      MSETEX 2 a 2 b 2 NX           -> :0   => nothing
      MSETEX 2 b 2 a 2 XX EX 5      -> :0   => nothing
      MSETEX 2 b 2 c 2 NX           -> :1
      MSETEX 3 a 3 b 3 c 3 XX       -> :1
      MGET a b c                    -> *3 $1 3 $1 3 $1 3
    `)).toEqual([]);
  });

  test('refuses a count that does not fit, and options that are wrong', () => {
    expect(play(bench, `
      MSETEX 0 a 1                  -> -ERR invalid numkeys value
      MSETEX -1 a 1                 -> -ERR invalid numkeys value
      MSETEX x a 1                  -> -ERR invalid numkeys value
      MSETEX 2147483648 a 1         -> -ERR invalid numkeys value
      MSETEX 9223372036854775807 a 1 -> -ERR invalid numkeys value
      MSETEX 2147483647 a 1         -> -ERR wrong number of key-value pairs
      MSETEX 2 a 1 b                -> -ERR wrong number of key-value pairs
      MSETEX 1 a 1 b 2              -> -ERR syntax error
      MSETEX 1 a 1 NX XX            -> -ERR syntax error
      MSETEX 1 a 1 EX 5 KEEPTTL     -> -ERR syntax error
      MSETEX 1 a 1 EX               -> -ERR syntax error
      MSETEX 1 a 1 EX 0             -> -ERR invalid expire time in 'msetex' command
      MSETEX 1 a 1 EX x             -> -ERR value is not an integer or out of range   => nothing
      GET a                         -> $-1
    `)).toEqual([]);
  });
});
