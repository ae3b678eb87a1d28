/**
 * Fields that expire, and what leaves as effects. Times and replies are those of the pages of HEXPIRE, HTTL,
 * HPERSIST, HGETEX, HSETEX and HGETDEL on redis.io; the error texts are the ones of Redis 8.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const now = 1_700_000_000_000;

function arity(name: string): string {
  return `-ERR wrong number of arguments for '${name}' command`;
}

describe.each([['small', 0], ['large', 600]])('fields of a %s hash', (_, others) => {
  let bench: CommandBench;
  beforeEach(() => {
    bench = new CommandBench({ shards: 2 });
    fill('h', others);
  });
  afterEach(() => bench.checkAndFlush());

  /** Makes a hash large enough to be a table. */
  function fill(key: string, count: number): void {
    if (count > 0) bench.run(['HSET', key, ...Array.from({ length: count }, (__, i) => [`other:${i}`, 'x']).flat()]);
  }

  const differing = (script: string): string[] => play(bench, script);

  it('get their expiry from HEXPIRE and its likes', () => {
    expect(differing(`
      HSET h a 1 b 2                                      -> :2           => HSET h a 1 b 2
      HEXPIRE h 10 FIELDS 3 a b x                         -> *3 :1 :1 :-2 => HPEXPIREAT h ${now + 10_000} FIELDS 2 a b
      HPEXPIRE h 500 FIELDS 1 a                           -> *1 :1        => HPEXPIREAT h ${now + 500} FIELDS 1 a
      HEXPIREAT h 1700000100 FIELDS 1 b                   -> *1 :1        => HPEXPIREAT h 1700000100000 FIELDS 1 b
      HPEXPIREAT h 1700000200000 LT FIELDS 1 b            -> *1 :0        => nothing
      HPEXPIREAT h 1700000100000 XX FIELDS 1 b            -> *1 :1        => HPEXPIREAT h 1700000100000 FIELDS 1 b
      HPEXPIREAT h ${now + 70} FIELDS 2 a a               -> *2 :1 :1     => HPEXPIREAT h ${now + 70} FIELDS 2 a a
      HEXPIRE h 10 FIELDS 1 x                             -> *1 :-2       => nothing
      HEXPIRE missing 10 FIELDS 2 x y                     -> *2 :-2 :-2   => nothing
      HPTTL h FIELDS 3 a b x                              -> *3 :70 :100000 :-2
      HTTL h FIELDS 2 a b                                 -> *2 :1 :100
      HPEXPIRETIME h FIELDS 2 a b                         -> *2 :${now + 70} :1700000100000
      HEXPIRETIME h FIELDS 2 a b                          -> *2 :1700000001 :1700000100
      HTTL missing FIELDS 1 a                             -> *1 :-2
      HPERSIST h FIELDS 3 a x a                           -> *3 :1 :-2 :-1 => HPERSIST h FIELDS 1 a
      HTTL h FIELDS 1 a                                   -> *1 :-1
      HPERSIST missing FIELDS 1 a                         -> *1 :-2       => nothing
    `)).toEqual([]);
  });

  it('are removed by a time that has come', () => {
    expect(differing(`
      HSET h a 1 b 2 c 3                                  -> :3
      HEXPIRE h 0 FIELDS 2 a x                            -> *2 :2 :-2    => HDEL h a
      HPEXPIREAT h 1 FIELDS 2 b b                         -> *2 :2 :-2    => HDEL h b
      HPEXPIREAT h ${now} FIELDS 1 c                      -> *1 :2        => HDEL h c
      HLEN h                                              -> :${others}
      HSET k a 1                                          -> :1
      HPEXPIRE k 0 FIELDS 1 a                             -> *1 :2        => HDEL k a
      EXISTS k                                            -> :0
    `)).toEqual([]);
  });

  it('are judged by NX, XX, GT and LT, having no expiry counting as the latest', () => {
    expect(differing(`
      HSET h a 1 b 2                                      -> :2
      HEXPIRE h 10 XX FIELDS 2 a b                        -> *2 :0 :0     => nothing
      HEXPIRE h 10 GT FIELDS 1 a                          -> *1 :0        => nothing
      HEXPIRE h 10 NX FIELDS 1 a                          -> *1 :1        => HPEXPIREAT h ${now + 10_000} FIELDS 1 a
      HEXPIRE h 20 NX FIELDS 2 a b                        -> *2 :0 :1     => HPEXPIREAT h ${now + 20_000} FIELDS 1 b
      HEXPIRE h 15 GT FIELDS 2 a b                        -> *2 :1 :0     => HPEXPIREAT h ${now + 15_000} FIELDS 1 a
      HEXPIRE h 15 GT FIELDS 1 a                          -> *1 :0
      HEXPIRE h 17 LT FIELDS 2 a b                        -> *2 :0 :1
      HEXPIRE h 5 xx FIELDS 2 a b                         -> *2 :1 :1
      HSET h c 3                                          -> :1
      HEXPIRE h 5 LT FIELDS 1 c                           -> *1 :1
      HEXPIRE h 0 NX FIELDS 1 c                           -> *1 :0        => nothing
      HEXPIRE h 0 LT FIELDS 1 c                           -> *1 :2        => HDEL h c
    `)).toEqual([]);
  });

  it('are gone when their time has come, whoever asks first', () => {
    expect(differing(`
      HSET h a 1 b 2 c 3                                  -> :3
      HPEXPIRE h 5 FIELDS 1 a                             -> *1 :1
      HPEXPIRE h 6 FIELDS 1 b                             -> *1 :1
      COPY h copy                                         -> :1
    `)).toEqual([]);
    bench.nowMs += 4;
    expect(differing(`
      HGET h a                                            -> $1 1         => nothing
      HLEN h                                              -> :${others + 3}
    `)).toEqual([]);
    bench.nowMs += 1;
    expect(differing(`
      HLEN h                                              -> :${others + 2} => HDEL h a
      HGET h a                                            -> $-1          => nothing
      HTTL h FIELDS 2 a b                                 -> *2 :-2 :1
    `)).toEqual([]);
    bench.nowMs += 1;
    expect(differing(`
      HINCRBY h b 5                                       -> :5           => HDEL h b ; HINCRBY h b 5
      HMGET copy a b c                                    -> *3 $-1 $-1 $1 3 => HDEL copy a b
      HTTL h FIELDS 2 a b                                 -> *2 :-2 :-1
      HSETNX h a 9                                        -> :1           => HSET h a 9
      HDEL copy a                                         -> :0           => nothing
    `)).toEqual([]);
  });

  it('keep their expiry when they are counted, and lose it when they are set', () => {
    expect(differing(`
      HSET h a 1 b 2                                      -> :2
      HPEXPIRE h 100 FIELDS 2 a b                         -> *2 :1 :1
      HINCRBY h a 2                                       -> :3           => HINCRBY h a 2
      HINCRBYFLOAT h a 0.5                                -> $3 3.5       => MULTI ; HSET h a 3.5 ; HPEXPIREAT h ${now + 100} FIELDS 1 a ; EXEC
      HPTTL h FIELDS 1 a                                  -> *1 :100
      HSETNX h b 9                                        -> :0           => nothing
      HPTTL h FIELDS 1 b                                  -> *1 :100
      HSET h a 1                                          -> :0           => HSET h a 1
      HPTTL h FIELDS 1 a                                  -> *1 :-1
      HINCRBYFLOAT h a 1                                  -> $1 2         => MULTI ; HSET h a 2 ; EXEC
      HMSET h b 3                                         -> +OK          => HSET h b 3
      HPTTL h FIELDS 1 b                                  -> *1 :-1
    `)).toEqual([]);
  });

  it('are set with an expiry by HSETEX', () => {
    expect(differing(`
      HSETEX h EX 10 FIELDS 2 a 1 b 2                     -> :1           => MULTI ; HSET h a 1 b 2 ; HPEXPIREAT h ${now + 10_000} FIELDS 2 a b ; EXEC
      HSETEX h KEEPTTL FIELDS 2 a 3 c 4                   -> :1           => MULTI ; HSET h a 3 c 4 ; HPEXPIREAT h ${now + 10_000} FIELDS 1 a ; EXEC
      HPTTL h FIELDS 3 a b c                              -> *3 :10000 :10000 :-1
      HSETEX h FIELDS 1 a 5                               -> :1           => MULTI ; HSET h a 5 ; EXEC
      HPTTL h FIELDS 1 a                                  -> *1 :-1
      HSETEX h PXAT ${now + 3} FNX FIELDS 1 d 1           -> :1
      HSETEX h FNX PX 5 FIELDS 2 e 1 d 1                  -> :0           => nothing
      HSETEX h FXX FIELDS 2 e 1 d 1                       -> :0           => nothing
      HSETEX h FXX PX 9 FIELDS 2 a 1 d 1                  -> :1
      HSETEX h FIELDS 1 e 5 EXAT 1700000002               -> :1
      HPTTL h FIELDS 3 a d e                              -> *3 :9 :9 :2000
      HSETEX h PX 0 FIELDS 2 a 1 x 1                      -> :1           => HDEL h a
      HEXISTS h a                                         -> :0
      HSETEX new PXAT 1 FIELDS 1 a 1                      -> :1           => nothing
      EXISTS new                                          -> :0
      HSETEX new FXX FIELDS 1 a 1                         -> :0           => nothing
      HSETEX new FNX FIELDS 1 a 1                         -> :1
      HSETEX new EXAT 1 FIELDS 1 a 1                      -> :1           => HDEL new a
      EXISTS new                                          -> :0
    `)).toEqual([]);
  });

  it('are read and changed by HGETEX and HGETDEL', () => {
    expect(differing(`
      HSET h a 1 b 2 c 3                                  -> :3
      HGETEX h FIELDS 2 a x                               -> *2 $1 1 $-1  => nothing
      HGETEX h EX 10 FIELDS 2 a x                         -> *2 $1 1 $-1  => HPEXPIREAT h ${now + 10_000} FIELDS 1 a
      HGETEX h PERSIST FIELDS 2 a b                       -> *2 $1 1 $1 2 => HPERSIST h FIELDS 1 a
      HGETEX h PERSIST FIELDS 1 a                         -> *1 $1 1      => nothing
      HGETEX h FIELDS 1 b PX 7                            -> *1 $1 2      => HPEXPIREAT h ${now + 7} FIELDS 1 b
      HGETEX h PXAT 1 FIELDS 2 b b                        -> *2 $1 2 $-1  => HDEL h b
      HGETDEL h FIELDS 3 a x a                            -> *3 $1 1 $-1 $-1 => HDEL h a
      HGETDEL h FIELDS 1 a                                -> *1 $-1       => nothing
      HGETDEL missing FIELDS 2 a b                        -> *2 $-1 $-1   => nothing
      HGETEX missing EX 10 FIELDS 1 a                     -> *1 $-1       => nothing
      HSET k a 1                                          -> :1
      HGETDEL k FIELDS 1 a                                -> *1 $1 1      => HDEL k a
      EXISTS k                                            -> :0
      HSET k a 1                                          -> :1
      HGETEX k EXAT 0 FIELDS 1 a                          -> *1 $1 1      => HDEL k a
      EXISTS k                                            -> :0
    `)).toEqual([]);
  });
});

