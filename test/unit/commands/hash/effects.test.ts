/**
 * Replayed effects give the same dataset, on whatever number of shards: random commands over few hashes, small
 * and large, time moving on between them. Fields whose time is over but that nobody has met since may differ.
 */
import { array, assert, constant, constantFrom, oneof, property, record, tuple, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { describeHash } from './describe-hash.ts';

const key = constantFrom('a', 'key:1', '{key:1}x', 'key:7');
const field = constantFrom('a', 'b', 'c', '1', '-7', '', 'long'.repeat(30), ...Array.from({ length: 8 }, (_, i) => `f${i}`));
const value = constantFrom('', '1', '-5', '2.5', 'text', 'w'.repeat(64), 'w'.repeat(65), 'v'.repeat(2100));
const time = oneof(
  constantFrom('0', '1', '5', '40', '100000').map((n) => ['PX', n]), constantFrom('0', '1', '100').map((n) => ['EX', n]),
  constantFrom('1', '1700000000010', '1700000000500', '70368744177663').map((n) => ['PXAT', n]));
const fields = array(field, { minLength: 1, maxLength: 4 });
const pairs = array(tuple(field, value), { minLength: 1, maxLength: 4 });
const block = fields.map((names) => ['FIELDS', String(names.length), ...names]);
const pairBlock = pairs.map((all) => ['FIELDS', String(all.length), ...all.flat()]);
const words = (...parts: Arbitrary<string | string[]>[]): Arbitrary<string[]> => tuple(...parts).map((all) => all.flat());
const name = (...names: string[]): Arbitrary<string> => constantFrom(...names);
const maybe = (...options: string[]): Arbitrary<string[]> => constantFrom([], ...options.map((option) => [option]));

const command = oneof(
  words(name('HSET', 'HMSET'), key, pairs.map((all) => all.flat())),
  words(name('HSETNX'), key, field, value),
  words(name('HDEL'), key, fields),
  words(name('HINCRBY'), key, field, constantFrom('1', '-3', '9223372036854775807')),
  words(name('HINCRBYFLOAT'), key, field, constantFrom('0.5', '-1e3', '7')),
  words(name('HPEXPIRE'), key, constantFrom('0', '1', '5', '40', '100000'), maybe('NX', 'XX', 'GT', 'LT'), block),
  words(name('HEXPIREAT'), key, constantFrom('1', '1700000001', '70368744177'), maybe('NX', 'XX', 'GT', 'LT'), block),
  words(name('HPERSIST', 'HGETDEL'), key, block),
  words(name('HGETEX'), key, oneof(time, constant<string[]>(['PERSIST']), constant<string[]>([])), block),
  words(name('HSETEX'), key, maybe('FNX', 'FXX'), oneof(time, constant<string[]>(['KEEPTTL']), constant<string[]>([])), pairBlock),
  words(name('HGETALL', 'HLEN', 'DEL'), key),
  words(name('RENAME', 'COPY'), key, key),
  words(name('PEXPIRE'), key, constantFrom('5', '100000')),
);
const step = record({ command, database: constantFrom(0, 0, 0, 3), passedMs: constantFrom(0, 0, 1, 40) });
const many = Array.from({ length: 520 }, (_, i) => [`many:${i}`, 'x']).flat();

test('a dataset comes back from its effects', () => {
  assert(property(array(step, { maxLength: 60 }), constantFrom(1, 2, 3), constantFrom(1, 2, 3), (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards });
    const copy = new CommandBench({ shards: replayShards, seed: 2 });
    bench.run(['HSET', 'key:7', ...many]);
    copy.replay(bench.takeEffects());
    for (const { command: line, database, passedMs } of steps) {
      bench.nowMs += passedMs;
      bench.db = database;
      bench.run(line);
      copy.replay(bench.takeEffects());
    }
    const isOverField = /,(?!0\])(\d+)\]$/;
    const live = (text: string): string => text.split('\n').filter((line) => Number(isOverField.exec(line)?.[1] ?? Infinity) > bench.nowMs).join('\n');
    const contents = (of: CommandBench): object[] => of.dataset(describeHash).map((entry) => ({ ...entry, encoding: undefined, value: live(entry.value) }));
    expect(contents(copy)).toEqual(contents(bench));
    bench.checkAndFlush();
    copy.checkAndFlush();
  }), { seed, numRuns: 40 });
});

test('effects are few, absolute, and of one key each', () => {
  assert(property(array(step, { maxLength: 40 }), (steps) => {
    const bench = new CommandBench({ shards: 2 });
    for (const { command: line, passedMs } of steps) {
      bench.nowMs += passedMs;
      bench.run(line);
    }
    const names = new Set(bench.takeEffects().map(({ words: [effect] }) => effect!.toString()));
    for (const effect of names) {
      expect(['HSET', 'HDEL', 'HINCRBY', 'HPEXPIREAT', 'HPERSIST', 'DEL', 'RESTORE', 'PEXPIREAT', 'MULTI', 'EXEC']).toContain(effect);
    }
    bench.checkAndFlush();
  }), { seed, numRuns: 60 });
});
