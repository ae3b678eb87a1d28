/** Many seeds of the simulator, and that it catches nodes which are broken. */
import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';
import { variants } from './variants.ts';
import type { NodeClass } from './world.ts';
import { Violation } from './violation.ts';

const firstSeed = 1;
const seedCount = 2000;
const brokenSeedsMax = 400;

test(`${seedCount} seeds: nothing that must hold is ever broken, and all agree in time`, () => {
  let electionCount = 0;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    try {
      electionCount += simulate({ seed }).electionCount;
    } catch (error) {
      throw new Error(`npm run sim -- --seed ${seed} --runs 1 --trace: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(electionCount).toBeGreaterThan(seedCount / 10);
}, 300_000);

test('one seed always takes the same course', () => {
  expect(courseOf(5)).toEqual(courseOf(5));
});

test.each(variants)('a cluster of nodes of which each $name breaks: $invariant', ({ invariant, nodeClass }) => {
  const found = firstViolation(firstSeed, brokenSeedsMax, nodeClass);
  expect(found?.violation.invariant, `seed ${found?.seed}: ${found?.violation.message}`).toBe(invariant);
});

function courseOf(seed: number): string[] {
  const lines: string[] = [];
  simulate({ seed, trace: (line) => lines.push(line) });
  return lines;
}

/** The first seed of so many that breaks something. */
function firstViolation(seed: number, count: number, nodeClass?: NodeClass): { readonly seed: number; readonly violation: Violation } | undefined {
  for (let each = seed; each < seed + count; each++) {
    try {
      simulate({ seed: each, ...(nodeClass === undefined ? {} : { nodeClass }) });
    } catch (violation) {
      if (!(violation instanceof Violation)) throw violation;
      return { seed: each, violation };
    }
  }
  return undefined;
}