describe('a hash whose fields are all over', () => {
  it.each([
    ['EXISTS h', ':0'], ['HLEN h', ':0'], ['HGETALL h', '*0'], ['TYPE h', '+none'], ['HDEL h a', ':0'], ['HRANDFIELD h', '$-1'], ['PTTL h', ':-2'],
    ['DUMP h', '$-1'], ['KEYS *', '*0'], ['SCAN 0', '*2\r\n$1\r\n0\r\n*0'],
  ])('is gone for %s', (command, reply) => {
    const bench = new CommandBench();
    bench.run('HSETEX h PX 5 FIELDS 2 a 1 b 2');
    bench.nowMs += 5;
    bench.takeEffects();
    expect(bench.run(command)).toBe(`${reply}\r\n`);
    bench.run('HSET h c 3');
    expect(bench.effects()).toEqual(['DEL h', 'HSET h c 3']);
    expect(bench.run('HGETALL h')).toBe('*2\r\n$1\r\nc\r\n$1\r\n3\r\n');
    bench.checkAndFlush();
  });

  it('is not over while one field stays', () => {
    const bench = new CommandBench();
    bench.run('HSET h a 1 b 2 c 3');
    bench.run('HPEXPIRE h 5 FIELDS 2 a b');
    bench.run('PEXPIRE h 1000');
    bench.nowMs += 5;
    expect(play(bench, `
      KEYS *         -> *1 $1 h
      HRANDFIELD h 5 -> *1 $1 c           => HDEL h a b
      HGETALL h      -> *2 $1 c $1 3
      PTTL h         -> :995
    `)).toEqual([]);
    bench.checkAndFlush();
  });
});

