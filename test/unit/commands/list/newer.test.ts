/**
 * What is newer than the reference 7.0.15. LMOVEM, of 8.10, is told by redis.io/commands/lmovem, by Redis's
 * src/commands/lmovem.json and by its tests/unit/type/list-4.tcl; the page says that a missing source makes an empty
 * array, the server (8.10.2) answers with a null array, as we do.
 */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

describe('LMOVEM', () => {
  test.each([
    ['LEFT LEFT COUNT 2 OBO', ['b', 'a'], ['b', 'a', 'x', 'y'], ['c', 'd']],
    ['LEFT LEFT COUNT 2 BULK', ['a', 'b'], ['a', 'b', 'x', 'y'], ['c', 'd']],
    ['LEFT RIGHT COUNT 2 OBO', ['a', 'b'], ['x', 'y', 'a', 'b'], ['c', 'd']],
    ['LEFT RIGHT COUNT 2 BULK', ['a', 'b'], ['x', 'y', 'a', 'b'], ['c', 'd']],
    ['RIGHT LEFT COUNT 2 OBO', ['c', 'd'], ['c', 'd', 'x', 'y'], ['a', 'b']],
    ['RIGHT LEFT COUNT 2 BULK', ['c', 'd'], ['c', 'd', 'x', 'y'], ['a', 'b']],
    ['RIGHT RIGHT exactly 2 obo', ['d', 'c'], ['x', 'y', 'd', 'c'], ['a', 'b']],
    ['right right EXACTLY 2 bulk', ['c', 'd'], ['x', 'y', 'c', 'd'], ['a', 'b']],
    ['LEFT RIGHT', ['a'], ['x', 'y', 'a'], ['b', 'c', 'd']],
    ['RIGHT LEFT COUNT 9 OBO', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'x', 'y'], []],
  ])('%s answers with the elements as they stand in the destination', (how, reply, destination, source) => {
    const bench = new CommandBench({ shards: 3 });
    bench.run('RPUSH source a b c d');
    bench.run('RPUSH destination x y');
    expect(bench.read(`LMOVEM source destination ${how}`)).toEqual(reply);
    expect(bench.read('LRANGE destination 0 -1')).toEqual(destination);
    expect(bench.read('LRANGE source 0 -1')).toEqual(source);
    bench.checkAndFlush();
  });

  test.each([
    ['LEFT LEFT COUNT 2 OBO', ['b', 'a'], ['b', 'a', 'c', 'd']],
    ['LEFT LEFT COUNT 2 BULK', ['a', 'b'], ['a', 'b', 'c', 'd']],
    ['LEFT RIGHT COUNT 2 BULK', ['a', 'b'], ['c', 'd', 'a', 'b']],
    ['RIGHT LEFT EXACTLY 3 OBO', ['b', 'c', 'd'], ['b', 'c', 'd', 'a']],
    ['RIGHT RIGHT COUNT 9 OBO', ['d', 'c', 'b', 'a'], ['d', 'c', 'b', 'a']],
    ['RIGHT RIGHT COUNT 9 BULK', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']],
  ])('%s within one list takes all elements out before it adds them', (how, reply, list) => {
    const bench = new CommandBench();
    bench.run('RPUSH l a b c d');
    expect(bench.read(`LMOVEM l l ${how}`)).toEqual(reply);
    expect(bench.read('LRANGE l 0 -1')).toEqual(list);
    bench.checkAndFlush();
  });

  test.each([2, 3] as const)('answers with a null array when it moves nothing, in RESP%d', (resp) => {
    const bench = new CommandBench();
    bench.reply.resp = resp;
    const nothing = resp === 2 ? '*-1' : '_';
    expect(play(bench, `
      LMOVEM missing d LEFT LEFT                  -> ${nothing}
      LMOVEM missing d LEFT LEFT COUNT 2 BULK     -> ${nothing}
      LMOVEM missing d LEFT LEFT EXACTLY 1 OBO    -> ${nothing}
      RPUSH s a b                                 -> :2
      LMOVEM s d LEFT LEFT EXACTLY 3 BULK         -> ${nothing}
      EXISTS d                                    -> :0
      LMOVEM s s LEFT LEFT EXACTLY 3 BULK         -> ${nothing}
      LMOVEM s d LEFT LEFT EXACTLY 2 BULK         -> *2 $1 a $1 b
      EXISTS s                                    -> :0
    `)).toEqual([]);
    bench.checkAndFlush();
  });

  test('refuses what it does not understand', () => {
    const bench = new CommandBench();
    const count = '-ERR count should be greater than 0';
    expect(play(bench, `
      RPUSH s a b                             -> :2
      SET text v                              -> +OK
      LMOVEM s d LEFT                         -> -ERR wrong number of arguments for 'lmovem' command
      LMOVEM s d LEFT UP                      -> -ERR syntax error
      LMOVEM s d UP LEFT                      -> -ERR syntax error
      LMOVEM s d LEFT RIGHT COUNT 2           -> -ERR syntax error
      LMOVEM s d LEFT RIGHT COUNT             -> -ERR syntax error
      LMOVEM s d LEFT RIGHT COUNT 2 OBO extra -> -ERR syntax error
      LMOVEM s d LEFT RIGHT BAD 2 OBO         -> -ERR syntax error
      LMOVEM s d LEFT RIGHT COUNT 2 BAD       -> -ERR syntax error
      LMOVEM s d LEFT RIGHT COUNT 0 BULK      -> ${count}
      LMOVEM s d LEFT RIGHT EXACTLY 0 BULK    -> ${count}
      LMOVEM s d LEFT RIGHT COUNT -1 BULK     -> ${count}
      LMOVEM s d LEFT RIGHT COUNT a BULK      -> ${count}
      LMOVEM text d LEFT RIGHT                -> -WRONGTYPE Operation against a key holding the wrong kind of value
      LMOVEM s text LEFT RIGHT COUNT 2 BULK   -> -WRONGTYPE Operation against a key holding the wrong kind of value
      LMOVEM s text LEFT RIGHT EXACTLY 3 BULK -> *-1
      LMOVEM missing text LEFT RIGHT          -> *-1
      LRANGE s 0 -1                           -> *2 $1 a $1 b
    `)).toEqual([]);
    bench.checkAndFlush();
  });
});

// redis.io/commands/lpos; the opposite of the least int64 is none, so since 7.2 it is no rank.
test('LPOS refuses the least rank of all', () => {
  const bench = new CommandBench();
  bench.run('RPUSH l a b a');
  expect(bench.run('LPOS l a RANK -9223372036854775808')).toBe(
    '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n');
  expect(bench.read('LPOS l a RANK -9223372036854775807')).toBe(null);
  bench.checkAndFlush();
});
