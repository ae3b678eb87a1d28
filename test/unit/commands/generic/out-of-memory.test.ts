/**
 * What happens when an arena cannot grow in the middle of a command: each allocation that a command
 * makes is refused in turn, and each time it must answer with OOM and have changed nothing.
 */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';
import { limitAllocations } from '../scarce-memory.ts';

const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const shardCounts = [1, 3];

function prepared(shards: number): CommandBench {
  const bench = new CommandBench({ shards });
  bench.run(['MSET', 'short', 'v', 'long', 'x'.repeat(200), 'huge', 'y'.repeat(5000)]);
  bench.run('SET timed v PX 50');
  bench.run(['SET', 'timedhuge', 'z'.repeat(5000), 'PXAT', '9223372036854775807']);
  bench.db = 1;
  bench.run('SET timed there');
  bench.run('SET long there PX 70');
  bench.db = 0;
  bench.takeEffects();
  return bench;
}

describe.each(shardCounts)('on %i shards', (shards) => {
  test.each([
    'COPY short fresh', 'COPY timed fresh', 'COPY huge fresh', 'COPY timedhuge fresh', 'COPY long short REPLACE', 'COPY timed short REPLACE',
    'COPY timedhuge short REPLACE', 'COPY timedhuge timed REPLACE', 'COPY timed timedhuge REPLACE', 'COPY huge timedhuge REPLACE',
    'COPY long long DB 1 REPLACE', 'COPY timed timed DB 1 REPLACE', 'COPY huge huge DB 7',
    'RENAME short fresh', 'RENAME timed fresh', 'RENAME timedhuge fresh', 'RENAME timed long', 'RENAME timedhuge timed', 'RENAME huge timed',
    'RENAMENX timedhuge fresh', 'MOVE short 1', 'MOVE timedhuge 1', 'MOVE timedhuge 7', 'EXPIRE short 10', 'EXPIRE huge 10',
    'PEXPIREAT long 9223372036854775807',
  ])('%s is carried out or refused as a whole', (command) => {
    const untouched = prepared(shards).dataset();
    let reply = oom;
    for (let allowed = 0; reply === oom; allowed++) {
      const bench = prepared(shards);
      limitAllocations(bench, allowed);
      reply = bench.run(command);
      const trace = { dataset: bench.dataset(), effects: bench.effects() };
      expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
      bench.checkAndFlush();
    }
    expect(reply).not.toMatch(/^-/);
  });

  test('what only takes away needs no memory', () => {
    const bench = prepared(shards);
    limitAllocations(bench, 0);
    for (const command of [
      'TOUCH short timed', 'PERSIST timed', 'EXPIRE timed 10', 'TTL timed', 'SCAN 0', 'KEYS *', 'RANDOMKEY', 'OBJECT ENCODING long',
      'EXPIRE short -1', 'DEL huge timed', 'SWAPDB 0 1', 'FLUSHDB', 'FLUSHALL',
    ]) expect([command, bench.run(command)]).not.toEqual([command, oom]);
    expect(bench.dataset()).toEqual([]);
    bench.checkAndFlush();
  });
});

test('a full arena refuses copies and stays whole', () => {
  const bench = new CommandBench({ shards: 3, maxBytes: 2 ** 22 });
  bench.run(['SET', 'source', 'x'.repeat(300_000), 'PX', '1000']);
  let copies = 0;
  let reply = ':1\r\n';
  while (reply === ':1\r\n') reply = bench.run(`COPY source copy:${copies++}`);
  expect(reply).toBe(oom);
  expect(copies).toBeGreaterThan(10);
  expect(bench.read('DBSIZE')).toBe(copies);
  const before = bench.dataset();
  const full = bench.keyspaces.map((_, shard) => Array.from({ length: 50 }, (_unused, i) => `to:${i}:${shard}`)).flat();
  const refused = full.filter((key) => bench.run(['COPY', 'source', key]) === oom);
  expect(refused.length).toBeGreaterThan(0);
  const [key] = refused;
  expect(bench.run(['RENAME', 'source', key!])).toBe(oom);
  expect(bench.read(['EXISTS', 'source', key!])).toBe(1);
  expect(bench.dataset()).toEqual(expect.arrayContaining(before));
  bench.checkAndFlush();
});
