/**
 * What is newer than redis-server 7.0.15, as Redis's documentation has it: the command pages of redis.io
 * (XADD, XTRIM, XDELEX, XACKDEL of 8.2; XREADGROUP's CLAIM of 8.4; XADD's IDMP, XCFGSET, XIDMPRECORD and the
 * page about idempotency of 8.6; XNACK of 8.8; MAXCOUNT and MAXSIZE of 8.10; XREAD's + of 7.4) and, for texts
 * of errors and fields that they do not spell, its pull requests 14615, 14794, 14797 and 15282.
 */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const now = 1_700_000_000_000;
const two = `
  XADD s 1 f v -> $3 1-0
  XADD s 2 f v -> $3 2-0
`;
const groups = `${two}
  XGROUP CREATE s g 0 -> +OK
  XGROUP CREATE s h 0 -> +OK
  XREADGROUP GROUP g c STREAMS s > -> *1 *2 $1 s *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v
  XREADGROUP GROUP h d STREAMS s > -> *1 *2 $1 s *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v
`;

describe.each([1, 3])('on %i shards', (shards) => {
  test.each([
    ['XDELEX: ids and words about references', `${two}
      XDELEX missing IDS 2 1 2 -> *2 :-1 :-1 => nothing
      XDELEX s IDS abc 1 -> -ERR Number of IDs must be a positive integer
      XDELEX s IDS 0 1 -> -ERR Number of IDs must be a positive integer
      XDELEX s IDS 3 1 2 -> -ERR The \`numids\` parameter must match the number of arguments
      XDELEX s IDS 1 1 2 -> -ERR syntax error
      XDELEX s KEEPREF DELREF IDS 1 1 -> -ERR syntax error
      XDELEX s IDS 1 1 ACKED KEEPREF -> -ERR syntax error
      XDELEX s IDS 1 x -> -ERR Invalid stream ID specified as stream command argument
      XDELEX s FOO IDS 1 1 -> -ERR syntax error
      XDELEX s ACKED IDS 1 1 -> *1 :2 => nothing
      XDELEX s IDS 2 1 9 KEEPREF -> *2 :1 :-1 => XDELEX s IDS 2 1 9 KEEPREF
      XLEN s -> :1
    `],
    ['XDELEX keeps, drops or asks about references', `${groups}
      XDELEX s ACKED IDS 1 1 -> *1 :2 => nothing
      XACK s g 1 -> :1
      XDELEX s ACKED IDS 1 1 -> *1 :2 => nothing
      XACK s h 1 -> :1
      XDELEX s ACKED IDS 1 1 -> *1 :1 => XDELEX s ACKED IDS 1 1
      XDELEX s KEEPREF IDS 1 2 -> *1 :1
      XPENDING s g -> *4 :1 $3 2-0 $3 2-0 *1 *2 $1 c $1 1
      XDELEX s DELREF IDS 1 2 -> *1 :-1 => XDELEX s DELREF IDS 1 2
      XPENDING s g -> *4 :0 $-1 $-1 *-1
      XPENDING s h -> *4 :0 $-1 $-1 *-1
    `],
    ['an entry that a group is yet to read is not acknowledged', `${two}
      XGROUP CREATE s g 0 -> +OK
      XDELEX s ACKED IDS 1 1 -> *1 :2
      XADD s MAXLEN = 1 ACKED 3 f v -> $3 3-0 => XADD s 3-0 f v
      XLEN s -> :3
    `],
    ['XACKDEL acknowledges and deletes', `${groups}
      XACKDEL missing g IDS 2 1 2 -> *2 :-1 :-1 => nothing
      XACKDEL s nosuch IDS 2 1 2 -> *2 :-1 :-1 => nothing
      XACKDEL s g ACKED IDS 2 1 2 -> *2 :2 :2 => XACKDEL s g ACKED IDS 2 1 2
      XLEN s -> :2
      XACKDEL s h ACKED IDS 2 1 2 -> *2 :1 :1
      XLEN s -> :0
      XACKDEL s h IDS 1 1 -> *1 :-1 => nothing
    `],
    ['XACKDEL without a word keeps what other groups know', `${groups}
      XACKDEL s g IDS 2 1 2 -> *2 :1 :1
      XPENDING s h -> *4 :2 $3 1-0 $3 2-0 *1 *2 $1 d $1 2
      XACKDEL s h IDS 2 1 2 -> *2 :1 :1
      XPENDING s h -> *4 :0 $-1 $-1 *-1
    `],
    ['XACKDEL KEEPREF is what it does without a word', `${groups}
      XACKDEL s g KEEPREF IDS 1 1 -> *1 :1
      XPENDING s h -> *4 :2 $3 1-0 $3 2-0 *1 *2 $1 d $1 2
      XLEN s -> :1
    `],
    ['XADD DELREF lets all groups forget what it trims', `${groups}
      XADD s DELREF MAXLEN = 1 3 f v -> $3 3-0
      XPENDING s g -> *4 :0 $-1 $-1 *-1
      XPENDING s h -> *4 :0 $-1 $-1 *-1
      XLEN s -> :1
    `],
    ['XACKDEL DELREF lets all groups forget', `${groups}
      XACKDEL s g DELREF IDS 1 1 -> *1 :1
      XPENDING s h -> *4 :1 $3 2-0 $3 2-0 *1 *2 $1 d $1 1
    `],
    ['trimming passes over what is not acknowledged', `${groups}
      XADD s 3 f v -> $3 3-0
      XACK s g 1 2 -> :2
      XACK s h 2 -> :1
      XTRIM s MAXLEN 0 ACKED -> :1 => XTRIM s ACKED MAXLEN = 0
      XRANGE s - + -> *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 3-0 *2 $1 f $1 v
      XTRIM s DELREF MAXLEN = 1 -> :1 => XTRIM s DELREF MAXLEN = 1
      XPENDING s h -> *4 :0 $-1 $-1 *-1
      XADD s KEEPREF ACKED 4 f v -> -ERR syntax error
      XTRIM s MAXLEN 1 KEEPREF KEEPREF -> -ERR syntax error
    `],
    ['XNACK gives entries back to the group', `${groups}
      XNACK s g FAIL IDS 1 1 -> :1 => XNACK s g FAIL IDS 1 1
      XPENDING s g - + 10 -> *2 *4 $3 1-0 $0  :-1 :1 *4 $3 2-0 $1 c :0 :1
      XPENDING s g -> *4 :2 $3 1-0 $3 2-0 *1 *2 $1 c $1 1
      XNACK s g SILENT IDS 1 2 -> :1
      XPENDING s g 2 2 10 -> *1 *4 $3 2-0 $0  :-1 :0
      XNACK s g FATAL IDS 2 2 9 -> :1
      XPENDING s g 2 2 10 -> *1 *4 $3 2-0 $0  :-1 :9223372036854775807
      XNACK s g FAIL IDS 1 2 RETRYCOUNT 5 -> :1
      XPENDING s g 2 2 10 -> *1 *4 $3 2-0 $0  :-1 :5
      XCLAIM s g e 100000 2 JUSTID -> *1 $3 2-0
      XPENDING s g 2 2 10 -> *1 *4 $3 2-0 $1 e :0 :5
      XAUTOCLAIM s g e 100000 0 JUSTID -> *3 $3 0-0 *1 $3 1-0 *0
      XNACK s g FAIL IDS 1 9 -> :0 => nothing
    `],
    ['XNACK FORCE makes pending what is in the stream', `${two}
      XGROUP CREATE s g 0 -> +OK
      XNACK s g FAIL IDS 1 1 -> :0 => nothing
      XNACK s g FAIL IDS 2 1 9 FORCE -> :1
      XNACK s g FATAL IDS 1 2 FORCE RETRYCOUNT 3 -> :1
      XPENDING s g - + 10 -> *2 *4 $3 1-0 $0  :-1 :0 *4 $3 2-0 $0  :-1 :3
      XNACK s g NOSUCH IDS 1 1 -> -ERR syntax error
      XNACK s g FAIL FORCE RETRYCOUNT 3 -> -ERR syntax error
      XNACK s g FAIL IDS 1 1 RETRYCOUNT -1 -> -ERR value is out of range, must be positive
      XNACK s nosuch FAIL IDS 1 1 -> -NOGROUP No such key 's' or consumer group 'nosuch'
      XNACK missing g FAIL IDS 1 1 -> -NOGROUP No such key 'missing' or consumer group 'g'
    `],
    ['XREADGROUP CLAIM returns what was idle before new entries', `
      XADD s 1 f v -> $3 1-0
      XADD s 2 f v -> $3 2-0
      XGROUP CREATE s g 0 -> +OK
      XREADGROUP GROUP g c COUNT 1 STREAMS s > -> *1 *2 $1 s *1 *2 $3 1-0 *2 $1 f $1 v
      XREADGROUP GROUP g d CLAIM 0 STREAMS s > -> *1 *2 $1 s *2 *4 $3 1-0 *2 $1 f $1 v :0 :1 *4 $3 2-0 *2 $1 f $1 v :0 :0 => XGROUP CREATECONSUMER s g d ; XCLAIM s g d 0 1-0 TIME ${now} RETRYCOUNT 2 FORCE JUSTID LASTID 1-0 ; XCLAIM s g d 0 2-0 TIME ${now} RETRYCOUNT 1 FORCE JUSTID LASTID 2-0 ; XGROUP SETID s g 2-0 ENTRIESREAD 2
      XREADGROUP GROUP g e CLAIM 1 STREAMS s > -> *-1 => nothing
      XNACK s g FAIL IDS 1 2 -> :1
      XREADGROUP GROUP g e CLAIM 1000 NOACK STREAMS s > -> *1 *2 $1 s *1 *4 $3 2-0 *2 $1 f $1 v :-1 :1
      XDEL s 1 -> :1
      XREADGROUP GROUP g e CLAIM 0 COUNT 1 STREAMS s > -> *1 *2 $1 s *1 *4 $3 2-0 *2 $1 f $1 v :0 :2 => XACK s g 1-0 ; XCLAIM s g e 0 2-0 TIME ${now} RETRYCOUNT 3 FORCE JUSTID LASTID 2-0
      XREADGROUP GROUP g e CLAIM abc STREAMS s > -> -ERR min-idle-time is not an integer
      XREADGROUP GROUP g e CLAIM -1 STREAMS s > -> -ERR min-idle-time must be a positive integer
      XREAD CLAIM 1 STREAMS s 0 -> -ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.
    `],
    ['MAXCOUNT and MAXSIZE hold for all streams together', `
      XADD {t}a 1 f v -> $3 1-0
      XADD {t}a 2 f v -> $3 2-0
      XADD {t}b 3 f v -> $3 3-0
      XREAD MAXCOUNT 1 STREAMS {t}a {t}b 0 0 -> *1 *2 $4 {t}a *1 *2 $3 1-0 *2 $1 f $1 v
      XREAD COUNT 1 MAXCOUNT 3 STREAMS {t}a {t}b 0 0 -> *2 *2 $4 {t}a *1 *2 $3 1-0 *2 $1 f $1 v *2 $4 {t}b *1 *2 $3 3-0 *2 $1 f $1 v
      XREAD MAXSIZE 1 STREAMS {t}a {t}b 0 0 -> *1 *2 $4 {t}a *1 *2 $3 1-0 *2 $1 f $1 v
      XREAD MAXSIZE 80 STREAMS {t}a {t}b 0 0 -> *1 *2 $4 {t}a *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v
      XREAD MAXCOUNT 0 STREAMS {t}a 0 -> -ERR MAXCOUNT must be a positive integer
      XREAD MAXSIZE abc STREAMS {t}a 0 -> -ERR MAXSIZE must be a positive integer
      XGROUP CREATE {t}a g 0 -> +OK
      XGROUP CREATE {t}b g 0 -> +OK
      XREADGROUP GROUP g c MAXCOUNT 2 STREAMS {t}a {t}b > > -> *1 *2 $4 {t}a *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v
      XREADGROUP GROUP g c MAXSIZE 1 STREAMS {t}a {t}b 0 > -> *1 *2 $4 {t}a *1 *2 $3 1-0 *2 $1 f $1 v
      XPENDING {t}b g -> *4 :0 $-1 $-1 *-1
    `],
    ['XREAD + is the last entry', `${two}
      XREAD STREAMS s + -> *1 *2 $1 s *1 *2 $3 2-0 *2 $1 f $1 v
      XREAD COUNT 5 STREAMS s + -> *1 *2 $1 s *1 *2 $3 2-0 *2 $1 f $1 v
      XREAD STREAMS missing + -> *-1
      XGROUP CREATE s g 0 -> +OK
      XREADGROUP GROUP g c STREAMS s + -> -ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.
    `],
    ['an entry that a producer sends twice is added once', `
      XADD s IDMP p 1 * f v -> $15 ${now}-0 => XADD s IDMP p 1 ${now}-0 f v
      XADD s IDMP p 1 * g w -> $15 ${now}-0 => XIDMPRECORD s p 1 ${now}-0
      XADD s IDMP q 1 * f v -> $15 ${now}-1
      XADD s MAXLEN 5 IDMP p 2 NOMKSTREAM * f v -> $15 ${now}-2
      XADD t NOMKSTREAM IDMP p 1 * f v -> $-1 => nothing
      XLEN s -> :3
      XADD s IDMP p * f v -> -ERR Invalid stream ID specified as stream command argument
      XADD s IDMP p 9 1-1 f v -> -ERR IDMP/IDMPAUTO can be used only with auto-generated IDs
      XADD s IDMP p 9 1-* f v -> -ERR IDMP/IDMPAUTO can be used only with auto-generated IDs
      XADD s IDMP p 9 IDMPAUTO p * f v -> -ERR IDMP/IDMPAUTO specified multiple times
      XADD s IDMP "" 9 * f v -> -ERR IDMP requires a non-empty producer ID
      XADD s IDMP p "" * f v -> -ERR IDMP requires a non-empty idempotent ID
      XADD s IDMPAUTO "" * f v -> -ERR IDMPAUTO requires a non-empty producer ID
    `],
    ['what is sent without an id is known by its content', `
      XADD s IDMPAUTO p * f v -> $15 ${now}-0
      XADD s IDMPAUTO p * f v -> $15 ${now}-0
      XADD s IDMPAUTO p * fv "" -> $15 ${now}-1
      XADD s IDMPAUTO q * f v -> $15 ${now}-2
      XLEN s -> :3
    `],
    ['a stream remembers as many of its producers\' ids as it is told', `
      XADD s IDMP p 1 * f v -> $15 ${now}-0
      XCFGSET s -> -ERR syntax error
      XCFGSET s IDMP-DURATION 0 -> -ERR IDMP-DURATION must be between 1 and 86400 seconds
      XCFGSET s IDMP-DURATION 86401 -> -ERR IDMP-DURATION must be between 1 and 86400 seconds
      XCFGSET s IDMP-MAXSIZE 10001 -> -ERR IDMP-MAXSIZE must be between 1 and 10000 entries
      XCFGSET s IDMP-MAXSIZE abc -> -ERR value is not an integer or out of range
      XCFGSET s IDMP-MAXSIZE -> -ERR syntax error
      XCFGSET missing IDMP-MAXSIZE 2 -> -ERR no such key
      XCFGSET s IDMP-DURATION 100 IDMP-MAXSIZE 100 -> +OK => nothing
      XADD s IDMP p 1 * f v -> $15 ${now}-0
      XCFGSET s IDMP-MAXSIZE 2 -> +OK => XCFGSET s IDMP-MAXSIZE 2
      XADD s IDMP p 1 * f v -> $15 ${now}-1
      XADD s IDMP p 2 * f v -> $15 ${now}-2
      XADD s IDMP p 1 * f v -> $15 ${now}-1
      XADD s IDMP p 3 * f v -> $15 ${now}-3
      XADD s IDMP p 1 * f v -> $15 ${now}-4
      XINFO STREAM s -> *32 $6 length :5 $15 radix-tree-keys :1 $16 radix-tree-nodes :2 $17 last-generated-id $15 ${now}-4 $20 max-deleted-entry-id $3 0-0 $13 entries-added :5 $23 recorded-first-entry-id $15 ${now}-0 $13 idmp-duration :100 $12 idmp-maxsize :2 $12 pids-tracked :1 $12 iids-tracked :2 $10 iids-added :5 $15 iids-duplicates :2 $6 groups :0 $11 first-entry *2 $15 ${now}-0 *2 $1 f $1 v $10 last-entry *2 $15 ${now}-4 *2 $1 f $1 v
    `],
    ['XIDMPRECORD notes what a producer calls an entry', `${two}
      XIDMPRECORD missing p 1 1 -> -ERR no such key
      XIDMPRECORD s p 1 9 -> -ERR The specified stream ID was deleted or doesn't exist
      XIDMPRECORD s "" 1 1 -> -ERR XIDMPRECORD requires a non-empty producer ID
      XIDMPRECORD s p "" 1 -> -ERR XIDMPRECORD requires a non-empty idempotent ID
      XIDMPRECORD s p 1 1 -> +OK => XIDMPRECORD s p 1 1
      XIDMPRECORD s p 1 1 -> +OK => nothing
      XIDMPRECORD s p 1 2 -> -ERR The specified IDMP producer-id/idempotent-id pair maps to a different stream ID
    `],
  ])('%s', (_, script) => {
    const bench = new CommandBench({ shards });
    expect(play(bench, script)).toEqual([]);
    bench.checkAndFlush();
  });
});

