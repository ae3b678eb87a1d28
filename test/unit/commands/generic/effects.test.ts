/**
 * Replayed effects give the same dataset, on whatever number of shards: random commands over few
 * keys and databases, time moving on between them. Encodings may differ where Redis's do after a
 * restart.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seed } from '../../base/seed.ts';
import { CommandBench, type DatasetEntry } from '../command-bench.ts';

const key = fc.constantFrom('', 'a', 'key:1', 'key:2', '{key:1}x', '\0\xff\r\n', 'long'.repeat(17_000));
const value = fc.constantFrom('', '7', 'hello', 'w'.repeat(2048), 'w'.repeat(2049), '\0\r\n\xff');
const db = fc.constantFrom('0', '1', '2', '3');
const fromNow = fc.constantFrom('-1', '0', '1', '30', '100', '5000');
const condition = fc.constantFrom<string[]>([], [], ['NX'], ['XX'], ['GT'], ['LT'], ['XX', 'LT']);
const words = (...parts: fc.Arbitrary<string | string[]>[]): fc.Arbitrary<string[]> => fc.tuple(...parts).map((all) => all.flat());
const name = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);

const command = fc.oneof(
  { weight: 6, arbitrary: words(name('SET'), key, value) },
  { weight: 3, arbitrary: words(name('SET'), key, value, name('PX', 'PXAT'), name('1', '20', '1700000000050', '9223372036854775807')) },
  { weight: 1, arbitrary: words(name('APPEND'), key, value) },
  { weight: 4, arbitrary: words(name('RENAME', 'RENAMENX', 'COPY'), key, key) },
  { weight: 4, arbitrary: words(name('COPY'), key, key, name('REPLACE'), fc.oneof(fc.constant<string[]>([]), db.map((index) => ['DB', index]))) },
  { weight: 3, arbitrary: words(name('MOVE'), key, db) },
  { weight: 2, arbitrary: words(name('SWAPDB'), db, db) },
  { weight: 3, arbitrary: words(name('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), fc.array(key, { minLength: 1, maxLength: 3 })) },
  { weight: 3, arbitrary: words(name('EXPIRE', 'PEXPIRE'), key, fromNow, condition) },
  { weight: 2, arbitrary: words(name('PEXPIREAT'), key, name('1700000000040', '9007199254740993', '9223372036854775807', '-9223372036854775808'), condition) },
  { weight: 2, arbitrary: words(name('PERSIST', 'TYPE', 'PTTL', 'GET'), key) },
  { weight: 1, arbitrary: words(name('SCAN'), name('0'), name('COUNT'), name('1', '100')) },
  { weight: 1, arbitrary: fc.constantFrom(['RANDOMKEY'], ['KEYS', '*'], ['FLUSHDB'], ['DBSIZE']) },
  { weight: 1, arbitrary: fc.constant(['FLUSHALL']) },
);
const step = fc.record({ command, database: fc.constantFrom(0, 0, 1, 2), passedMs: fc.constantFrom(0, 0, 1, 40) });
/** Of these the order or the choice is the server's. */
const freeOrders = new Set(['SCAN', 'KEYS', 'RANDOMKEY']);
const shardCount = fc.constantFrom(1, 2, 3);

function withoutEncoding(entries: readonly DatasetEntry[]): object[] {
  return entries.map((entry) => ({ ...entry, encoding: undefined }));
}

test('a dataset comes back from its effects', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), shardCount, shardCount, (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards, databases: 4 });
    const copy = new CommandBench({ shards: replayShards, databases: 4, seed: 2 });
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

test('the number of shards shows in no reply', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const one = new CommandBench({ shards: 1, databases: 4 });
    const three = new CommandBench({ shards: 3, databases: 4 });
    for (const { command: line, database, passedMs } of steps.filter((each) => !freeOrders.has(each.command[0]!))) {
      for (const bench of [one, three]) {
        bench.nowMs += passedMs;
        bench.db = database;
      }
      expect(three.run(line)).toBe(one.run(line));
      expect(three.effects()).toEqual(one.effects());
    }
    expect(three.dataset()).toEqual(one.dataset());
    one.checkAndFlush();
    three.checkAndFlush();
  }), { seed, numRuns: 100 });
});

test('effects are of one key, which is their first argument, or of whole databases', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const bench = new CommandBench({ shards: 2, databases: 4 });
    for (const { command: line } of steps) bench.run(line);
    const shapes = new Set(bench.takeEffects().map((effect) => `${effect.words[0]!.toString()}/${effect.words.length}`));
    for (const shape of shapes) {
      expect(['SET/3', 'SET/5', 'APPEND/3', 'DEL/2', 'PEXPIREAT/3', 'PERSIST/2', 'SWAPDB/3', 'FLUSHDB/1', 'FLUSHALL/1', 'MULTI/1', 'EXEC/1'])
        .toContain(shape);
    }
    bench.checkAndFlush();
  }), { seed, numRuns: 60 });
});
