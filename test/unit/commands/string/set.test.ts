import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keySlot } from '../../../../src/base/crc16.ts';
import { accessClock, StringEncoding, ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

function encodingOf(key: string): number | undefined {
  return bench.dataset().find((entry) => entry.key === key)?.encoding;
}

describe('SET', () => {
  test('overwrites, whatever the lengths', () => {
    for (const bytes of [0, 3, 40, 45, 2048, 2049, 100, 70_000, 3, 2_000_000, 0]) {
      const value = 'v'.repeat(bytes);
      expect(bench.run(['SET', 'k', value])).toBe('+OK\r\n');
      expect(bench.run('GET k')).toBe(`$${bytes}\r\n${value}\r\n`);
      expect(bench.run(['SET', 'k'.repeat(bytes + 2), value])).toBe('+OK\r\n');
      expect(bench.run(['GET', 'k'.repeat(bytes + 2)])).toBe(`$${bytes}\r\n${value}\r\n`);
    }
  });

  test('takes the place of another type and removes the expiry', () => {
    bench.run('SET list x PX 100');
    bench.pretendType('list', ValueType.list);
    expect(play(bench, 'SET list y -> +OK => SET list y')).toEqual([]);
    bench.nowMs += 200;
    expect(play(bench, 'GET list -> $1 y')).toEqual([]);
  });

  test('tells numbers, short and long strings apart', () => {
    bench.run('SET k 12');
    expect(encodingOf('k')).toBe(StringEncoding.int);
    bench.run('SET k 13x');
    expect(encodingOf('k')).toBe(StringEncoding.embstr);
    bench.run(['SET', 'k', 'x'.repeat(45)]);
    expect(encodingOf('k')).toBe(StringEncoding.raw);
    bench.run('SET k 9223372036854775807');
    expect(encodingOf('k')).toBe(StringEncoding.int);
  });

  test('with NX sets only what is not there, with XX only what is', () => {
    expect(play(bench, `
      SET k a XX            -> $-1        => nothing
      SET k a NX            -> +OK        => SET k a
      SET k b NX            -> $-1        => nothing
      SET k c XX            -> +OK        => SET k c
      GET k                 -> $1 c
      SET k d nx xx         -> -ERR syntax error
      SET k d XX NX         -> -ERR syntax error
      SET k d NX NX         -> $-1
    `)).toEqual([]);
    bench.reply.resp = 3;
    expect(play(bench, 'SET k b NX -> _')).toEqual([]);
  });

  test('with GET returns what was there', () => {
    expect(play(bench, `
      SET k a GET           -> $-1        => SET k a
      SET k b GET           -> $1 a       => SET k b
      SET k c NX GET        -> $1 b       => nothing
      SET k c XX GET        -> $1 b       => SET k c
      SET n c XX GET        -> $-1        => nothing
      SET n d NX GET        -> $-1        => SET n d
      GET n                 -> $1 d
    `)).toEqual([]);
    bench.run(['SET', 'k', 'x'.repeat(100_000)]);
    expect(bench.run('SET k short GET')).toBe(`$100000\r\n${'x'.repeat(100_000)}\r\n`);
  });

  test('with GET refuses another type and leaves it', () => {
    bench.run('SET list x');
    bench.pretendType('list', ValueType.list);
    expect(play(bench, `
      SET list y GET        -> -WRONGTYPE Operation against a key holding the wrong kind of value  => nothing
      SET list y NX GET     -> -WRONGTYPE Operation against a key holding the wrong kind of value
      SET list y NX         -> $-1
      SET list y XX         -> +OK
    `)).toEqual([]);
  });

  test('takes an expiry in four forms', () => {
    expect(play(bench, `
      SET k v EX 10                 -> +OK  => SET k v PXAT 1700000010000
      SET k v px 1500               -> +OK  => SET k v PXAT 1700000001500
      SET k v EXAT 1700000099       -> +OK  => SET k v PXAT 1700000099000
      SET k v PXAT 1700000000001    -> +OK  => SET k v PXAT 1700000000001
      SET k v EX 10 EX 20           -> +OK  => SET k v PXAT 1700000020000
      SET k v GET EX 5 XX           -> $1 v => SET k v PXAT 1700000005000
    `)).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_005_000n);
  });

  test('with KEEPTTL keeps the expiry, without it removes it', () => {
    expect(play(bench, `
      SET k v PX 100                -> +OK
      SET k w KEEPTTL               -> +OK  => SET k w KEEPTTL
    `)).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
    bench.run(['SET', 'k', 'x'.repeat(5000), 'KEEPTTL']);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
    bench.run('SET k v');
    expect(bench.dataset()[0]!.expiryMs).toBe(-1n);
    expect(play(bench, 'SET new v KEEPTTL -> +OK')).toEqual([]);
  });

  test('with a time that has passed leaves an expired key', () => {
    expect(play(bench, `
      SET k v EXAT 1                -> +OK  => SET k v PXAT 1000
      GET k                         -> $-1  => DEL k
    `)).toEqual([]);
  });

  test('accepts an expiry to the last int64', () => {
    for (const [words, ms] of [
      ['PXAT 9223372036854775807', 9223372036854775807n], ['PXAT 9007199254740993', 9007199254740993n],
      ['EXAT 9223372036854775', 9223372036854775000n], ['EX 9223370336854775', 9223372036854775000n],
      ['PX 9223370336854775807', 9223372036854775807n],
    ] as const) {
      expect(play(bench, `SET k v ${words} -> +OK => SET k v PXAT ${ms}`)).toEqual([]);
      expect(bench.dataset()[0]!.expiryMs).toBe(ms);
      expect(play(bench, 'GET k -> $1 v')).toEqual([]);
    }
  });

  test('refuses an expiry that is not positive or too far away, and changes nothing', () => {
    bench.run('SET k old');
    for (const words of [
      'EX 0', 'EX -1', 'PX 0', 'PX -9223372036854775808', 'EXAT 0', 'PXAT -1', 'EX 9223372036854776', 'EXAT 9223372036854776',
      'EX 9223372036854775', 'PX 9223372036854775807',
    ]) {
      expect(play(bench, `SET k v ${words} -> -ERR invalid expire time in 'set' command => nothing`)).toEqual([]);
    }
    for (const words of ['EX x', 'PX 1.5', 'EXAT ""', 'PXAT 9223372036854775808', 'EX " 1"']) {
      expect(play(bench, `SET k v ${words} -> -ERR value is not an integer or out of range => nothing`)).toEqual([]);
    }
    expect(play(bench, 'GET k -> $3 old')).toEqual([]);
  });

  test('refuses options that contradict each other or are none', () => {
    for (const words of [
      'EX', 'PX 1 EX 1', 'EX 1 KEEPTTL', 'KEEPTTL PXAT 5', 'EXAT 5 PX 5', 'FOO', '""', 'PERSIST', 'NX IFEQ v', 'IFEQ v XX', 'IFEQ v IFNE v',
      'IFDEQ 0000000000000000 IFEQ v', 'IFEQ', 'GET IFDNE', 'EX x FOO', 'EX 0 FOO',
    ]) {
      expect(play(bench, `SET k v ${words} -> -ERR syntax error => nothing`)).toEqual([]);
    }
    expect(bench.dataset()).toEqual([]);
  });

  test('with IFEQ and IFNE compares the value', () => {
    expect(play(bench, `
      SET k b IFEQ a        -> $-1        => nothing
      SET k a IFNE a        -> +OK        => SET k a
      SET k b IFNE a        -> $-1        => nothing
      SET k b IFEQ A        -> $-1
      SET k b IFEQ a        -> +OK        => SET k b
      SET k c IFNE a EX 1   -> +OK        => SET k c PXAT 1700000001000
      SET k d ifeq c KEEPTTL -> +OK       => SET k d KEEPTTL
      SET k e IFEQ d GET    -> $1 d       => SET k e
      SET k f IFEQ d GET    -> $1 e       => nothing
      SET n f IFEQ d GET    -> $-1        => nothing
      SET n f IFNE d GET    -> $-1        => SET n f
      SET k f IFEQ x IFEQ e -> +OK
    `)).toEqual([]);
    const long = 'x'.repeat(100);
    bench.run(['SET', 'k', long]);
    expect(bench.run(['SET', 'k', 'y', 'IFEQ', `${'x'.repeat(99)}y`])).toBe('$-1\r\n');
    expect(bench.run(['SET', 'k', 'y', 'IFEQ', long])).toBe('+OK\r\n');
  });

  test('with IFDEQ and IFDNE compares the digest', () => {
    expect(play(bench, `
      SET k hello                       -> +OK
      SET k a IFDEQ 9555e8555c62dcfe    -> $-1    => nothing
      SET k a IFDNE 9555e8555c62dcfd    -> $-1    => nothing
      SET k a IFDEQ 9555E8555C62DCFD    -> +OK    => SET k a
      SET k b IFDNE zzzzzzzzzzzzzzzz    -> +OK    => SET k b
      SET k c IFDEQ 123                 -> -ERR must be exactly 16 hexadecimal characters  => nothing
      SET k c IFDNE ""                  -> -ERR must be exactly 16 hexadecimal characters
      SET n c IFDEQ 123                 -> $-1    => nothing
      SET n c IFDNE 123                 -> +OK    => SET n c
      GET k                             -> $1 b
    `)).toEqual([]);
  });

  test('with a comparison refuses another type, unless the key is absent', () => {
    bench.run('SET list x');
    bench.pretendType('list', ValueType.list);
    for (const words of ['IFEQ x', 'IFNE x', 'IFDEQ 0000000000000000', 'IFDNE 1']) {
      expect(play(bench, `SET list y ${words} -> -WRONGTYPE Operation against a key holding the wrong kind of value => nothing`)).toEqual([]);
    }
  });

  test('stamps new and replaced keys with the time of access', () => {
    const { arena } = bench.keyspaces[0]!;
    const clockOf = (): number => accessClock(arena, bench.keyspaces[0]!.find(0, keySlot(Buffer.from('k'), 0, 1), Buffer.from('k'), 0, 1));
    const seconds = (): number => Math.floor(bench.nowMs / 1000) & 0xffffff;
    bench.run('SET k v');
    expect(clockOf()).toBe(seconds());
    bench.nowMs += 5000;
    bench.run(['SET', 'k', 'v'.repeat(3000)]);
    expect(clockOf()).toBe(seconds());
    bench.nowMs += 5000;
    bench.run('SET k w EX 5');
    expect(clockOf()).toBe(seconds());
  });
});

