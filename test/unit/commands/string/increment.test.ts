import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StringEncoding, ValueType } from '../../../../src/keyspace/entry.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';

/** Signed integers of so many bits and a sign. */
function upTo(bits: bigint): fc.Arbitrary<bigint> {
  return fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n });
}

function encodingOf(key: string): number | undefined {
  return bench.dataset().find((entry) => entry.key === key)?.encoding;
}

describe('INCR, DECR, INCRBY, DECRBY', () => {
  test('count from zero and are their own effects', () => {
    expect(play(bench, `
      INCR n            -> :1     => INCR n
      INCR n            -> :2
      DECR n            -> :1     => DECR n
      INCRBY n 41       -> :42    => INCRBY n 41
      DECRBY n 50       -> :-8    => DECRBY n 50
      INCRBY n -2       -> :-10
      DECRBY n -20      -> :10
      INCRBY n 0        -> :10    => INCRBY n 0
      GET n             -> $2 10
      DECR m            -> :-1
      DECRBY z 0        -> :0
      GET z             -> $1 0
    `)).toEqual([]);
    expect(encodingOf('n')).toBe(StringEncoding.int);
  });

  test('are exact to the ends of int64', () => {
    expect(play(bench, `
      SET n 9223372036854775806           -> +OK
      INCR n                              -> :9223372036854775807   => INCR n
      INCR n                              -> -ERR increment or decrement would overflow   => nothing
      INCRBY n 9223372036854775807        -> -ERR increment or decrement would overflow
      DECRBY n 9223372036854775807        -> :0
      DECRBY n 9223372036854775807        -> :-9223372036854775807
      DECR n                              -> :-9223372036854775808
      DECR n                              -> -ERR increment or decrement would overflow
      INCRBY n -1                         -> -ERR increment or decrement would overflow
      GET n                               -> $20 -9223372036854775808
      INCRBY n 9223372036854775807        -> :-1
      INCRBY n -9223372036854775808       -> -ERR increment or decrement would overflow
      INCR n                              -> :0
      INCRBY n -9223372036854775808       -> :-9223372036854775808
      SET n 9007199254740991              -> +OK
      INCR n                              -> :9007199254740992
      INCR n                              -> :9007199254740993
      DECRBY n 2                          -> :9007199254740991
      SET n -9007199254740993             -> +OK
      INCRBY n 9007199254740993           -> :0
      INCRBY m 9007199254740993           -> :9007199254740993
      DECRBY m 9007199254740992           -> :1
      DECRBY m -9223372036854775808       -> -ERR decrement would overflow
      DECRBY missing -9223372036854775808 -> -ERR decrement would overflow    => nothing
    `)).toEqual([]);
  });

  test('agree with exact arithmetic', () => {
    const int64 = fc.oneof(upTo(63n), upTo(10n), upTo(54n));
    fc.assert(fc.property(int64, int64, (value, amount) => {
      bench.run(`SET n ${value}`);
      const sum = value + amount;
      const fits = sum >= -(2n ** 63n) && sum < 2n ** 63n;
      expect(bench.run(`INCRBY n ${amount}`)).toBe(fits ? `:${sum}\r\n` : '-ERR increment or decrement would overflow\r\n');
      expect(bench.read('GET n')).toBe(String(fits ? sum : value));
    }), { seed, numRuns: 500 });
  });

  test('refuse what is no integer', () => {
    for (const value of ['', ' 1', '1 ', '+1', '01', '-0', '1.0', '1e3', 'x', '9223372036854775808', '0x10']) {
      bench.run(['SET', 'n', value]);
      expect(bench.run('INCR n')).toBe('-ERR value is not an integer or out of range\r\n');
      expect(bench.run(['INCRBY', 'missing', value])).toBe('-ERR value is not an integer or out of range\r\n');
      expect(bench.run(['DECRBY', 'missing', value])).toBe('-ERR value is not an integer or out of range\r\n');
      expect(bench.read('GET n')).toBe(value);
    }
    expect(bench.dataset()).toHaveLength(1);
    bench.pretendType('n', ValueType.list);
    expect(play(bench, `
      INCR n        -> ${wrongType}
      INCRBY n x    -> -ERR value is not an integer or out of range
    `)).toEqual([]);
  });

  test('keep the expiry, and start anew after it', () => {
    bench.run('SET n 99999 PX 100');
    expect(play(bench, 'INCR n -> :100000')).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
    bench.nowMs += 100;
    expect(play(bench, 'INCR n -> :1 => DEL n ; INCR n')).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(-1n);
  });
});

describe('INCRBYFLOAT', () => {
  test('prints as people write', () => {
    expect(play(bench, `
      INCRBYFLOAT f 0.1       -> $3 0.1     => SET f 0.1 KEEPTTL
      INCRBYFLOAT f 0.2       -> $3 0.3     => SET f 0.3 KEEPTTL
      INCRBYFLOAT f -0.3      -> $1 0
      INCRBYFLOAT f 5.0e3     -> $4 5000
      INCRBYFLOAT f 1.25      -> $7 5001.25
      SET n 10                -> +OK
      INCRBYFLOAT n 1e17      -> $18 100000000000000010
      SET n 3.0               -> +OK
      INCRBYFLOAT n 1.000000000000000005 -> $19 4.00000000000000001
      INCRBYFLOAT m 0x10      -> $2 16
    `)).toEqual([]);
    bench.reply.resp = 3;
    expect(play(bench, 'INCRBYFLOAT f 0.5 -> $7 5001.75')).toEqual([]);
  });

  test('leaves text, embedded or raw', () => {
    expect(play(bench, `
      SET n 1               -> +OK
      INCRBYFLOAT n 1       -> $1 2
    `)).toEqual([]);
    expect(encodingOf('n')).toBe(StringEncoding.embstr);
    bench.run('INCRBYFLOAT n 1e300');
    expect(encodingOf('n')).toBe(StringEncoding.raw);
  });

  test('keeps the expiry', () => {
    bench.run('SET f 1 PX 100');
    bench.run('INCRBYFLOAT f 1.5');
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
  });

  test('refuses what is no number and results that are none', () => {
    expect(play(bench, `
      INCRBYFLOAT f x       -> -ERR value is not a valid float
      INCRBYFLOAT f ""      -> -ERR value is not a valid float
      INCRBYFLOAT f " 1"    -> -ERR value is not a valid float
      INCRBYFLOAT f nan     -> -ERR value is not a valid float
      INCRBYFLOAT f 1e5000  -> -ERR value is not a valid float
      INCRBYFLOAT f inf     -> -ERR increment would produce NaN or Infinity
      INCRBYFLOAT f -inf    -> -ERR increment would produce NaN or Infinity   => nothing
      GET f                 -> $-1
      SET t text            -> +OK
      INCRBYFLOAT t 1       -> -ERR value is not a valid float
      SET t 1e4932          -> +OK
      INCRBYFLOAT t 1e4932  -> -ERR increment would produce NaN or Infinity
      GET t                 -> $6 1e4932
    `)).toEqual([]);
    bench.pretendType('t', ValueType.list);
    expect(play(bench, `INCRBYFLOAT t x -> ${wrongType}`)).toEqual([]);
  });
});
