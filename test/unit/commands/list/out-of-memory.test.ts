/**
 * What happens when an arena cannot grow in the middle of a command: each allocation that a command makes
 * is refused in turn, and each time it must answer with OOM and have changed nothing.
 */
import { expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { limitAllocations } from '../scarce-memory.ts';
import { describeList } from './describe-list.ts';

const long = 'x'.repeat(3000);
const larger = 'y'.repeat(9000);
const many = Array.from({ length: 40 }, (_, i) => `${i}:${'e'.repeat(400)}`).join(' ');
const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

function prepared(): CommandBench {
  const bench = new CommandBench({ shards: 2 });
  bench.run('RPUSH few a b c 7');
  bench.run(`RPUSH {f}many ${many} ${many}`);
  bench.run(`RPUSH nearly ${long} ${long} pivot 1`);
  bench.run('RPUSH timed t');
  bench.run('PEXPIRE timed 100');
  bench.takeEffects();
  return bench;
}

test.each([
  'RPUSH fresh a', 'LPUSH fresh a b c', `RPUSH fresh ${long} ${long} ${long}`, `LPUSH fresh ${larger}`, `RPUSH few d e ${long}`, `LPUSH few ${many}`,
  `RPUSH few a ${larger} b`, `LPUSH nearly a ${long} b`, `RPUSHX {f}many a ${long} ${larger}`, 'LPUSH timed a b c d e f g h i j k l m n o p',
  `LINSERT few AFTER b ${long}`, `LINSERT few BEFORE b ${larger}`, `LINSERT nearly BEFORE pivot ${long}`, `LINSERT nearly AFTER pivot ${larger}`,
  `LINSERT {f}many AFTER 7:${'e'.repeat(400)} ${long}`, `LSET few 1 ${long}`, `LSET few 1 ${larger}`, `LSET nearly 2 ${long}`, `LSET {f}many 30 ${larger}`,
  'LMOVE few fresh LEFT LEFT', 'LMOVE nearly few LEFT RIGHT', 'RPOPLPUSH few timed', 'LMOVE timed fresh LEFT LEFT', 'LMOVEM {f}many fresh LEFT LEFT COUNT 30 OBO',
  'LMOVEM {f}many few RIGHT LEFT EXACTLY 80 BULK', 'COPY {f}many fresh', 'COPY nearly few REPLACE',
])('%.60s is carried out or refused as a whole', (command) => {
  const untouched = prepared().dataset(describeList);
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed += allowed < 30 ? 1 : 7) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    const trace = { dataset: bench.dataset(describeList), effects: bench.effects() };
    expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test('elements are taken out and turned without an allocation', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  for (const command of [
    'LPOP few', 'RPOP {f}many 50', 'LREM few 0 b', 'LTRIM {f}many 2 -3', 'LMPOP 1 {f}many LEFT COUNT 3', 'LREM {f}many -1 nothing', 'LPOP timed', 'LTRIM few 9 9',
  ]) expect(bench.run(command)).not.toMatch(/^-/);
  bench.checkAndFlush();
});

test('a small arena that is full refuses pushes, lets lists be turned within themselves, and has room again after pops', () => {
  const bench = new CommandBench({ maxBytes: 2 ** 22 });
  let pushed = 0;
  for (let reply = ''; !reply.startsWith('-OOM'); pushed++) reply = bench.run(['RPUSH', 'l', `${pushed}:${'x'.repeat(1000)}`]);
  expect(pushed).toBeGreaterThan(1500);
  expect(bench.read('LLEN l')).toBe(pushed - 1);
  expect(bench.run(`LINSERT l BEFORE 0:${'x'.repeat(1000)} y`)).toMatch(/^-OOM/);
  expect(bench.read('LPOP l 500')).toHaveLength(500);
  for (let i = 0; i < 2000; i++) expect(bench.run('LMOVE l l LEFT RIGHT')).toMatch(/^\$/);
  expect(bench.read('LLEN l')).toBe(pushed - 501);
  expect(bench.run('RPUSH l z')).toMatch(/^:/);
  bench.checkAndFlush();
});
