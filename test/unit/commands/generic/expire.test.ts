import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const now = 1_700_000_000_000;
const notInteger = '-ERR value is not an integer or out of range';
const refused = (name: string): string => `-ERR invalid expire time in '${name}' command`;
let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
  bench.run('MSET k v timed v');
  bench.run(`PEXPIREAT timed ${now + 50_000}`);
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

test('the four ways to set an expiry leave its absolute time', () => {
  expect(play(bench, `
    EXPIRE k 10                 -> :1   => PEXPIREAT k ${now + 10_000}
    PEXPIRE k 10                -> :1   => PEXPIREAT k ${now + 10}
    EXPIREAT k 1700000001       -> :1   => PEXPIREAT k ${now + 1000}
    PEXPIREAT k 1700000000001   -> :1   => PEXPIREAT k ${now + 1}
    PTTL k                      -> :1   => nothing
    EXPIRE missing 10           -> :0   => nothing
  `)).toEqual([]);
});

test('a time that has come deletes the key', () => {
  for (const line of ['EXPIRE k 0', 'EXPIRE k -1', 'PEXPIRE k 0', 'PEXPIRE k -9223372036854775808', `PEXPIREAT k ${now}`, 'EXPIREAT k 0', 'EXPIREAT k -9223372036854775', 'PEXPIREAT k -9223372036854775808']) {
    bench.run('SET k v');
    expect(play(bench, `${line} -> :1 => DEL k`)).toEqual([]);
    expect(bench.run('EXISTS k')).toBe(':0\r\n');
  }
});

test('what is not an integer of 64 bits is refused before the key is looked up', () => {
  for (const name of ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']) {
    for (const time of ['x', '""', '1.0', '+1', '" 1"', '01', '9223372036854775808', '-9223372036854775809']) {
      expect(play(bench, `${name} missing ${time} -> ${notInteger} => nothing`)).toEqual([]);
    }
  }
  expect(bench.run('EXPIRE k')).toBe("-ERR wrong number of arguments for 'expire' command\r\n");
});

test('a time beyond 64 bits of milliseconds is refused', () => {
  const nowBig = BigInt(now);
  const last = 2n ** 63n - 1n;
  expect(play(bench, `
    EXPIRE k 9223372036854775807                -> ${refused('expire')}     => nothing
    EXPIRE k -9223372036854775808               -> ${refused('expire')}     => nothing
    EXPIRE k -9223372036854776                  -> ${refused('expire')}     => nothing
    EXPIRE k ${(last - nowBig) / 1000n + 1n}    -> ${refused('expire')}     => nothing
    EXPIREAT k 9223372036854776                 -> ${refused('expireat')}   => nothing
    EXPIREAT k -9223372036854776                -> ${refused('expireat')}   => nothing
    PEXPIRE k ${last - nowBig + 1n}             -> ${refused('pexpire')}    => nothing
    PEXPIRE k ${last - nowBig}                  -> :1                       => PEXPIREAT k ${last}
    EXPIRE k ${(last - nowBig) / 1000n}         -> :1                       => PEXPIREAT k ${((last - nowBig) / 1000n) * 1000n + nowBig}
    EXPIREAT k 9223372036854775                 -> :1                       => PEXPIREAT k 9223372036854775000
    PEXPIREAT k ${last}                         -> :1                       => PEXPIREAT k ${last}
  `)).toEqual([]);
});

test('times beyond 2^53 are exact to the millisecond', () => {
  for (const atMs of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 62n + 1n, 2n ** 63n - 1n]) {
    expect(play(bench, `
      PEXPIREAT k ${atMs}   -> :1                                       => PEXPIREAT k ${atMs}
      PEXPIRETIME k         -> :${atMs}
      PTTL k                -> :${atMs - BigInt(now)}
      TTL k                 -> :${(atMs - BigInt(now) + 500n) / 1000n}
      EXPIRETIME k          -> :${(atMs + 500n) / 1000n}
    `)).toEqual([]);
  }
});

