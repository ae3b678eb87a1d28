/**
 * Random commands about streams: what they leave as effects, replayed on an empty keyspace, makes the same
 * values to the byte, and nothing leaks.
 */
import { expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { typeOf, ValueType } from '../../../../src/keyspace/entry.ts';
import type { Keyspace } from '../../../../src/keyspace/keyspace.ts';
import { dumpValue } from '../../../../src/persistence/rdb/value-codec.ts';
import { stream } from '../../../generator/grammar-stream.ts';
import { randomCommand } from '../../../generator/grammar.ts';
import { Pick } from '../../../generator/pick.ts';
import { CommandBench } from '../command-bench.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const ROUNDS = 40;
/** Of the generator's commands, those that no bench runs: containers' HELP and unknown subcommands are the door's. */
const grammar = { productions: stream, weightSum: stream.reduce((sum, { weight }) => sum + weight, 0) };

function dumpOf(keyspace: Keyspace, entry: number): string {
  return typeOf(keyspace.arena, entry) === ValueType.stream ? dumpValue(keyspace, entry).toString('latin1') : '';
}

function someCommands(pick: Pick): (readonly string[])[] {
  return Array.from({ length: 130 }, () => randomCommand(pick, grammar)).filter(isOfShard);
}

function isOfShard([name, sub]: readonly string[]): boolean {
  const word = name!.toUpperCase();
  if (word !== 'XGROUP' && word !== 'XINFO') return word.startsWith('X') || ['DEL', 'RENAME', 'COPY'].includes(word);
  return ['CREATE', 'SETID', 'DESTROY', 'CREATECONSUMER', 'DELCONSUMER', 'GROUPS', 'STREAM'].includes(sub?.toUpperCase() ?? '');
}

test.each([1, 3])(`effects make the same streams again, on %i shards (TEST_SEED=${SEED})`, (shards) => {
  const bench = new CommandBench({ shards });
  const copy = new CommandBench({ shards });
  const pick = new Pick(new Random(SEED + shards));
  for (let round = 0; round < ROUNDS; round++) {
    for (const command of someCommands(pick)) {
      bench.run(command);
      bench.nowMs += pick.below(50);
      copy.replay(bench.takeEffects());
    }
    expect(copy.dataset(dumpOf)).toEqual(bench.dataset(dumpOf));
  }
  bench.checkAndFlush();
  copy.checkAndFlush();
});
