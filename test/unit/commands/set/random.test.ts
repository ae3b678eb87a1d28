import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench({ seed });
});
afterEach(() => bench.checkAndFlush());

/** Members of a set in each of its forms. */
const forms = [
  { form: 'intset', members: Array.from({ length: 40 }, (_, i) => String(i * 1000)) },
  { form: 'listpack', members: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? String(i) : `m${i}`)) },
  { form: 'hashtable', members: Array.from({ length: 140 }, (_, i) => `member:${i}`) },
];

/** Pearson's statistic of counts that should be equal, less its expectation, in standard deviations. */
function unfairness(counts: ReadonlyMap<string, number>, members: readonly string[]): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const expected = total / members.length;
  const statistic = members.reduce((sum, name) => sum + ((counts.get(name) ?? 0) - expected) ** 2 / expected, 0);
  const freedom = members.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

function countAll(drawn: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of drawn) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

describe.each(forms)(`from a set that is a $form (seed ${seed})`, ({ form, members }) => {
  beforeEach(() => {
    bench.run(['SADD', 's', ...members]);
  });

  test('that is what it is', () => {
    expect(bench.read('OBJECT ENCODING s')).toBe(form);
  });

  test.each(['SRANDMEMBER s -1', 'SRANDMEMBER s 1', 'SRANDMEMBER s', 'SRANDMEMBER s 3', 'SRANDMEMBER s 30'])('%s is fair', (line) => {
    const drawn: string[] = [];
    while (drawn.length < members.length * 100) drawn.push(...[bench.read(line)].flat() as string[]);
    expect(unfairness(countAll(drawn), members)).toBeLessThan(5);
  });

  test.each(['SPOP s', 'SPOP s 5'])('%s is fair', (line) => {
    const drawn: string[] = [];
    while (drawn.length < members.length * 30) {
      drawn.push(...[bench.read(line)].flat() as string[]);
      bench.run(['SADD', 's', ...members]);
    }
    expect(unfairness(countAll(drawn), members)).toBeLessThan(5);
  });

  test('a positive count gives distinct members', () => {
    for (const count of [1, 2, 10, members.length - 1, members.length, members.length + 5]) {
      const drawn = bench.read(`SRANDMEMBER s ${count}`) as string[];
      expect(drawn).toHaveLength(Math.min(count, members.length));
      expect(new Set(drawn).size).toBe(drawn.length);
      expect(drawn.filter((name) => !members.includes(name))).toEqual([]);
    }
  });

  test('what SPOP gives is removed, here and where its effects are replayed', () => {
    const copy = new CommandBench({ seed: seed + 1 });
    const left = new Set(members);
    for (const line of ['SPOP s', 'SPOP s 3', 'SPOP s 17', 'SPOP s 0', 'SPOP s']) {
      for (const name of [bench.read(line)].flat() as string[]) expect(left.delete(name)).toBe(true);
    }
    copy.replay(bench.takeEffects());
    expect((bench.read('SMEMBERS s') as string[]).toSorted()).toEqual([...left].toSorted());
    expect((copy.read('SMEMBERS s') as string[]).toSorted()).toEqual([...left].toSorted());
    bench.run(`SPOP s ${members.length}`);
    expect(bench.effects()).toEqual(['DEL s']);
    expect(bench.read('EXISTS s')).toBe(0);
  });
});

test('the members chosen are named in the effect', () => {
  bench.run('SADD s 7');
  bench.takeEffects();
  expect(play(bench, `
    SPOP s              -> $1 7   => SREM s 7
    EXISTS s            -> :0
    SPOP s              -> $-1    => nothing
    SPOP s 2            -> *0     => nothing
    SADD s a            -> :1     => SADD s a
    SPOP s 1            -> *1 $1 a => DEL s
  `)).toEqual([]);
  bench.run('SADD s a b c d e');
  bench.takeEffects();
  const popped = bench.read('SPOP s 3') as string[];
  expect(bench.effects()).toEqual([`SREM s ${popped.join(' ')}`]);
});

test('more repetitions than anyone can want are refused', () => {
  bench.run('SADD s a');
  expect(bench.run('SRANDMEMBER s -2147483649')).toBe('-ERR value is out of range\r\n');
  expect(bench.run('SRANDMEMBER s -9223372036854775807')).toBe('-ERR value is out of range\r\n');
});