describe('wrong arguments', () => {
  const bench = new CommandBench();
  const mandatory = '-ERR Mandatory argument FIELDS is missing or not at the right position';

  it.each(['HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'HPERSIST', 'HGETDEL'])('of %s', (name) => {
    expect(play(bench, `
      SET s v                     -> +OK
      ${name} s FIELDS 1 a        -> -WRONGTYPE Operation against a key holding the wrong kind of value
      ${name} s NOFIELDS 1 a      -> -WRONGTYPE Operation against a key holding the wrong kind of value
      ${name} h FIELDS 1          -> ${arity(name.toLowerCase())}
      ${name} h NOFIELDS 1 a      -> ${mandatory}
      ${name} h 1 a FIELDS        -> ${mandatory}
      ${name} h FIELDS 0 a        -> -ERR Number of fields must be a positive integer
      ${name} h FIELDS -1 a       -> -ERR Number of fields must be a positive integer
      ${name} h FIELDS x a        -> -ERR Number of fields must be a positive integer
      ${name} h FIELDS 2 a        -> -ERR The \`numfields\` parameter must match the number of arguments
      ${name} h FIELDS 1 a b      -> -ERR The \`numfields\` parameter must match the number of arguments
    `)).toEqual([]);
  });

  it.each(['HEXPIRE', 'HPEXPIRE', 'HEXPIREAT', 'HPEXPIREAT'])('of %s', (name) => {
    expect(play(bench, `
      SET s v                             -> +OK
      ${name} s x FIELDS 1 a              -> -WRONGTYPE Operation against a key holding the wrong kind of value
      ${name} h 1 FIELDS 1                -> ${arity(name.toLowerCase())}
      ${name} h x FIELDS 1 a              -> -ERR value is not an integer or out of range
      ${name} h NX FIELDS 1 a             -> -ERR value is not an integer or out of range
      ${name} h -1 FIELDS 1 a             -> -ERR invalid expire time, must be >= 0
      ${name} h -9223372036854775808 FIELDS 1 a -> -ERR invalid expire time, must be >= 0
      ${name} h 9223372036854775807 FIELDS 1 a  -> -ERR invalid expire time in '${name.toLowerCase()}' command
      ${name} h 70368744177664 FIELDS 1 a -> -ERR invalid expire time in '${name.toLowerCase()}' command
      ${name} h 1 FIELDS 0 a              -> -ERR Parameter \`numFields\` should be greater than 0
      ${name} h 1 FIELDS x a              -> -ERR Parameter \`numFields\` should be greater than 0
      ${name} h 1 FIELDS 2 a              -> -ERR wrong number of arguments
      ${name} h 1 FIELDS 1 a b            -> -ERR unknown argument: b
      ${name} h 1 ZZ FIELDS 1 a           -> -ERR unknown argument: ZZ
      ${name} h 1 NX XX FIELDS 1 a        -> -ERR Multiple condition flags specified
      ${name} h 1 GT FIELDS 1 a LT        -> -ERR Multiple condition flags specified
      ${name} h 1 NX NX                   -> ${arity(name.toLowerCase())}
      ${name} h 1 NX NX NX                -> -ERR missing FIELDS argument
      ${name} h 1 FIELDS 1 a FIELDS 1 b   -> -ERR FIELDS keyword specified multiple times
      ${name} h 1 NX NX FIELDS 1          -> -ERR FIELDS requires at least numfields and one field argument
      ${name} h 1 FIELDS 1 a nx           -> *1 :-2
    `)).toEqual([]);
  });

  it('of HGETEX and HSETEX', () => {
    expect(play(bench, `
      SET s v                                    -> +OK
      HGETEX s FOO 1 a                           -> -WRONGTYPE Operation against a key holding the wrong kind of value
      HSETEX s FOO 1 a b                         -> -ERR unknown argument: FOO
      HSETEX s FIELDS 1 a b                      -> -WRONGTYPE Operation against a key holding the wrong kind of value
      HGETEX h FIELDS 1                          -> ${arity('hgetex')}
      HSETEX h FIELDS 1 a                        -> ${arity('hsetex')}
      HGETEX h EX 1 PX 1 FIELDS 1 a              -> -ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
      HGETEX h PERSIST EXAT 1 FIELDS 1 a         -> -ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
      HGETEX h KEEPTTL FIELDS 1 a                -> -ERR unknown argument: KEEPTTL
      HGETEX h FNX FIELDS 1 a                    -> -ERR unknown argument: FNX
      HSETEX h PERSIST FIELDS 1 a b              -> -ERR unknown argument: PERSIST
      HSETEX h KEEPTTL PXAT 1 FIELDS 1 a b       -> -ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
      HSETEX h FNX FXX FIELDS 1 a b              -> -ERR Only one of FXX or FNX arguments can be specified
      HSETEX h FXX FXX FIELDS 1 a b              -> -ERR Only one of FXX or FNX arguments can be specified
      HSETEX h EX FIELDS 1 a b                   -> -ERR value is not an integer or out of range
      HSETEX h PX -1 FIELDS 1 a b                -> -ERR invalid expire time, must be >= 0
      HSETEX h EXAT 70368744178 FIELDS 1 a b     -> -ERR invalid expire time in 'hsetex' command
      HGETEX h EX 70368744178 FIELDS 1 a         -> -ERR invalid expire time in 'hgetex' command
      HGETEX h FIELDS 1 a EX                     -> -ERR missing expire time
      HGETEX h FIELDS 0 a                        -> -ERR invalid number of fields
      HSETEX h FIELDS x a b                      -> -ERR invalid number of fields
      HGETEX h FIELDS 2 a                        -> -ERR wrong number of arguments
      HSETEX h FIELDS 2 a b c                    -> -ERR wrong number of arguments
      HSETEX h FIELDS 1 a b c                    -> -ERR unknown argument: c
      HSETEX h FNX EX 1 KEEPTTL                  -> -ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
      HSETEX h FNX EX 1 FIELDS                   -> -ERR FIELDS requires at least numfields and one field argument
      EXISTS h                                   -> :0
    `)).toEqual([]);
    bench.checkAndFlush();
  });
});
