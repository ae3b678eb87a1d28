/** After Redis's documentation of INCREX (8.8) and its test suite's cases; no server here has the command. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StringEncoding, ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

const syntaxError = '-ERR syntax error';

function expiryOf(key: string): bigint | undefined {
  return bench.dataset().find((entry) => entry.key === key)?.expiryMs;
}

describe('counting in integers', () => {
  test('adds one, or what BYINT says, and answers with value and increment', () => {
    expect(play(bench, `
      INCREX n              -> *2 :1 :1       => SET n 1 KEEPTTL
      INCREX n BYINT 9      -> *2 :10 :9      => SET n 10 KEEPTTL
      INCREX n byint -20    -> *2 :-10 :-20
      INCREX n BYINT 0      -> *2 :-10 :0     => SET n -10 KEEPTTL
    `)).toEqual([]);
    expect(bench.dataset()[0]!.encoding).toBe(StringEncoding.int);
    bench.reply.resp = 3;
    expect(play(bench, 'INCREX n -> *2 :-9 :1')).toEqual([]);
  });

  test('leaves all as it is when the result is out of bounds', () => {
    expect(play(bench, `
      SET n 10                        -> +OK
      INCREX n BYINT 6 UBOUND 15 EX 5 -> *2 :10 :0    => nothing
      INCREX n BYINT 5 UBOUND 15      -> *2 :15 :5
      INCREX n BYINT -20 LBOUND 0     -> *2 :15 :0    => nothing
      INCREX n BYINT -15 LBOUND 0     -> *2 :0 :-15
      INCREX n UBOUND -5              -> *2 :0 :0     => nothing
      INCREX n BYINT -7 UBOUND -5     -> *2 :-7 :-7
      INCREX missing BYINT 5 LBOUND 6 -> *2 :0 :0     => nothing
      GET missing                     -> $-1
      SET n 9223372036854775807       -> +OK
      INCREX n                        -> *2 :9223372036854775807 :0   => nothing
      SET n -9223372036854775808      -> +OK
      INCREX n BYINT -1               -> *2 :-9223372036854775808 :0
    `)).toEqual([]);
    expect(expiryOf('n')).toBe(-1n);
  });

  test('with SATURATE stops at the bound', () => {
    expect(play(bench, `
      SET n 10                                      -> +OK
      INCREX n BYINT 6 UBOUND 15 SATURATE           -> *2 :15 :5    => SET n 15 KEEPTTL
      INCREX n BYINT 5 UBOUND 5 SATURATE            -> *2 :5 :-10
      INCREX n BYINT -5 LBOUND 20 SATURATE          -> *2 :20 :15
      INCREX n BYINT 5 LBOUND 10 UBOUND 10 SATURATE -> *2 :10 :-10
      INCREX n SATURATE                             -> *2 :11 :1
      INCREX fresh UBOUND 0 SATURATE                -> *2 :0 :0     => SET fresh 0 KEEPTTL
      INCREX other LBOUND 5 SATURATE                -> *2 :5 :5
      SET n 9223372036854775800                     -> +OK
      INCREX n BYINT 9223372036854775800 SATURATE   -> *2 :9223372036854775807 :7
      SET n -9223372036854775800                    -> +OK
      INCREX n BYINT -9223372036854775800 SATURATE  -> *2 :-9223372036854775808 :-8
    `)).toEqual([]);
  });

  test('refuses an applied increment that no int64 holds', () => {
    expect(play(bench, `
      SET n 9223372036854775800                           -> +OK
      INCREX n BYINT 1 SATURATE UBOUND -9223372036854775808 -> -ERR applied increment would overflow  => nothing
      GET n                                               -> $19 9223372036854775800
    `)).toEqual([]);
  });
});

describe('counting in floating point', () => {
  test('agrees with INCRBYFLOAT', () => {
    expect(play(bench, `
      INCREX f BYFLOAT 0.1        -> *2 $3 0.1 $3 0.1     => SET f 0.1 KEEPTTL
      INCREX f BYFLOAT 0.2        -> *2 $3 0.3 $3 0.2     => SET f 0.3 KEEPTTL
      INCREX f BYFLOAT -0.3       -> *2 $1 0 $4 -0.3
    `)).toEqual([]);
    expect(bench.dataset()[0]!.encoding).toBe(StringEncoding.embstr);
    bench.reply.resp = 3;
    expect(play(bench, `
      INCREX f BYFLOAT 2.5        -> *2 ,2.5 ,2.5
      INCREX f                    -> -ERR value is not an integer or out of range
      INCREX f BYFLOAT 1e15       -> *2 ,1000000000000002.5 ,1000000000000000
    `)).toEqual([]);
  });

  test('holds bounds', () => {
    expect(play(bench, `
      SET f 10                                        -> +OK
      INCREX f BYFLOAT 5.5 UBOUND 12.5                -> *2 $2 10 $1 0        => nothing
      INCREX f BYFLOAT 5.5 UBOUND 12.5 SATURATE       -> *2 $4 12.5 $3 2.5    => SET f 12.5 KEEPTTL
      INCREX f BYFLOAT -6 LBOUND 8 SATURATE           -> *2 $1 8 $4 -4.5
      INCREX f BYFLOAT 1 LBOUND -inf UBOUND inf       -> *2 $1 9 $1 1
      INCREX f BYFLOAT 1 LBOUND -inf UBOUND -inf      -> *2 $1 9 $1 0
      INCREX f BYFLOAT 1 LBOUND inf UBOUND inf        -> *2 $1 9 $1 0
      INCREX f BYFLOAT 1 UBOUND -inf                  -> -ERR LBOUND can't be greater than UBOUND
      INCREX f BYFLOAT 1 LBOUND +inf                  -> -ERR LBOUND can't be greater than UBOUND
      INCREX f BYFLOAT 1e4932 UBOUND 100              -> *2 $1 9 $1 0
      INCREX f BYFLOAT 1e4932 UBOUND 100 SATURATE     -> *2 $3 100 $2 91
    `)).toEqual([]);
  });

  test('never stores or applies infinity', () => {
    expect(play(bench, `
      SET f 1e4932                                            -> +OK
      INCREX f BYFLOAT -1e4932 UBOUND -1e4932 SATURATE        -> -ERR applied increment would be Infinity   => nothing
      SET f 10                                                -> +OK
      INCREX f BYFLOAT 1 LBOUND inf UBOUND inf SATURATE       -> -ERR applied increment would be Infinity
      INCREX f BYFLOAT 1 LBOUND -inf UBOUND -inf SATURATE     -> -ERR applied increment would be Infinity
      INCREX f BYFLOAT inf                                    -> -ERR BYFLOAT increment cannot be Infinity
      INCREX f BYFLOAT -inf                                   -> -ERR BYFLOAT increment cannot be Infinity
      SET f inf                                               -> +OK
      INCREX f BYFLOAT 1                                      -> -ERR value cannot be Infinity
      SET f -inf                                              -> +OK
      INCREX f BYFLOAT 0 LBOUND -100                          -> -ERR value cannot be Infinity
      GET f                                                   -> $4 -inf
    `)).toEqual([]);
    bench.run('SET f 1e4932');
    const [value, applied] = bench.read('INCREX f BYFLOAT 1e4932') as [string, string];
    expect([value.length, applied]).toEqual([4933, '0']);
    const [greatest] = bench.read('INCREX f BYFLOAT 1e4932 SATURATE') as [string, string];
    expect(greatest.startsWith('118973149535723176502')).toBe(true);
  });
});

describe('the expiry', () => {
  test('stays unless something is said about it', () => {
    expect(play(bench, `
      SET n 1 PX 100                -> +OK
      INCREX n                      -> *2 :2 :1     => SET n 2 KEEPTTL
    `)).toEqual([]);
    expect(expiryOf('n')).toBe(1_700_000_000_100n);
    expect(play(bench, 'INCREX n PERSIST -> *2 :3 :1 => SET n 3')).toEqual([]);
    expect(expiryOf('n')).toBe(-1n);
  });

  test('is set in four forms', () => {
    expect(play(bench, `
      INCREX n EX 10                -> *2 :1 :1     => SET n 1 PXAT 1700000010000
      INCREX n PX 10                -> *2 :2 :1     => SET n 2 PXAT 1700000000010
      INCREX n EXAT 1700000001      -> *2 :3 :1     => SET n 3 PXAT 1700000001000
      INCREX n PXAT 1700000000001   -> *2 :4 :1     => SET n 4 PXAT 1700000000001
      INCREX f BYFLOAT 0.5 EX 1     -> *2 $3 0.5 $3 0.5   => SET f 0.5 PXAT 1700000001000
    `)).toEqual([]);
  });

  test('with ENX is set only where there is none', () => {
    expect(play(bench, `
      INCREX n EX 10 ENX            -> *2 :1 :1     => SET n 1 PXAT 1700000010000
      INCREX n EX 99 ENX            -> *2 :2 :1     => SET n 2 KEEPTTL
      INCREX n EXAT 1 ENX           -> *2 :3 :1     => SET n 3 KEEPTTL
    `)).toEqual([]);
    expect(expiryOf('n')).toBe(1_700_000_010_000n);
  });

  test('that has passed removes the key', () => {
    expect(play(bench, `
      SET n 10                      -> +OK
      INCREX n EXAT 1               -> *2 :11 :1    => DEL n
      GET n                         -> $-1
      INCREX n PXAT 1               -> *2 :1 :1     => nothing
      GET n                         -> $-1
    `)).toEqual([]);
  });
});

describe('what is refused', () => {
  test('words that are unknown, repeated or contradict each other', () => {
    for (const words of [
      'FOO', 'BYINT 1 FOO', 'BYINT', 'BYINT 1 BYFLOAT 1', 'BYINT 1 BYINT 2', 'LBOUND 0 LBOUND 1', 'UBOUND 9 UBOUND 8', 'SATURATE SATURATE', 'SAT',
      'EX 10 PX 5', 'EX 10 EX 20', 'EX 10 PERSIST', 'PERSIST PERSIST', 'PERSIST ENX', 'ENX PERSIST', 'ENX ENX EX 10', 'LBOUND', 'EX', 'NX',
    ]) {
      expect(play(bench, `INCREX n ${words} -> ${syntaxError} => nothing`)).toEqual([]);
    }
    expect(play(bench, `
      INCREX n ENX                  -> -ERR ENX flag requires an expiration
      INCREX                        -> -ERR wrong number of arguments for 'increx' command
    `)).toEqual([]);
  });

  test('numbers that are none, by the name of their option', () => {
    expect(play(bench, `
      INCREX n BYINT 1.5            -> -ERR Increment is not an integer or out of range
      INCREX n BYINT 9223372036854775808 -> -ERR Increment is not an integer or out of range
      INCREX n BYFLOAT abc          -> -ERR Increment is not a valid float
      INCREX n LBOUND x             -> -ERR LBOUND is not an integer or out of range
      INCREX n UBOUND 1.5           -> -ERR UBOUND is not an integer or out of range
      INCREX n UBOUND inf           -> -ERR UBOUND is not an integer or out of range
      INCREX n BYFLOAT 1 LBOUND x   -> -ERR LBOUND is not a valid float
      INCREX n BYFLOAT 1 UBOUND nan -> -ERR UBOUND is not a valid float
      INCREX n LBOUND 10 UBOUND 5   -> -ERR LBOUND can't be greater than UBOUND
      INCREX n EX 0                 -> -ERR invalid expire time in 'increx' command
      INCREX n PX -1                -> -ERR invalid expire time in 'increx' command
      INCREX n EX x                 -> -ERR value is not an integer or out of range   => nothing
      GET n                         -> $-1
    `)).toEqual([]);
  });

  test('values that are no numbers, and other types', () => {
    expect(play(bench, `
      SET n hello                   -> +OK
      INCREX n                      -> -ERR value is not an integer or out of range
      INCREX n EXAT 1               -> -ERR value is not an integer or out of range
      INCREX n BYFLOAT 1            -> -ERR value is not a valid float    => nothing
      SET n 1.5                     -> +OK
      INCREX n BYINT 1              -> -ERR value is not an integer or out of range
    `)).toEqual([]);
    bench.pretendType('n', ValueType.list);
    expect(play(bench, `
      INCREX n                      -> -WRONGTYPE Operation against a key holding the wrong kind of value
      INCREX n EXAT 1               -> -WRONGTYPE Operation against a key holding the wrong kind of value   => nothing
    `)).toEqual([]);
  });
});
