import { afterEach, beforeEach, expect, test } from 'vitest';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';

function expiryOf(key: string): bigint | undefined {
  return bench.dataset(() => '').find((entry) => entry.key === key)?.expiryMs;
}

test('GETDEL returns the value once', () => {
  expect(play(bench, `
    SET k v             -> +OK
    GETDEL k            -> $1 v     => DEL k
    GETDEL k            -> $-1      => nothing
    GETDEL missing      -> $-1      => nothing
  `)).toEqual([]);
  bench.run(['SET', 'big', 'x'.repeat(100_000)]);
  expect(bench.run('GETDEL big')).toBe(`$100000\r\n${'x'.repeat(100_000)}\r\n`);
  bench.run('SET list x');
  bench.pretendType('list', ValueType.list);
  expect(play(bench, `GETDEL list -> ${wrongType} => nothing`)).toEqual([]);
});

test('GETEX without options is GET', () => {
  expect(play(bench, `
    SET k v PX 100      -> +OK
    GETEX k             -> $1 v     => nothing
    GETEX missing       -> $-1      => nothing
  `)).toEqual([]);
  expect(expiryOf('k')).toBe(1_700_000_000_100n);
});

test('GETEX sets an expiry in four forms', () => {
  expect(play(bench, `
    SET k v                       -> +OK
    GETEX k EX 10                 -> $1 v   => PEXPIREAT k 1700000010000
    GETEX k px 1500               -> $1 v   => PEXPIREAT k 1700000001500
    GETEX k EXAT 1700000099       -> $1 v   => PEXPIREAT k 1700000099000
    GETEX k PXAT 9223372036854775807 -> $1 v => PEXPIREAT k 9223372036854775807
  `)).toEqual([]);
  expect(expiryOf('k')).toBe(9223372036854775807n);
});

test('GETEX PERSIST removes the expiry', () => {
  expect(play(bench, `
    SET k v PX 100      -> +OK
    GETEX k PERSIST     -> $1 v     => PERSIST k
    GETEX k PERSIST     -> $1 v     => nothing
  `)).toEqual([]);
  expect(expiryOf('k')).toBe(-1n);
});

test('GETEX with a time that has passed removes the key', () => {
  expect(play(bench, `
    SET k v                   -> +OK
    GETEX k EXAT 1            -> $1 v     => DEL k
    SET k v                   -> +OK
    GETEX k PXAT 1700000000000 -> $1 v    => DEL k
    SET k v                   -> +OK
    GETEX k PXAT 1700000000001 -> $1 v    => PEXPIREAT k 1700000000001
  `)).toEqual([]);
});

test('GETEX judges the words first, then the key, then the time', () => {
  expect(play(bench, `
    GETEX missing EX            -> -ERR syntax error
    GETEX missing FOO           -> -ERR syntax error
    GETEX missing KEEPTTL       -> -ERR syntax error
    GETEX missing EX 1 PERSIST  -> -ERR syntax error
    GETEX missing PERSIST PX 1  -> -ERR syntax error
    GETEX missing EX 1 EXAT 1   -> -ERR syntax error
    GETEX missing EX 0          -> $-1
    GETEX missing EX x          -> $-1
    SET k v                     -> +OK
    GETEX k EX 0                -> -ERR invalid expire time in 'getex' command  => nothing
    GETEX k PX 9223372036854775807 -> -ERR invalid expire time in 'getex' command
    GETEX k EX x                -> -ERR value is not an integer or out of range
    GETEX k EX 1 EX 2           -> $1 v   => PEXPIREAT k 1700000002000
  `)).toEqual([]);
  bench.pretendType('k', ValueType.list);
  expect(play(bench, `
    GETEX k                     -> ${wrongType}
    GETEX k EX 0                -> ${wrongType}   => nothing
  `)).toEqual([]);
});
