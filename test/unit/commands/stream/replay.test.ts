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
import { type Grammar, randomCommand } from '../../../generator/grammar.ts';
import { Pick } from '../../../generator/pick.ts';
import type { Production } from '../../../generator/production.ts';
import { CommandBench } from '../command-bench.ts';
import { newer } from './newer-grammar.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const ROUNDS = 30;
const grammars = {
  'of redis-server 7.0': grammarOf(stream),
  'with newer ones': grammarOf([...stream, ...newer]),
};

function grammarOf(productions: readonly Production[]): Grammar {
  return { productions, weightSum: productions.reduce((sum, { weight }) => sum + weight, 0) };
}

function dumpOf(keyspace: Keyspace, entry: number): string {
  return typeOf(keyspace.arena, entry) === ValueType.stream ? dumpValue(keyspace, entry).toString('latin1') : '';
}

function someCommands(pick: Pick, grammar: Grammar): (readonly string[])[] {
  const commands = Array.from({ length: 130 }, () => randomCommand(pick, grammar)).filter(isOfShard);
  return grammar === grammars['with newer ones'] ? commands.filter(([name]) => !copying.test(name!)) : commands;
}

/** Containers' HELP and unknown subcommands are the door's. */
function isOfShard([name, sub]: readonly string[]): boolean {
  const word = name!.toUpperCase();
  if (word !== 'XGROUP' && word !== 'XINFO') return word.startsWith('X') || ['DEL', 'RENAME', 'COPY'].includes(word);
  return ['CREATE', 'SETID', 'DESTROY', 'CREATECONSUMER', 'DELCONSUMER', 'GROUPS', 'STREAM', 'CONSUMERS'].includes(sub?.toUpperCase() ?? '');
}

// In the form that redis-server 7.0 reads, which COPY and RENAME leave as effects, it is not said when consumers were active.
const copying = /^(COPY|RENAME)$/i;

const cases = Object.entries(grammars).flatMap(([name, grammar]) => [1, 3].map((shards) => ({ name, grammar, shards })));

test.each(cases)(`the effects of commands $name make the same streams again, on $shards shards (TEST_SEED=${SEED})`, ({ grammar, shards }) => {
  const bench = new CommandBench({ shards });
  const copy = new CommandBench({ shards });
  const pick = new Pick(new Random(SEED + shards));
  for (let round = 0; round < ROUNDS; round++) {
    for (const command of someCommands(pick, grammar)) {
      bench.run(command);
      bench.nowMs += pick.below(50);
      copy.replay(bench.takeEffects());
    }
    expect(copy.dataset(dumpOf)).toEqual(bench.dataset(dumpOf));
  }
  bench.checkAndFlush();
  copy.checkAndFlush();
});
