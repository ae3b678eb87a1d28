/** What is newer than the reference 7.0.15; each group names its page. */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

// redis.io/commands/zrank, since 7.2: a two-element array, or a null array.
describe('ZRANK and ZREVRANK WITHSCORE', () => {
  test.each([2, 3] as const)('tell the score as well, in RESP%d', (resp) => {
    const bench = new CommandBench();
    bench.reply.resp = resp;
    const [nothing, score] = resp === 2 ? ['*-1', '$3 2.5'] : ['_', ',2.5'];
    expect(play(bench, `
      ZADD k 1 a 2.5 b 3 c   -> :3
      ZRANK k b WITHSCORE    -> *2 :1 ${score}
      ZREVRANK k b withscore -> *2 :1 ${score}
      ZRANK k x WITHSCORE    -> ${nothing}
      ZREVRANK m x WITHSCORE -> ${nothing}
      ZRANK k b SCORE        -> -ERR syntax error
      ZRANK k b WITHSCORE x  -> -ERR wrong number of arguments for 'zrank' command
      ZREVRANK k b c d       -> -ERR wrong number of arguments for 'zrevrank' command
      SET s v                -> +OK
      ZRANK s b WITHSCORE    -> -WRONGTYPE Operation against a key holding the wrong kind of value
    `)).toEqual([]);
  });
});

// redis.io/commands/zunionstore, since 8.8: scores do not count, each input adds its weight.
describe('AGGREGATE COUNT', () => {
  test('adds up the weights of the inputs that have a member', () => {
    expect(play(new CommandBench({ shards: 3 }), `
      ZADD a 1 foo 1 bar       -> :2
      ZADD b inf foo 2 bar     -> :2
      ZADD c -7 foo            -> :1
      ZUNION 3 a b c AGGREGATE COUNT WITHSCORES -> *4 $3 bar $1 2 $3 foo $1 3
      ZINTER 3 a b c aggregate count WITHSCORES -> *2 $3 foo $1 3
      ZUNION 3 a b c WEIGHTS 10 1 0.5 AGGREGATE COUNT WITHSCORES -> *4 $3 bar $2 11 $3 foo $4 11.5
      ZINTER 2 a c WEIGHTS inf -inf AGGREGATE COUNT WITHSCORES -> *2 $3 foo $1 0
      ZUNIONSTORE t 2 a c AGGREGATE COUNT -> :2
      ZRANGE t 0 -1 WITHSCORES -> *4 $3 bar $1 1 $3 foo $1 2
      ZINTERSTORE t 2 a b WEIGHTS 2 3 AGGREGATE COUNT -> :2
      ZRANGE t 0 -1 WITHSCORES -> *4 $3 bar $1 5 $3 foo $1 5
      ZDIFF 2 a c AGGREGATE COUNT -> -ERR syntax error
    `)).toEqual([]);
  });
});
