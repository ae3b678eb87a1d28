/**
 * What happens when an arena is full: with ever more left of it, a command answers with OOM and has changed
 * nothing, or comes through. A single change is also met by each refusal of an allocation.
 */
import { expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { fillUp, limitAllocations } from '../scarce-memory.ts';
import { describeHash } from './describe-hash.ts';

const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const long = 'x'.repeat(200);
const many = Array.from({ length: 600 }, (_, i) => [`field:${i}`, String(i)]).flat();
const fortyMore = Array.from({ length: 40 }, (_, i) => [`x${i}`, 'y'.repeat(i * 9)]).flat();
const maxBytes = 2 ** 24;

function prepared(): CommandBench {
  const bench = new CommandBench({ maxBytes });
  bench.run('HSET small a 1 b 2 c 3');
  bench.run('HSETEX timed EX 100 FIELDS 3 a 1 b 2 c 3');
  bench.run('HSETEX timed EX 50 FIELDS 1 b 2');
  bench.run(['HSET', 'large', ...many]);
  bench.run(`HSETEX large EX 100 FIELDS 2 field:1 1 big ${'w'.repeat(3000)}`);
  bench.takeEffects();
  return bench;
}

/** The data set without the form of its hashes, which may have changed. */
function contents(bench: CommandBench): object[] {
  return bench.dataset(describeHash).map((entry) => ({ ...entry, encoding: undefined }));
}

/** Runs a command on a bench without room; whether it was carried out. If not, nothing has changed. */
function isCarriedOut(bench: CommandBench, command: string | string[], untouched: object[]): boolean {
  const reply = bench.run(command);
  const trace = { dataset: contents(bench), effects: bench.effects() };
  expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
  expect(reply === oom || !reply.startsWith('-')).toBe(true);
  return reply !== oom;
}

test.each<[string, string[]]>([
  ['HSET of a new key', ['HSET', 'fresh', 'a', '1', 'b', long]], ['HSET of a small hash', ['HSET', 'small', 'a', '2', 'd', long, 'e', 'z'.repeat(3000)]],
  ['HSET of a hash with expiries', ['HSET', 'timed', 'b', '9', 'a', long, 'd', '1']], ['HSET of a large hash', ['HSET', 'large', ...fortyMore, 'big', '1']],
  ['HMSET of long values', ['HMSET', 'large', 'field:5', 'q'.repeat(2500), 'big', 'q'.repeat(90_000)]],
  ['HEXPIRE', ['HEXPIRE', 'large', '10', 'FIELDS', '200', ...many.filter((_, i) => i % 2 === 0).slice(0, 200)]],
  ['HEXPIRE of a small hash', ['HEXPIRE', 'small', '10', 'FIELDS', '3', 'a', 'b', 'c']], ['HPERSIST', ['HPERSIST', 'timed', 'FIELDS', '3', 'b', 'a', 'c']],
  ['HGETEX', ['HGETEX', 'large', 'EX', '10', 'FIELDS', '3', 'field:9', 'field:1', 'big']],
  ['HSETEX of a new key', ['HSETEX', 'fresh', 'EX', '10', 'FIELDS', '2', 'a', '1', 'b', long]],
  ['HSETEX', ['HSETEX', 'large', 'PX', '10', 'FIELDS', '20', ...fortyMore.slice(0, 40)]],
  ['HSETEX with KEEPTTL', ['HSETEX', 'timed', 'KEEPTTL', 'FIELDS', '3', 'a', '9', 'b', long, 'd', '1']], ['COPY', ['COPY', 'large', 'fresh']],
])('%s is carried out or refused as a whole by a full arena', (_, command) => {
  const untouched = contents(prepared());
  let isDone = false;
  for (const pagesLeft of [0, 1, 2, 4, 8, 20, 40, 70, 256]) {
    const bench = prepared();
    const giveBack = fillUp(bench, pagesLeft);
    isDone = isCarriedOut(bench, command, untouched);
    giveBack();
    bench.checkAndFlush();
  }
  expect(isDone).toBe(true);
});

test.each([
  'HSET fresh a 1', `HSET small d ${long}`, `HSET timed a ${long}`, 'HSET timed b 3', `HSET large field:1 ${long}`, `HSET large big ${'q'.repeat(9000)}`,
  `HSETNX fresh a ${long}`, `HSETNX small d ${long}`, 'HINCRBY fresh a 5', 'HINCRBY small a 9223372036854775806', 'HINCRBYFLOAT large new 1.5',
  'HINCRBYFLOAT timed a 0.00001', 'HEXPIRE small 10 FIELDS 1 b', 'HEXPIRE timed 10 FIELDS 1 c', 'HEXPIRE large 10 FIELDS 1 field:2', 'HEXPIRE large 10 FIELDS 1 big',
  'HPERSIST timed FIELDS 1 b', 'HGETEX small PX 10 FIELDS 1 a', 'HGETEX timed PERSIST FIELDS 1 b', 'COPY timed fresh', 'RENAME small fresh',
])('%s is carried out or refused as a whole', (command) => {
  const untouched = contents(prepared());
  let isDone = false;
  for (let allowed = 0; !isDone && allowed < 100; allowed++) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    isDone = isCarriedOut(bench, command, untouched);
    bench.checkAndFlush();
  }
  expect(isDone).toBe(true);
});

test('fields are removed without an allocation', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  const commands = [
    'HDEL small a z', 'HDEL large field:1 big field:9', 'HDEL timed a b', 'HGETDEL timed FIELDS 1 c', 'HGETDEL small FIELDS 2 b c',
    'HEXPIRE large 0 FIELDS 1 field:3', 'HGETEX large PX 0 FIELDS 1 field:4', 'HSETEX large EXAT 1 FIELDS 1 field:5 x', 'HGETALL large', 'HSCAN large 0',
  ];
  for (const command of commands) expect(bench.run(command)).not.toMatch(/^-/);
  expect(bench.read('EXISTS small timed large')).toBe(1);
  bench.checkAndFlush();
});

test('fields that are over go without an allocation', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  bench.nowMs += 60_000;
  expect(bench.read('HLEN timed')).toBe(2);
  bench.nowMs += 60_000;
  expect(bench.read('EXISTS timed')).toBe(0);
  expect(bench.read('HLEN large')).toBe(599);
  bench.checkAndFlush();
});
