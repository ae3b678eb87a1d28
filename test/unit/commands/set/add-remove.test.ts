import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';
let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
});
afterEach(() => bench.checkAndFlush());

describe('SADD and SREM', () => {
  test('are their own effects when something has changed', () => {
    expect(play(bench, `
      SADD s a b a      -> :2   => SADD s a b a
      SADD s a b        -> :0   => nothing
      SADD s b c        -> :1   => SADD s b c
      SREM s z          -> :0   => nothing
      SREM s z a        -> :1   => SREM s z a
      SREM s b c d      -> :2   => SREM s b c d
      EXISTS s          -> :0
      SREM s a          -> :0   => nothing
    `)).toEqual([]);
  });

  test('leave other types alone', () => {
    expect(play(bench, `
      SET k v           -> +OK
      SADD k a          -> ${wrongType} => nothing
      SREM k a          -> ${wrongType} => nothing
    `)).toEqual([]);
  });

  test('begin anew where the time of a set is over', () => {
    bench.run('SADD s a b');
    bench.run('PEXPIRE s 5');
    bench.nowMs += 5;
    expect(play(bench, `
      SREM s a          -> :0   => DEL s
      SADD s b          -> :1   => SADD s b
      PTTL s            -> :-1
    `)).toEqual([]);
  });
});

describe('SMOVE', () => {
  test('is a removal and, where the member is new, an addition', () => {
    expect(play(bench, `
      SADD a 1 2 x      -> :3
      SADD b 2          -> :1
      SMOVE a b 1       -> :1   => MULTI ; SREM a 1 ; SADD b 1 ; EXEC
      SMOVE a b 2       -> :1   => SREM a 2
      SMOVE a b 2       -> :0   => nothing
      SMOVE a a x       -> :1   => nothing
      SMOVE a a y       -> :0   => nothing
      SMOVE a new x     -> :1   => MULTI ; SREM a x ; SADD new x ; EXEC
      EXISTS a          -> :0
      SMOVE a b x       -> :0   => nothing
      SMEMBERS new      -> *1 $1 x
    `)).toEqual([]);
  });
});

describe('the commands that store', () => {
  test('leave the whole set, in place of whatever was there', () => {
    expect(play(bench, `
      SADD a 1 2 3              -> :3
      SADD b 2 3 4              -> :3
      SET d v EX 10             -> +OK
      SINTERSTORE d a b         -> :2   => MULTI ; DEL d ; SADD d 2 3 ; EXEC
      SUNIONSTORE e a b         -> :4   => SADD e 1 2 3 4
      SDIFFSTORE d a b          -> :1   => MULTI ; DEL d ; SADD d 1 ; EXEC
      SDIFFSTORE d a a          -> :0   => DEL d
      SDIFFSTORE d a a          -> :0   => nothing
      SUNIONSTORE a a b         -> :4   => MULTI ; DEL a ; SADD a 1 2 3 4 ; EXEC
    `)).toEqual([]);
  });

  test('leave a large set in several effects of one transaction', () => {
    const members = Array.from({ length: 2500 }, (_, i) => `m${i}`);
    bench.run(['SADD', 's', ...members]);
    bench.takeEffects();
    bench.run('SUNIONSTORE d s');
    const effects = bench.takeEffects();
    expect(effects.map(({ words }) => `${words[0]} ${words.length}`)).toEqual(['MULTI 1', 'SADD 1026', 'SADD 1026', 'SADD 454', 'EXEC 1']);
    expect(effects.flatMap(({ words }) => words.slice(2).map(String)).toSorted()).toEqual(members.toSorted());
  });
});

// redis.io/commands/sintercard (7.0), and redis.io/commands/sunioncard and sdiffcard of 8.10.
describe('the commands that count', () => {
  test('stop at their limit', () => {
    expect(play(bench, `
      SADD a 1 2 3 4            -> :4
      SADD b 3 4 5 x            -> :4
      SUNIONCARD 2 a b          -> :6
      SUNIONCARD 2 a b LIMIT 5  -> :5
      SUNIONCARD 2 a b LIMIT 0  -> :6
      SUNIONCARD 2 a b APPROX   -> :6
      SUNIONCARD 2 a b LIMIT 2 APPROX -> :2
      SUNIONCARD 2 a a          -> :4
      SUNIONCARD 2 missing x    -> :0
      SUNIONCARD 2 a b COUNT 2  -> -ERR syntax error
      SUNIONCARD 0 a            -> -ERR numkeys should be greater than 0
      SUNIONCARD 3 a b          -> -ERR Number of keys can't be greater than number of args
      SUNIONCARD 1 a LIMIT -1   -> -ERR LIMIT can't be negative
      SDIFFCARD 2 a b           -> :2
      SDIFFCARD 2 a b LIMIT 1   -> :1
      SDIFFCARD 2 a b LIMIT 0   -> :2
      SDIFFCARD 2 missing b     -> :0
      SDIFFCARD 1 a             -> :4
      SDIFFCARD 2 a b APPROX    -> -ERR syntax error
      SINTERCARD 2 a b APPROX   -> -ERR syntax error
      SINTERCARD 2 a b LIMIT 1  -> :1
      SET k v                   -> +OK
      SUNIONCARD 2 a k          -> ${wrongType}
      SDIFFCARD 2 missing k     -> ${wrongType}
    `)).toEqual([]);
  });
});