describe('SETNX', () => {
  test('sets only what is not there', () => {
    expect(play(bench, `
      SETNX k a     -> :1   => SET k a
      SETNX k b     -> :0   => nothing
      GET k         -> $1 a
    `)).toEqual([]);
    bench.pretendType('k', ValueType.hash);
    expect(play(bench, 'SETNX k c -> :0')).toEqual([]);
    bench.run('SET k 1 PX 10');
    bench.nowMs += 10;
    expect(play(bench, 'SETNX k d -> :1 => DEL k ; SET k d')).toEqual([]);
  });
});

describe('SETEX and PSETEX', () => {
  test('set value and expiry', () => {
    expect(play(bench, `
      SETEX k 10 v      -> +OK  => SET k v PXAT 1700000010000
      PSETEX k 10 w     -> +OK  => SET k w PXAT 1700000000010
      GET k             -> $1 w
    `)).toEqual([]);
    bench.pretendType('k', ValueType.list);
    expect(play(bench, 'SETEX k 1 x -> +OK')).toEqual([]);
  });

  test('refuse an expiry in their own name', () => {
    expect(play(bench, `
      SETEX k 0 v                     -> -ERR invalid expire time in 'setex' command    => nothing
      SETEX k 9223372036854775807 v   -> -ERR invalid expire time in 'setex' command
      PSETEX k -1 v                   -> -ERR invalid expire time in 'psetex' command
      PSETEX k 9223372036854775807 v  -> -ERR invalid expire time in 'psetex' command
      SETEX k x v                     -> -ERR value is not an integer or out of range
      PSETEX k 1.5 v                  -> -ERR value is not an integer or out of range   => nothing
      GET k                           -> $-1
    `)).toEqual([]);
  });
});

describe('GETSET', () => {
  test('returns what was there and removes the expiry', () => {
    expect(play(bench, `
      GETSET k a        -> $-1      => SET k a
      SET k b PX 100    -> +OK
      GETSET k c        -> $1 b     => SET k c
    `)).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(-1n);
    bench.pretendType('k', ValueType.list);
    expect(play(bench, 'GETSET k d -> -WRONGTYPE Operation against a key holding the wrong kind of value => nothing')).toEqual([]);
  });
});
