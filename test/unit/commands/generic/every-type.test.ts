/** What OBJECT and MEMORY USAGE say of values of every type, small and large. */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';

const many = (each: (i: number) => string[]): string[] => Array.from({ length: 1000 }, (_, i) => each(i)).flat();

const values: readonly [title: string, encoding: string, words: string[]][] = [
  ['an integer', 'int', ['SET', 'k', '12345']],
  ['a short string', 'embstr', ['SET', 'k', 'value']],
  ['a long string', 'raw', ['SET', 'k', 'x'.repeat(100_000)]],
  ['a small list', 'listpack', ['RPUSH', 'k', 'a', 'b']],
  ['a large list', 'quicklist', ['RPUSH', 'k', ...many((i) => [`element:${i}`])]],
  ['a set of integers', 'intset', ['SADD', 'k', '1', '2']],
  ['a small set', 'listpack', ['SADD', 'k', 'a', 'b']],
  ['a large set', 'hashtable', ['SADD', 'k', ...many((i) => [`member:${i}`])]],
  ['a small sorted set', 'listpack', ['ZADD', 'k', '1', 'a']],
  ['a large sorted set', 'skiplist', ['ZADD', 'k', ...many((i) => [String(i), `member:${i}`])]],
  ['a small hash', 'listpack', ['HSET', 'k', 'a', '1']],
  ['a large hash', 'hashtable', ['HSET', 'k', ...many((i) => [`field:${i}`, 'v'])]],
  ['a stream', 'stream', ['XADD', 'k', '1', 'f', 'v'.repeat(200)]],
];

describe.each(values)('%s', (_, encoding, words) => {
  test('has an encoding, a count of references and an idle time', () => {
    const bench = new CommandBench();
    expect(bench.run(words)).not.toMatch(/^-/);
    expect(bench.read('OBJECT ENCODING k')).toBe(encoding);
    expect(bench.read('OBJECT REFCOUNT k')).toBe(1);
    expect(bench.read('OBJECT IDLETIME k')).toBe(0);
    bench.nowMs += 5000;
    expect(bench.read('OBJECT IDLETIME k')).toBe(5);
    expect(bench.run('OBJECT FREQ k')).toMatch(/^-ERR An LFU maxmemory policy is not selected/);
    bench.checkAndFlush();
  });

  test('takes the memory that MEMORY USAGE tells, however many samples are asked for', () => {
    const bench = new CommandBench();
    const { arena, unlinked } = bench.keyspaces[0]!;
    // A key in the same database, so that the index of slots is there before.
    bench.run('SET other v');
    bench.run(words);
    const told = bench.read('MEMORY USAGE k') as number;
    for (const samples of ['0', '1', '5', '100000']) expect(bench.read(`MEMORY USAGE k SAMPLES ${samples}`)).toBe(told);
    const tableBytes = arena.usedByPurpose().table;
    const before = arena.usedBytes;
    bench.run('DEL k');
    unlinked.freeAll();
    const ownTable = 64;
    expect(before - arena.usedBytes - told).toBeLessThanOrEqual(ownTable);
    expect(told).toBeLessThanOrEqual(before - arena.usedBytes);
    expect(tableBytes).toBeGreaterThan(0);
    bench.checkAndFlush();
  });
});
