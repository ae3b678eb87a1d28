import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ shards: 3 });
  bench.run('MSET a 1 b 2 c 3');
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

describe.each(['DEL', 'UNLINK'])('%s', (name) => {
  test('removes the keys that exist and counts them', () => {
    expect(play(bench, `
      ${name} missing       -> :0   => nothing
      ${name} a             -> :1   => DEL a
      ${name} a b x c       -> :2   => MULTI ; DEL b ; DEL c ; EXEC
      ${name} a b c         -> :0   => nothing
      ${name}               -> -ERR wrong number of arguments for '${name.toLowerCase()}' command
    `)).toEqual([]);
    expect(bench.dataset()).toEqual([]);
  });

  test('counts a key that is named twice once', () => {
    expect(bench.run(`${name} a a a`)).toBe(':1\r\n');
  });

  test('does not count an expired key, whose removal is told', () => {
    expect(play(bench, `
      PEXPIRE a 10          -> :1
      PEXPIRE b 10          -> :1
    `)).toEqual([]);
    bench.nowMs += 10;
    expect(play(bench, `
      ${name} a             -> :0   => DEL a
      ${name} b c           -> :1   => MULTI ; DEL b ; DEL c ; EXEC
    `)).toEqual([]);
  });

  test('removes values of any type and size', () => {
    bench.run(['SET', 'large', 'x'.repeat(100_000)]);
    bench.pretendType('b', ValueType.hash);
    expect(bench.run(`${name} large b`)).toBe(':2\r\n');
  });
});

describe('EXISTS and TOUCH', () => {
  test.each(['EXISTS', 'TOUCH'])('%s counts every naming of a key', (name) => {
    expect(play(bench, `
      ${name} a             -> :1   => nothing
      ${name} a a missing b -> :3   => nothing
      ${name} missing       -> :0   => nothing
      ${name}               -> -ERR wrong number of arguments for '${name.toLowerCase()}' command
      PEXPIRE a 1           -> :1
    `)).toEqual([]);
    bench.nowMs += 1;
    expect(play(bench, `${name} a b -> :1 => DEL a`)).toEqual([]);
  });

  test('only TOUCH marks a key as used', () => {
    bench.nowMs += 20_000;
    expect(play(bench, `
      EXISTS a              -> :1
      OBJECT IDLETIME a     -> :20
      TOUCH a               -> :1
      OBJECT IDLETIME a     -> :0
      OBJECT IDLETIME b     -> :20
    `)).toEqual([]);
  });
});

test('TYPE names the type', () => {
  const types = Object.entries(ValueType);
  for (const [name, type] of types) {
    bench.run(`SET ${name}key v`);
    bench.pretendType(`${name}key`, type);
    expect(bench.run(`TYPE ${name}key`)).toBe(`+${name}\r\n`);
  }
  expect(play(bench, `
    TYPE missing            -> +none  => nothing
    PEXPIRE a 1             -> :1
    TYPE a b                -> -ERR wrong number of arguments for 'type' command
  `)).toEqual([]);
  bench.nowMs += 1;
  expect(play(bench, 'TYPE a -> +none => DEL a')).toEqual([]);
  expect(types.length).toBe(6);
});
