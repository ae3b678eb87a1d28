/** Replayed effects give the same lists, node by node, on whatever number of shards. */
import { array, assert as check, constantFrom, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';
import { describeList } from './describe-list.ts';
import { listCommand } from './list-words.ts';

const step = record({ draw: integer({ min: 1 }), database: constantFrom(0, 0, 0, 3), passedMs: constantFrom(0, 0, 1, 40), expires: integer({ min: 0, max: 20 }) });

test.each([1, 3, -1, -2])('a dataset comes back from its effects with list-max-listpack-size %i', (listMaxListpackSize) => {
  const limits = { listMaxListpackSize };
  check(property(array(step, { maxLength: 80, size: 'max' }), constantFrom(1, 2, 3), constantFrom(1, 2, 3), (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards, limits });
    const copy = new CommandBench({ shards: replayShards, seed: 2, limits });
    for (const { draw, database, passedMs, expires } of steps) {
      bench.nowMs += passedMs;
      bench.db = database;
      const words = listCommand(new Random(draw), { withNewer: true, withInsert: true, pushMax: 6 });
      bench.run(expires === 0 ? ['PEXPIRE', words[1]!, '30'] : words);
      copy.replay(bench.takeEffects());
    }
    const [expected, actual] = [bench, copy].map((one) => one.dataset(describeList).map((entry) => ({ ...entry, encoding: undefined })));
    expect(actual).toEqual(expected);
    bench.checkAndFlush();
    copy.checkAndFlush();
  }), { seed, numRuns: 60 });
});

test('commands leave the effects that make the same change again, and none without a change', () => {
  const bench = new CommandBench({ shards: 2 });
  expect(play(bench, `
    LPUSHX l a                    -> :0           => nothing
    RPUSH l a b c                 -> :3           => RPUSH l a b c
    LPUSHX l z                    -> :4           => LPUSH l z
    RPUSHX l d e f                -> :7           => RPUSH l d e f
    LPOP l                        -> $1 z         => LPOP l
    RPOP l 1                      -> *1 $1 f      => RPOP l
    RPOP l 2                      -> *2 $1 e $1 d => RPOP l 2
    LPOP l 0                      -> *0           => nothing
    LPOP missing                  -> $-1          => nothing
    LSET l 0 A                    -> +OK          => LSET l 0 A
    LSET l 5 A                    -> -ERR index out of range => nothing
    LINSERT l BEFORE b x          -> :4           => LINSERT l BEFORE b x
    LINSERT l BEFORE nothing x    -> :-1          => nothing
    LREM l 0 nothing              -> :0           => nothing
    LREM l 1 x                    -> :1           => LREM l 1 x
    LTRIM l 0 -1                  -> +OK          => nothing
    LTRIM l 0 1                   -> +OK          => LTRIM l 0 1
    LMPOP 2 missing l RIGHT COUNT 9 -> *2 $1 l *2 $1 b $1 A => RPOP l 2
    EXISTS l                      -> :0
    RPUSH l a b c                 -> :3
    LMOVE l m LEFT RIGHT          -> $1 a         => MULTI ; LPOP l ; RPUSH m a ; EXEC
    RPOPLPUSH l m                 -> $1 c         => MULTI ; RPOP l ; LPUSH m c ; EXEC
    LMOVE m m LEFT RIGHT          -> $1 c         => LMOVE m m LEFT RIGHT
    RPOPLPUSH m m                 -> $1 c         => RPOPLPUSH m m
    LMOVE missing m LEFT LEFT     -> $-1          => nothing
    LMOVEM m l RIGHT RIGHT COUNT 9 BULK -> *2 $1 c $1 a => MULTI ; RPOP m 2 ; RPUSH l c a ; EXEC
    LMOVEM l l LEFT LEFT EXACTLY 2 OBO  -> *2 $1 c $1 b => LMOVEM l l LEFT LEFT EXACTLY 2 OBO
    LMOVEM l m LEFT LEFT EXACTLY 4 OBO  -> *-1          => nothing
    LRANGE l 0 -1                 -> *3 $1 c $1 b $1 a => nothing
    LTRIM l 5 9                   -> +OK          => LTRIM l 5 9
  `)).toEqual([]);
  bench.checkAndFlush();
});

test('a list that is turned by itself keeps its expiry, with one element too', () => {
  const bench = new CommandBench();
  const copy = new CommandBench();
  bench.run('RPUSH l only');
  bench.run('PEXPIRE l 1000');
  bench.run('LMOVE l l LEFT RIGHT');
  bench.run('LMOVEM l l RIGHT LEFT COUNT 5 BULK');
  expect(bench.read('PTTL l')).toBe(1000);
  copy.replay(bench.takeEffects());
  expect(copy.dataset(describeList)).toEqual(bench.dataset(describeList));
  bench.checkAndFlush();
  copy.checkAndFlush();
});
