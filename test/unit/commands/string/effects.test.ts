/**
 * Replayed effects give the same dataset, on whatever number of shards: random commands over few
 * keys, time moving on between them. The encoding may differ where Redis's does after a restart: a
 * float that reads as an integer, a short raw string.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seed } from '../../base/seed.ts';
import { CommandBench, type DatasetEntry } from '../command-bench.ts';

const key = fc.constantFrom('a', 'key:1', 'key:2', '{key:1}x', 'key:7');
const integer = fc.constantFrom('0', '1', '-1', '7', '-100', '9007199254740992', '9223372036854775807', '-9223372036854775808', 'x');
const float = fc.constantFrom('0.1', '-2.5', '1e10', '3', '1e300', 'inf', 'x');
const anyByte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const text = fc.constantFrom('', 'hello', 'v'.repeat(45), 'w'.repeat(2100), '\0\xff');
const value = fc.oneof(integer, float, text, fc.string({ maxLength: 60, unit: anyByte }));
const offset = fc.constantFrom('0', '3', '44', '2050', '-1');
const time = fc.oneof(
  fc.constantFrom('1', '5', '100', '0').map((n) => ['PX', n]), fc.constantFrom('1', '9223372036854775807').map((n) => ['EX', n]),
  fc.constantFrom('1', '1700000000010', '1700000000500', '9223372036854775807').map((n) => ['PXAT', n]), fc.constant<string[]>(['EXAT', '1700000001']),
);
const condition = fc.constantFrom<string[]>(
  ['NX'], ['XX'], ['IFEQ', 'hello'], ['IFNE', 'hello'], ['IFDEQ', '9555e8555c62dcfd'], ['IFDNE', '9555e8555c62dcfd']);
const setOptions = fc.oneof(condition, fc.constantFrom<string[]>(['KEEPTTL'], ['GET']), time);
const words = (...parts: fc.Arbitrary<string | string[]>[]): fc.Arbitrary<string[]> => fc.tuple(...parts).map((all) => all.flat());
const name = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const pairs = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 4 });

const command = fc.oneof(
  words(name('SET', 'SETNX', 'GETSET', 'APPEND'), key, value),
  words(name('SET'), key, value, setOptions),
  words(name('SET'), key, value, setOptions, time),
  words(name('SETEX', 'PSETEX'), key, fc.constantFrom('1', '50', '0'), value),
  words(name('INCR', 'DECR', 'GETDEL', 'GET', 'DELEX'), key),
  words(name('INCRBY', 'DECRBY'), key, integer),
  words(name('INCRBYFLOAT'), key, float),
  words(name('SETRANGE'), key, offset, value),
  words(name('GETEX'), key, fc.oneof(time, fc.constant<string[]>(['PERSIST']))),
  words(name('MSET', 'MSETNX'), pairs.map((all) => all.flat())),
  fc.tuple(pairs, fc.oneof(setOptions, fc.constant<string[]>([]))).map(([all, options]) => ['MSETEX', String(all.length), ...all.flat(), ...options]),
  words(name('DELEX'), key, fc.constantFrom<string[]>(['IFEQ', '1'], ['IFNE', 'hello'])),
  words(name('DELIFEQ'), key, value),
  words(name('INCREX'), key, integer.map((n) => ['BYINT', n, 'UBOUND', '1000', 'SATURATE'])),
  words(name('INCREX'), key, float.map((n) => ['BYFLOAT', n])),
  words(name('INCREX'), key, fc.oneof(time, fc.constant<string[]>(['PERSIST']), time.map((t) => [...t, 'ENX']))),
);
const step = fc.record({ command, database: fc.constantFrom(0, 0, 0, 3), passedMs: fc.constantFrom(0, 0, 1, 40) });

function withoutEncoding(entries: readonly DatasetEntry[]): object[] {
  return entries.map((entry) => ({ ...entry, encoding: undefined }));
}

test('a dataset comes back from its effects', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3), (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards });
    const copy = new CommandBench({ shards: replayShards, seed: 2 });
    for (const { command: line, database, passedMs } of steps) {
      bench.nowMs += passedMs;
      bench.db = database;
      bench.run(line);
      copy.replay(bench.takeEffects());
    }
    expect(withoutEncoding(copy.dataset())).toEqual(withoutEncoding(bench.dataset()));
    bench.checkAndFlush();
    copy.checkAndFlush();
  }), { seed, numRuns: 200 });
});

test('effects take no other keys than their first argument', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const bench = new CommandBench({ shards: 2 });
    for (const { command: line } of steps) bench.run(line);
    const names = new Set(bench.takeEffects().map(({ words: [effect] }) => effect!.toString()));
    for (const effect of names) {
      expect(['SET', 'DEL', 'PEXPIREAT', 'PERSIST', 'APPEND', 'SETRANGE', 'INCR', 'DECR', 'INCRBY', 'DECRBY', 'MULTI', 'EXEC']).toContain(effect);
    }
    bench.checkAndFlush();
  }), { seed, numRuns: 100 });
});
