/**
 * What happens when an arena cannot grow in the middle of a command: each allocation that a command
 * makes is refused in turn, and each time it must answer with OOM and have changed nothing.
 */
import { expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { limitAllocations } from '../scarce-memory.ts';

const long = 'x'.repeat(200);
const huge = 'x'.repeat(5000);
const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

function prepared(): CommandBench {
  const bench = new CommandBench();
  bench.run('MSET kept v number 9');
  bench.run('SET timed v PX 50');
  bench.run('SET far v PXAT 9223372036854775807');
  bench.run(['SET', 'huge', 'y'.repeat(5000), 'PX', '60']);
  bench.takeEffects();
  return bench;
}

test.each([
  `SET kept ${long}`, `SET kept ${long} EX 100`, 'SET kept w EX 100 GET', `SET kept ${huge} PX 5 GET`, 'SET fresh v', 'SET fresh v EX 100',
  `SET fresh ${huge} EX 100`, `SET timed ${long} EX 100`, `SET timed ${huge} KEEPTTL`, `SET far ${huge} PX 100`, 'SET huge v', `SET huge ${huge}x EX 5`,
  `SETEX kept 10 ${long}`, `GETSET kept ${long}`, 'SETNX fresh ""', `APPEND kept ${long}`, `APPEND kept ${huge}`, `APPEND huge ${huge}`, 'APPEND fresh v',
  'SETRANGE fresh 100 x', 'SETRANGE fresh 9000 x', 'SETRANGE kept 100 x', 'INCRBYFLOAT fresh 1.5', 'INCRBYFLOAT number 1e300', 'INCR fresh',
  'INCRBY number 1000000000000', 'INCREX fresh EX 5', 'INCREX number PX 5', 'GETEX kept EX 5', 'GETEX huge EX 5',
])('%s is carried out or refused as a whole', (command) => {
  const untouched = prepared().dataset();
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed++) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    const trace = { dataset: bench.dataset(), effects: bench.effects() };
    expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test('a value is overwritten in place and its expiry moved without an allocation', () => {
  const bench = prepared();
  limitAllocations(bench, 0);
  for (const command of ['SET kept w', 'SET timed w KEEPTTL', 'SET timed x EX 5', 'INCR number', 'DECRBY number 1', 'GETEX timed PX 7', 'SETRANGE kept 0 x']) {
    expect(bench.run(command)).not.toMatch(/^-/);
  }
  expect(bench.read('MGET kept timed number')).toEqual(['x', 'x', '9']);
  bench.checkAndFlush();
});