test('what a producer called an entry is forgotten after its time', () => {
  const bench = new CommandBench();
  bench.run('XADD s IDMP p 1 * f v');
  bench.nowMs += 99_999;
  expect(bench.read('XADD s IDMP p 1 * f v')).toBe(`${now}-0`);
  bench.nowMs += 1;
  expect(bench.read('XADD s IDMP p 1 * f v')).toBe(`${now + 100_000}-0`);
  bench.checkAndFlush();
});

test('producers that send nothing any more are forgotten', () => {
  const bench = new CommandBench();
  for (let i = 0; i < 3000; i++) {
    bench.nowMs += 1000;
    bench.run(`XADD s IDMP producer-${i} 1 MAXLEN 5 * f v`);
  }
  expect(bench.read('MEMORY USAGE s')).toBeLessThan(100_000);
  bench.checkAndFlush();
});

test('XINFO STREAM FULL counts what is pending for no consumer, and RESP3 has maps', () => {
  const bench = new CommandBench();
  for (const command of ['XADD s 1 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >', 'XNACK s g FAIL IDS 1 1']) bench.run(command);
  expect(bench.run('XINFO STREAM s FULL')).toMatch(/\$12\r\nnacked-count\r\n:1\r\n$/);
  bench.reply.resp = 3;
  expect(bench.run('XREAD STREAMS s 0')).toBe('%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n');
  expect(bench.run('XINFO CONSUMERS s g')).toMatch(/^\*1\r\n%4\r\n/);
  bench.checkAndFlush();
});
