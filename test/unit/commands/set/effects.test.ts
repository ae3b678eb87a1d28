/** Replayed effects give the same sets, on whatever number of shards. */
import { array, assert as check, constantFrom, oneof, property, record, tuple, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { describeSet } from './describe-set.ts';

const key = constantFrom('a', 'key:1', 'key:2', '{key:1}x', 'key:7');
const member = oneof(constantFrom('1', '2', '3', '-7', '01', '9223372036854775807'), constantFrom('a', 'b', '', '\0\xff', 'long'.repeat(30)));
const members = array(member, { minLength: 1, maxLength: 6 });
const count = constantFrom('0', '1', '2', '100', '-1', 'x');
const words = (...parts: Arbitrary<string | string[]>[]): Arbitrary<string[]> => tuple(...parts).map((all) => all.flat());
const name = (...names: string[]): Arbitrary<string> => constantFrom(...names);
const keys = array(key, { minLength: 1, maxLength: 3 });

const command = oneof(
  { weight: 6, arbitrary: words(name('SADD'), key, members) },
  { weight: 3, arbitrary: words(name('SREM'), key, members) },
  { weight: 3, arbitrary: words(name('SMOVE'), key, key, member) },
  { weight: 4, arbitrary: words(name('SPOP'), key) },
  { weight: 2, arbitrary: words(name('SPOP', 'SRANDMEMBER'), key, count) },
  { weight: 4, arbitrary: words(name('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'), key, keys) },
  { weight: 2, arbitrary: words(name('SINTER', 'SUNION', 'SDIFF', 'SMEMBERS'), key) },
  { weight: 1, arbitrary: words(name('PEXPIRE'), key, constantFrom('1', '50')) },
  { weight: 1, arbitrary: words(name('SET', 'GETSET'), key, member) },
  { weight: 2, arbitrary: words(name('RENAME', 'RENAMENX', 'COPY'), key, key) },
  { weight: 1, arbitrary: words(name('MOVE'), key, constantFrom('3', '0')) },
  { weight: 1, arbitrary: words(name('DEL', 'UNLINK'), keys) },
);
const step = record({ command, database: constantFrom(0, 0, 0, 3), passedMs: constantFrom(0, 0, 1, 40) });

test('a dataset comes back from its effects', () => {
  check(property(array(step, { maxLength: 60 }), constantFrom(1, 2, 3), constantFrom(1, 2, 3), (steps, shards, replayShards) => {
    const bench = new CommandBench({ shards });
    const copy = new CommandBench({ shards: replayShards, seed: 2 });
    for (const { command: line, database, passedMs } of steps) {
      bench.nowMs += passedMs;
      bench.db = database;
      bench.run(line);
      copy.replay(bench.takeEffects());
    }
    const [expected, actual] = [bench, copy].map((one) => one.dataset(describeSet).map((entry) => ({ ...entry, encoding: undefined })));
    expect(actual).toEqual(expected);
    bench.checkAndFlush();
    copy.checkAndFlush();
  }), { seed, numRuns: 200 });
});