describe('conditions', () => {
  test('NX wants a key without expiry, XX one with it', () => {
    expect(play(bench, `
      EXPIRE timed 10 NX    -> :0   => nothing
      EXPIRE k 10 XX        -> :0   => nothing
      EXPIRE k 10 nx        -> :1   => PEXPIREAT k ${now + 10_000}
      EXPIRE k 20 xX        -> :1   => PEXPIREAT k ${now + 20_000}
      EXPIRE k 5 NX NX      -> :0   => nothing
    `)).toEqual([]);
  });

  test('GT and LT compare, and a key without expiry never expires', () => {
    expect(play(bench, `
      EXPIRE k 10 GT        -> :0   => nothing
      EXPIRE timed 50 GT    -> :0   => nothing
      EXPIRE timed 50 LT    -> :0   => nothing
      EXPIRE timed 51 GT    -> :1   => PEXPIREAT timed ${now + 51_000}
      PEXPIRE timed 50999 LT -> :1  => PEXPIREAT timed ${now + 50_999}
      EXPIRE k 10 LT        -> :1   => PEXPIREAT k ${now + 10_000}
      EXPIRE k 20 XX GT     -> :1   => PEXPIREAT k ${now + 20_000}
      EXPIRE k -1 XX LT     -> :1   => DEL k
      EXPIRE k -1 LT        -> :0   => nothing
    `)).toEqual([]);
  });

  test('LT with XX refuses a key without expiry', () => {
    expect(play(bench, 'EXPIRE k 10 XX LT -> :0 => nothing')).toEqual([]);
  });

  test('GT and LT tell times beyond 2^53 apart', () => {
    expect(play(bench, `
      PEXPIREAT k 9007199254740993      -> :1
      PEXPIREAT k 9007199254740992 GT   -> :0   => nothing
      PEXPIREAT k 9007199254740993 LT   -> :0   => nothing
      PEXPIREAT k 9007199254740994 GT   -> :1   => PEXPIREAT k 9007199254740994
      PEXPIREAT k 9007199254740993 LT   -> :1   => PEXPIREAT k 9007199254740993
    `)).toEqual([]);
  });

  test('what excludes each other or is unknown is refused, before the time is read', () => {
    const nxConflict = '-ERR NX and XX, GT or LT options at the same time are not compatible';
    expect(play(bench, `
      EXPIRE k x NX XX      -> ${nxConflict}
      EXPIRE k x NX GT LT   -> ${nxConflict}
      EXPIRE k x LT NX      -> ${nxConflict}
      EXPIRE k x GT XX LT   -> -ERR GT and LT options at the same time are not compatible
      EXPIRE k x NX XX foo  -> -ERR Unsupported option foo
      EXPIRE k x ""         -> -ERR Unsupported option
      EXPIRE k x GT         -> ${notInteger}   => nothing
    `)).toEqual([]);
  });
});

test('PERSIST removes an expiry', () => {
  expect(play(bench, `
    PERSIST timed         -> :1     => PERSIST timed
    PERSIST timed         -> :0     => nothing
    PERSIST missing       -> :0     => nothing
    TTL timed             -> :-1
    PEXPIRE k 5           -> :1
  `)).toEqual([]);
  bench.nowMs += 5;
  expect(play(bench, 'PERSIST k -> :0 => DEL k')).toEqual([]);
});

test('the time left is rounded to the nearest second', () => {
  for (const [ms, seconds] of [[1, 0], [499, 0], [500, 1], [1499, 1], [1500, 2]] as const) {
    bench.run(`PEXPIRE k ${ms}`);
    expect(bench.read('TTL k')).toBe(seconds);
    expect(bench.read('PTTL k')).toBe(ms);
    expect(bench.read('PEXPIRETIME k')).toBe(now + ms);
    expect(bench.read('EXPIRETIME k')).toBe(now / 1000 + seconds);
  }
});

test('keys that are not there and keys that stay are told apart', () => {
  for (const name of ['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']) {
    expect(play(bench, `
      ${name} missing     -> :-2    => nothing
      ${name} k           -> :-1    => nothing
      ${name} k k         -> -ERR wrong number of arguments for '${name.toLowerCase()}' command
    `)).toEqual([]);
  }
});

test('a key is there until its millisecond, and gone at it', () => {
  bench.nowMs = now + 49_999;
  expect(play(bench, 'PTTL timed -> :1 => nothing')).toEqual([]);
  bench.nowMs++;
  expect(play(bench, `
    PTTL timed            -> :-2    => DEL timed
    EXPIRE timed 10       -> :0     => nothing
  `)).toEqual([]);
});

test('an expiry moves an entry of any size and keeps its value', () => {
  for (const length of [0, 1, 2047, 2048, 2049, 100_000]) {
    const value = 'x'.repeat(length);
    bench.run(['SET', 'value', value]);
    bench.run('EXPIRE value 100');
    expect(bench.read('GET value')).toBe(value);
    bench.run('PERSIST value');
    bench.run('EXPIRE value 100');
    expect(bench.read('GET value')).toBe(value);
    bench.check();
  }
});
