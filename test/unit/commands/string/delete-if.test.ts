/** DIGEST, DELEX and DELIFEQ as redis.io/commands/digest, redis.io/commands/delex (8.4) and valkey.io/commands/delifeq (9.0) tell of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
  bench.run('SET k hello');
  bench.run('SET list x');
  bench.pretendType('list', ValueType.list);
  bench.takeEffects();
});
afterEach(() => bench.checkAndFlush());

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';

describe('DIGEST', () => {
  test('is the XXH3 of the bytes in 16 digits', () => {
    expect(play(bench, `
      DIGEST k            -> $16 9555e8555c62dcfd   => nothing
      SET n 123           -> +OK
      DIGEST n            -> $16 404a763b3f4c8c9a
      SET e ""            -> +OK
      DIGEST e            -> $16 2d06800538d394c2
      SET z v8            -> +OK
      DIGEST z            -> $16 0cc76dbb41381419
      DIGEST missing      -> $-1
      DIGEST list         -> ${wrongType}
    `)).toEqual([]);
  });
});

describe('DELEX', () => {
  test('without a condition removes a key of any type', () => {
    expect(play(bench, `
      DELEX k             -> :1     => DEL k
      DELEX k             -> :0     => nothing
      DELEX list          -> :1     => DEL list
    `)).toEqual([]);
  });

  test('compares the value', () => {
    expect(play(bench, `
      DELEX k IFEQ Hello  -> :0     => nothing
      DELEX k IFNE hello  -> :0     => nothing
      DELEX k ifeq hello  -> :1     => DEL k
      SET k 0123          -> +OK
      DELEX k IFEQ 123    -> :0
      DELEX k IFNE 123    -> :1     => DEL k
    `)).toEqual([]);
  });

  test('compares the digest, of which it checks the length alone', () => {
    expect(play(bench, `
      DELEX k IFDEQ 0000000000000000  -> :0
      DELEX k IFDNE 9555E8555C62DCFD  -> :0
      DELEX k IFDEQ zzzzzzzzzzzzzzzz  -> :0
      DELEX k IFDEQ 555e8555c62dcfd   -> -ERR must be exactly 16 hexadecimal characters
      DELEX k IFDNE ""                -> -ERR must be exactly 16 hexadecimal characters   => nothing
      DELEX k IFDEQ 9555e8555c62dcfd  -> :1   => DEL k
      SET k v                         -> +OK
      DELEX k IFDNE zzzzzzzzzzzzzzzz  -> :1
    `)).toEqual([]);
  });

  test('judges the number of words, the key, its type, then the condition', () => {
    expect(play(bench, `
      DELEX k IFEQ              -> -ERR wrong number of arguments for 'delex' command
      DELEX missing IFEQ        -> -ERR wrong number of arguments for 'delex' command
      DELEX k IFEQ hello more   -> -ERR wrong number of arguments for 'delex' command
      DELEX missing FOO x       -> :0
      DELEX missing IFDEQ 1     -> :0
      DELEX list FOO x          -> -ERR Key should be of string type if conditions are specified
      DELEX list IFEQ x         -> -ERR Key should be of string type if conditions are specified
      DELEX k FOO hello         -> -ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE   => nothing
    `)).toEqual([]);
  });
});

describe('DELIFEQ', () => {
  test('removes a key that has the value', () => {
    expect(play(bench, `
      DELIFEQ k other       -> :0     => nothing
      DELIFEQ k hello       -> :1     => DEL k
      DELIFEQ k hello       -> :0     => nothing
      DELIFEQ list x        -> ${wrongType}
      DELIFEQ k             -> -ERR wrong number of arguments for 'delifeq' command
    `)).toEqual([]);
  });
});
