/** What the commands about sorted sets leave as effects; replayed, they give the same values to the byte. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dumpValue } from '../../../../src/persistence/rdb/value-codec.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

describe('effects', () => {
  test('of ZADD are itself, and none where nothing has changed', () => {
    expect(play(new CommandBench(), `
      ZADD k 1 a 2 b         -> :2     => ZADD k 1 a 2 b
      ZADD k 1 a             -> :0     => nothing
      ZADD k NX 5 a 3 c      -> :1     => ZADD k NX 5 a 3 c
      ZADD k NX 5 a          -> :0     => nothing
      ZADD k XX CH 5 a       -> :1     => ZADD k XX CH 5 a
      ZADD k GT 4 a          -> :0     => nothing
      ZADD k x a             -> -ERR value is not a valid float => nothing
      ZADD m XX 1 a          -> :0     => nothing
    `)).toEqual([]);
  });

  test('of increments say the score that has come out', () => {
    expect(play(new CommandBench(), `
      ZINCRBY k 0.1 a        -> $3 0.1                  => ZADD k 0.1 a
      ZINCRBY k 0.2 a        -> $19 0.30000000000000004 => ZADD k 0.30000000000000004 a
      ZADD k INCR 1e300 b    -> $6 1e+300               => ZADD k 1e+300 b
      ZADD k GT INCR -1 a    -> $-1                     => nothing
      ZADD k NX INCR 1 a     -> $-1                     => nothing
      ZINCRBY k inf b        -> $3 inf                  => ZADD k inf b
      ZINCRBY k -inf b       -> -ERR resulting score is not a number (NaN) => nothing
      ZINCRBY k 0 b          -> $3 inf                  => nothing
    `)).toEqual([]);
  });

  test('of removals are themselves, of pops what has gone', () => {
    expect(play(new CommandBench(), `
      ZADD k 1 a 2 b 3 c 4 d 5 e 6 f -> :6 => ZADD k 1 a 2 b 3 c 4 d 5 e 6 f
      ZREM k a x             -> :1     => ZREM k a x
      ZREM k x               -> :0     => nothing
      ZPOPMIN k              -> *2 $1 b $1 2 => ZREM k b
      ZPOPMAX k 2            -> *4 $1 f $1 6 $1 e $1 5 => ZREM k f e
      ZREMRANGEBYSCORE k 9 8 -> :0     => nothing
      ZREMRANGEBYSCORE k 3 3 -> :1     => ZREMRANGEBYSCORE k 3 3
      ZMPOP 2 m k MIN        -> *2 $1 k *1 *2 $1 d $1 4 => ZREM k d
      EXISTS k               -> :0     => nothing
      ZMPOP 1 k MIN          -> *-1    => nothing
      ZADD k 0 a 0 b 0 c     -> :3     => ZADD k 0 a 0 b 0 c
      ZREMRANGEBYLEX k [a (b -> :1     => ZREMRANGEBYLEX k [a (b
      ZREMRANGEBYRANK k 0 -1 -> :2     => ZREMRANGEBYRANK k 0 -1
    `)).toEqual([]);
  });

  test('of stores are the whole value, or that it is gone', () => {
    const bench = new CommandBench({ shards: 3 });
    bench.run('ZADD a 1 x 2 y');
    bench.takeEffects();
    for (const store of ['ZUNIONSTORE t 2 a b', 'ZINTERSTORE t 1 a', 'ZDIFFSTORE t 1 a', 'ZRANGESTORE t a 0 -1']) {
      expect(bench.run(store)).toBe(':2\r\n');
      expect(bench.takeEffects().map(({ words }) => words.filter((_, i) => i !== 3).join(' '))).toEqual(['RESTORE t 0 REPLACE ABSTTL']);
    }
    expect(play(bench, `
      ZINTERSTORE t 2 a b    -> :0     => DEL t
      ZINTERSTORE t 2 a b    -> :0     => nothing
      SET t v PX 100         -> +OK    => SET t v PXAT 1700000000100
      ZRANGESTORE t a 5 9    -> :0     => DEL t
    `)).toEqual([]);
    bench.checkAndFlush();
  });
});

const key = fc.constantFrom('a', 'key:1', 'key:2', '{key:1}x');
const member = fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '', 'm'.repeat(65)), fc.nat(200).map((n) => `m${n}`));
const score = fc.oneof(fc.integer({ min: -5, max: 5 }).map(String), fc.constantFrom('0.1', '-0', 'inf', '-inf', '1e300', '1.5', '123456789012345678', 'x'));
const words = (...parts: fc.Arbitrary<string | string[]>[]): fc.Arbitrary<string[]> => fc.tuple(...parts).map((all) => all.flat());
const oneOf = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const pairs = fc.array(fc.tuple(score, member), { minLength: 1, maxLength: 3 }).map((all) => all.flat());
const manyPairs = fc.array(fc.tuple(fc.nat(9).map(String), member), { minLength: 100, maxLength: 150 }).map((all) => all.flat());
const options = fc.constantFrom<string[]>([], [], ['NX'], ['XX'], ['GT', 'CH'], ['LT'], ['INCR'], ['NX', 'INCR']);
const command = fc.oneof(
  { weight: 8, arbitrary: words(oneOf('ZADD'), key, options, pairs) },
  { weight: 1, arbitrary: words(oneOf('ZADD'), key, manyPairs) },
  { weight: 3, arbitrary: words(oneOf('ZINCRBY'), key, score, member) },
  { weight: 2, arbitrary: words(oneOf('ZREM'), key, member, member) },
  { weight: 1, arbitrary: words(oneOf('ZPOPMIN', 'ZPOPMAX'), key, fc.constantFrom<string[]>([], ['3'], ['200'])) },
  { weight: 1, arbitrary: words(oneOf('ZMPOP'), oneOf('2'), key, key, oneOf('MIN', 'MAX'), fc.constantFrom<string[]>([], ['COUNT', '2'])) },
  { weight: 1, arbitrary: words(oneOf('ZREMRANGEBYSCORE'), key, oneOf('-1', '(0'), oneOf('1', 'inf')) },
  { weight: 1, arbitrary: words(oneOf('ZREMRANGEBYRANK'), key, oneOf('0', '-3'), oneOf('2', '-1')) },
  { weight: 1, arbitrary: words(oneOf('ZREMRANGEBYLEX'), key, oneOf('-', '[b'), oneOf('(m', '+')) },
  { weight: 2, arbitrary: words(oneOf('ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE'), key, oneOf('2'), key, key) },
  { weight: 1, arbitrary: words(oneOf('ZUNIONSTORE', 'ZINTERSTORE'), key, oneOf('2'), key, key, oneOf('WEIGHTS'), oneOf('2', '-1'), oneOf('0.1'), oneOf('AGGREGATE'), oneOf('MIN', 'COUNT')) },
  { weight: 1, arbitrary: words(oneOf('ZRANGESTORE'), key, key, oneOf('0', '-4'), oneOf('-1', '9')) },
  { weight: 1, arbitrary: words(oneOf('COPY', 'RENAME'), key, key) },
  { weight: 1, arbitrary: words(oneOf('PEXPIRE'), key, oneOf('1', '1000')) },
  { weight: 1, arbitrary: words(oneOf('SET', 'GETSET'), key, oneOf('v')) },
);
const step = fc.record({ command, database: fc.constantFrom(0, 0, 3), passedMs: fc.constantFrom(0, 0, 1, 40) });

function dumps(bench: CommandBench): object[] {
  return bench.dataset((keyspace, entry) => dumpValue(keyspace, entry).toString('hex'));
}

test('a dataset comes back from its effects', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 50 }), fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3), (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards });
    const copy = new CommandBench({ shards: replayShards, seed: 2 });
    for (const { command: line, database, passedMs } of steps) {
      bench.nowMs += passedMs;
      bench.db = database;
      bench.run(line);
      const effects = bench.takeEffects();
      expect(effects.every(({ words: [name] }) => /^(?:Z(?:ADD|REM|REMRANGEBY\w+)|RESTORE|SET|DEL|PEXPIREAT|MULTI|EXEC)$/.test(String(name)))).toBe(true);
      copy.replay(effects);
    }
    expect(dumps(copy)).toEqual(dumps(bench));
    bench.checkAndFlush();
    copy.checkAndFlush();
  }), { seed, numRuns: 100 });
});
