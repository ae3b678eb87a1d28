/** HRANDFIELD is fair, whichever way it takes: by draws, by a walk, with and without repetition. */
import { describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';

/** How often each field came in so many calls. */
function tally(bench: CommandBench, command: string, calls: number): number[] {
  const times = new Map<string, number>();
  for (let i = 0; i < calls; i++) {
    const reply = bench.read(command) as string | string[];
    for (const field of typeof reply === 'string' ? [reply] : reply) times.set(field, (times.get(field) ?? 0) + 1);
  }
  return [...times.values()];
}

/** About as large as the number of fields when each is as likely as the others. */
function chiSquared(times: readonly number[]): number {
  const expected = times.reduce((sum, n) => sum + n, 0) / times.length;
  return times.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

describe.each([['small', 20], ['large', 700]])('a %s hash', (_, size) => {
  const bench = new CommandBench({ seed: 7 });
  bench.run(['HSET', 'h', ...Array.from({ length: size }, (__, i) => [`f${i}`, `v${i}`]).flat()]);

  test.each([['HRANDFIELD h', 200], ['HRANDFIELD h -50', 8], ['HRANDFIELD h 3', 80], [`HRANDFIELD h ${Math.floor(size * 0.3)}`, 12], [`HRANDFIELD h ${size - 2}`, 12]])(
    'shows each field equally often by %s', (command, callsEach) => {
      const times = tally(bench, command, Math.ceil(callsEach * size / 10));
      expect(times.length).toBe(size);
      expect(chiSquared(times)).toBeLessThan(size + 5 * Math.sqrt(2 * size));
    });

  test('shows no field twice unless the count is negative', () => {
    for (const count of [1, 2, Math.floor(size / 4), size - 1, size, size + 1]) {
      const fields = bench.read(`HRANDFIELD h ${count}`) as string[];
      expect([fields.length, new Set(fields).size]).toEqual([Math.min(count, size), Math.min(count, size)]);
    }
    const repeated = bench.read(`HRANDFIELD h -${size * 3}`) as string[];
    expect(repeated.length).toBe(size * 3);
    expect(new Set(repeated).size).toBeLessThan(size * 3);
  });

  test('shows each field with its value', () => {
    for (const count of [3, size, -5]) {
      const flat = bench.read(`HRANDFIELD h ${count} WITHVALUES`) as string[];
      for (let i = 0; i < flat.length; i += 2) expect(flat[i + 1]).toBe(`v${flat[i]!.slice(1)}`);
      bench.reply.resp = 3;
      const pairs = bench.read(`HRANDFIELD h ${count} WITHVALUES`) as [string, string][];
      bench.reply.resp = 2;
      expect(pairs.every(([field, value]) => value === `v${field.slice(1)}`)).toBe(true);
      expect(pairs.length).toBe(flat.length / 2);
    }
  });
});
