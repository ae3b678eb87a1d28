/** What commands about streams leave as effects: ids made, trimming exact, deliveries with their time. */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

const now = 1_700_000_000_000;

describe.each([1, 3])('on %i shards', (shards) => {
  test.each([
    ['an entry has the id that was made for it', `
      XADD s * f v -> $15 ${now}-0 => XADD s ${now}-0 f v
      XADD s NOMKSTREAM * f v -> $15 ${now}-1 => XADD s ${now}-1 f v
      XADD s ${now}-* f v -> $15 ${now}-2 => XADD s ${now}-2 f v
      XADD s ${now + 5} f v -> $15 ${now + 5}-0 => XADD s ${now + 5}-0 f v
      XADD s * f v -> $15 ${now + 5}-1 => XADD s ${now + 5}-1 f v
      XADD s 1 f v -> -ERR The ID specified in XADD is equal or smaller than the target stream top item => nothing
      XADD t NOMKSTREAM * f v -> $-1 => nothing
    `],
    ['trimming is told only if something went', `
      XADD s MAXLEN = 2 1 f v -> $3 1-0 => XADD s 1-0 f v
      XADD s MAXLEN 2 2 f v -> $3 2-0 => XADD s 2-0 f v
      XADD s MAXLEN 2 3 f v -> $3 3-0 => XADD s MAXLEN = 2 3-0 f v
      XADD s MINID 3 4 f v -> $3 4-0 => XADD s MINID = 3 4-0 f v
      XTRIM s MAXLEN 5 -> :0 => nothing
      XTRIM s MAXLEN 1 -> :1 => XTRIM s MAXLEN = 1
      XTRIM s MAXLEN ~ 0 -> :1 => XTRIM s MINID = 4-1
      XTRIM s MAXLEN ~ 0 -> :0 => nothing
    `],
    ['what is deleted', `
      XADD s 1 f v -> $3 1-0
      XDEL s 2 -> :0 => nothing
      XDEL s 2 1 -> :1 => XDEL s 2 1
      XSETID s 5 ENTRIESADDED 7 -> +OK => XSETID s 5 ENTRIESADDED 7
    `],
    ['groups are made where they are', `
      XGROUP CREATE s g $ -> ${'-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.'} => nothing
      XGROUP CREATE s g $ MKSTREAM -> +OK => XGROUP CREATE s g 0-0 MKSTREAM
      XADD s 1 f v -> $3 1-0
      XGROUP CREATE s h $ MKSTREAM ENTRIESREAD 1 -> +OK => XGROUP CREATE s h 1-0 ENTRIESREAD 1
      XGROUP SETID s h 0 -> +OK => XGROUP SETID s h 0-0 ENTRIESREAD -1
      XGROUP CREATECONSUMER s h c -> :1 => XGROUP CREATECONSUMER s h c ; XCLAIM s h c 0 0-0 TIME ${now} JUSTID
      XGROUP CREATECONSUMER s h c -> :0 => nothing
      XGROUP DELCONSUMER s h c -> :0 => XGROUP DELCONSUMER s h c
      XGROUP DELCONSUMER s h c -> :0 => nothing
      XGROUP DESTROY s h -> :1 => XGROUP DESTROY s h
      XGROUP DESTROY s h -> :0 => nothing
    `],
    ['entries that are delivered', `
      XADD s 1 f v -> $3 1-0
      XADD s 2 f v -> $3 2-0
      XADD s 3 f v -> $3 3-0
      XGROUP CREATE s g 0 -> +OK
      XREADGROUP GROUP g c COUNT 2 STREAMS s > -> *1 *2 $1 s *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v => XGROUP CREATECONSUMER s g c ; XCLAIM s g c 0 1-0 2-0 TIME ${now} RETRYCOUNT 1 FORCE JUSTID LASTID 2-0 ; XGROUP SETID s g 2-0 ENTRIESREAD 2
      XREADGROUP GROUP g d NOACK STREAMS s > -> *1 *2 $1 s *1 *2 $3 3-0 *2 $1 f $1 v => XGROUP CREATECONSUMER s g d ; XCLAIM s g d 0 0-0 TIME ${now} JUSTID ; XGROUP SETID s g 3-0 ENTRIESREAD 3
      XREADGROUP GROUP g e STREAMS s > -> *-1 => nothing
      XREADGROUP GROUP g c COUNT 1 STREAMS s 0 -> *1 *2 $1 s *1 *2 $3 1-0 *2 $1 f $1 v => XCLAIM s g c 0 1-0 TIME ${now} RETRYCOUNT 2 FORCE JUSTID LASTID 3-0
      XACK s g 1 5 -> :1 => XACK s g 1 5
      XACK s g 1 -> :0 => nothing
    `],
    ['entries that are claimed', `
      XADD s 1 f v -> $3 1-0
      XADD s 2 f v -> $3 2-0
      XGROUP CREATE s g 0 -> +OK
      XREADGROUP GROUP g c STREAMS s > -> *1 *2 $1 s *2 *2 $3 1-0 *2 $1 f $1 v *2 $3 2-0 *2 $1 f $1 v
      XCLAIM s g d 0 1 JUSTID -> *1 $3 1-0 => XCLAIM s g d 0 1-0 TIME ${now} RETRYCOUNT 1 FORCE JUSTID LASTID 2-0
      XCLAIM s g d 0 2 IDLE 1000 -> *1 *2 $3 2-0 *2 $1 f $1 v => XCLAIM s g d 0 2-0 TIME ${now} RETRYCOUNT 2 FORCE JUSTID LASTID 2-0 ; XCLAIM s g d 0 2-0 TIME ${now - 1000} RETRYCOUNT 2 FORCE JUSTID LASTID 2-0
      XCLAIM s g d 0 9 LASTID 7 -> *0 => XGROUP SETID s g 7-0 ENTRIESREAD 2
      XCLAIM s g d 5000 1 -> *0 => nothing
      XDEL s 1 -> :1
      XAUTOCLAIM s g e 0 0 -> *3 $3 0-0 *1 *2 $3 2-0 *2 $1 f $1 v *1 $3 1-0 => XCLAIM s g e 0 2-0 TIME ${now} RETRYCOUNT 3 FORCE JUSTID LASTID 7-0 ; XACK s g 1-0
      XAUTOCLAIM s g e 0 5 -> *3 $3 0-0 *0 *0 => nothing
    `],
  ])('%s', (_, script) => {
    const bench = new CommandBench({ shards });
    expect(play(bench, script)).toEqual([]);
    bench.checkAndFlush();
  });
});

test('a large delivery is told in commands of a thousand ids', () => {
  const bench = new CommandBench();
  for (let i = 1; i <= 2500; i++) bench.run(`XADD s ${i} f v`);
  bench.run('XGROUP CREATE s g 0');
  bench.takeEffects();
  bench.run('XREADGROUP GROUP g c STREAMS s >');
  expect(bench.takeEffects().map(({ words }) => [String(words[0]), words.length])).toEqual([
    ['XGROUP', 5], ['XCLAIM', 1013], ['XCLAIM', 1013], ['XCLAIM', 513], ['XGROUP', 7],
  ]);
  bench.checkAndFlush();
});
