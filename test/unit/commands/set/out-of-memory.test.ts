/**
 * What happens when an arena cannot grow in the middle of a command: each allocation that a command makes
 * is refused in turn, and each time it must answer with OOM and have changed nothing.
 */
import { expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { limitAllocations } from '../scarce-memory.ts';
import { describeSet } from './describe-set.ts';

const long = 'x'.repeat(200);
const many = Array.from({ length: 130 }, (_, i) => `member:${i}`);
const fortyMore = Array.from({ length: 40 }, (_, i) => `x${i}`).join(' ');
const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

/** The first allocations are refused one by one, of the many that follow some. */
function nextStep(allowed: number): number {
  return allowed < 25 ? 1 : 5;
}

function prepared(): CommandBench {
  const bench = new CommandBench({ shards: 3 });
  bench.run('SADD numbers 1 2 3 4');
  bench.run('SADD {n}other 3 4 5');
  bench.run('SADD words a b c 4');
  bench.run(['SADD', 'table', ...many]);
  bench.run('SET text v EX 100');
  bench.run('SADD timed x');
  bench.run('EXPIRE timed 100');
  bench.takeEffects();
  return bench;
}

/** The data set without the form of its sets, which may have changed. */
function contents(bench: CommandBench): object[] {
  return bench.dataset(describeSet).map((entry) => ({ ...entry, encoding: undefined }));
}

test.each([
  'SADD fresh 1', 'SADD fresh a', `SADD fresh ${long}`, 'SADD fresh 1 2 a b', `SADD numbers 5 6 x y ${long} z`, 'SADD numbers 70000 9223372036854775807',
  `SADD words d e f ${long}`, `SADD words ${'w'.repeat(60)} ${'v'.repeat(60)} ${'u'.repeat(60)}`, `SADD table ${fortyMore}`,
  'SMOVE numbers words 1', 'SMOVE numbers fresh 1', 'SMOVE words numbers a', 'SMOVE table words member:7', 'SMOVE table fresh member:7',
  'SUNIONSTORE fresh numbers words', 'SUNIONSTORE text numbers {n}other', 'SUNIONSTORE words words numbers table', 'SINTERSTORE fresh numbers {n}other',
  'SINTERSTORE timed table table', 'SDIFFSTORE numbers numbers {n}other', 'SDIFFSTORE fresh table words numbers', 'COPY table fresh', 'RENAME table words',
])('%s is carried out or refused as a whole', (command) => {
  const untouched = contents(prepared());
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed += nextStep(allowed)) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    const trace = { dataset: contents(bench), effects: bench.effects() };
    expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test.each(['SUNION numbers words', 'SDIFF table words', 'SINTER numbers words', 'SUNIONCARD 2 table words'])('%s leaves nothing behind', (command) => {
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed += nextStep(allowed)) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test('members are removed without an allocation', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  for (const command of ['SREM numbers 1', 'SREM words a z', 'SREM table member:5', 'SPOP table', 'SPOP words 2', 'SPOP numbers 3', 'SMOVE numbers words 2']) {
    expect(bench.run(command)).not.toMatch(/^-/);
  }
  bench.checkAndFlush();
});
