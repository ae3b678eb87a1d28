/** Large values and databases that go are unlinked at once and freed in steps: each step is small, and in the end nothing is left. */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../commands/command-bench.ts';
import { limitAllocations } from '../commands/scarce-memory.ts';

const elementCount = 6000;
const budget = 20;

const numbered = (each: (i: number) => string[]): string[] => Array.from({ length: elementCount }, (_, i) => each(i)).flat();

const values: Record<string, string[][]> = {
  list: [['RPUSH', 'k', ...numbered((i) => [`element:${i}:${'x'.repeat(100 + (i % 60))}`])]],
  'list of long elements': [['RPUSH', 'k', ...Array.from({ length: 1000 }, () => 'y'.repeat(9000))]],
  set: [['SADD', 'k', ...numbered((i) => [`member:${i}`])]],
  hash: [['HSET', 'k', ...numbered((i) => [`field:${i}`, i % 50 === 0 ? 'z'.repeat(3000) : String(i)])]],
  'hash with expiring fields': [
    ['HSET', 'k', ...numbered((i) => [`field:${i}`, 'v'])],
    ...Array.from({ length: 12 }, (_, n) => ['HPEXPIRE', 'k', '100000', 'FIELDS', '500', ...Array.from({ length: 500 }, (__, i) => `field:${n * 500 + i}`)]),
  ],
  'sorted set': [['ZADD', 'k', ...numbered((i) => [String(i % 777), `member:${i}`])]],
  stream: Array.from({ length: 3000 }, (_, i) => ['XADD', 'k', `${i + 1}`, 'field', 'x'.repeat(400)]),
  'stream with groups': [
    ...Array.from({ length: 2000 }, (_, i) => ['XADD', 'k', `${i + 1}`, 'field', String(i)]),
    ...Array.from({ length: 3 }, (_, group) => [
      ['XGROUP', 'CREATE', 'k', `g${group}`, '0'],
      ...Array.from({ length: 100 }, (__, consumer) => ['XREADGROUP', 'GROUP', `g${group}`, `c${consumer}`, 'COUNT', consumer === 7 ? '1500' : '3', 'STREAMS', 'k', '>']),
    ]).flat(),
  ],
  'stream with producers': Array.from({ length: 400 }, (_, i) => ['XADD', 'k', 'IDMP', `producer ${i % 9}`, `own id ${i}`, '*', 'field', String(i)]),
};

function filled(commands: readonly string[][]): CommandBench {
  const bench = new CommandBench({ maxBytes: 2 ** 28 });
  for (const words of commands) expect(bench.run(words)).not.toMatch(/^-/);
  return bench;
}

/** The bytes that each step gives back, until nothing waits. */
function freeInSteps(bench: CommandBench): number[] {
  const { unlinked, arena } = bench.keyspaces[0]!;
  const steps: number[] = [];
  while (unlinked.hasAny) {
    const before = arena.usedBytes;
    unlinked.freeSome(budget);
    steps.push(before - arena.usedBytes);
    if (steps.length % 32 === 0) arena.check();
  }
  return steps;
}

describe.each(Object.entries(values))('a large %s', (_, commands) => {
  test.each([
    ['DEL', 'DEL k'], ['UNLINK', 'UNLINK k'], ['SET', 'SET k v'], ['expiry on access', 'PEXPIRE k 1'], ['RENAME', 'RENAME other k'], ['a store', 'SUNIONSTORE k members'],
  ])('is unlinked by %s without an allocation and freed in steps', (__, command) => {
    const bench = filled(commands);
    bench.run('SET other v');
    bench.run('SADD members a b');
    const { unlinked, arena } = bench.keyspaces[0]!;
    const before = arena.usedBytes;
    expect(bench.run(command)).not.toMatch(/^-/);
    bench.nowMs += 2;
    expect(bench.read('OBJECT ENCODING k')).not.toBe('hashtable');
    expect(bench.read('HLEN nothing')).toBe(0);
    expect(unlinked.pendingCount).toBe(1);
    expect(before - arena.usedBytes).toBeLessThan(2000);
    const steps = freeInSteps(bench);
    expect(steps.length).toBeGreaterThan(2);
    const total = steps.reduce((sum, bytes) => sum + bytes, 0);
    expect(Math.max(...steps)).toBeLessThan(total / 2);
    expect([unlinked.pendingCount, unlinked.freedCount]).toEqual([0, 1]);
    bench.checkAndFlush();
  });
});

test('small values are freed at once', () => {
  const bench = filled([['RPUSH', 'l', 'a'], ['SADD', 's', 'a', 'b'], ['HSET', 'h', 'a', 'b'], ['ZADD', 'z', '1', 'a'], ['XADD', 'x', '*', 'a', 'b'], ['SET', 't', 'y'.repeat(100_000)]]);
  bench.run('DEL l s h z x t');
  expect(bench.keyspaces[0]!.unlinked.hasAny).toBe(false);
  bench.checkAndFlush();
});

describe('FLUSHALL', () => {
  const data = [
    ...Array.from({ length: 2000 }, (_, i) => ['SET', `key:${i}`, 'x'.repeat(i % 3000)]),
    ['RPUSH', 'list', ...numbered((i) => [`element:${i}`])], ['SADD', 'set', ...numbered((i) => [`member:${i}`])], ['EXPIRE', 'set', '100'],
  ];

  test('ASYNC unlinks whole databases, whose keys are freed in steps while new ones come', () => {
    const bench = filled(data);
    bench.db = 1;
    bench.run('SET other v');
    const { unlinked } = bench.keyspaces[0]!;
    expect(bench.run('FLUSHALL ASYNC')).toBe('+OK\r\n');
    expect(bench.dataset()).toEqual([]);
    expect(unlinked.pendingCount).toBe(2003);
    bench.check();
    bench.run('SET new v');
    bench.run('SADD set a');
    bench.run('FLUSHDB ASYNC');
    bench.run('SET newer v');
    expect(unlinked.pendingCount).toBe(2005);
    expect(freeInSteps(bench).length).toBeGreaterThan(50);
    expect([unlinked.pendingCount, unlinked.freedCount]).toEqual([0, 2005]);
    expect(bench.dataset().map(({ key }) => key)).toEqual(['newer']);
    bench.checkAndFlush();
  });

  test('SYNC frees at once, also what was unlinked before', () => {
    const bench = filled(data);
    bench.run('UNLINK list');
    bench.run('FLUSHDB ASYNC');
    bench.run('FLUSHALL');
    expect(bench.keyspaces[0]!.unlinked.hasAny).toBe(false);
    bench.checkAndFlush();
  });

  test('ASYNC frees at once where there is no memory to note the database', () => {
    const bench = filled(data);
    limitAllocations(bench, 0);
    expect(bench.run('FLUSHALL ASYNC')).toBe('+OK\r\n');
    expect(bench.keyspaces[0]!.unlinked.pendingCount).toBe(0);
    bench.checkAndFlush();
  });
});
