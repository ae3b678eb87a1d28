/** Migrations under every kind of trouble, a thousand courses of events of them; and that a broken one would be seen. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { World } from './world.ts';
import type { Flaw } from './world.ts';

const stepsOfTrouble = 1500;
const stepsOfCalm = 3000;

/** Plays one course of events to its end: the trouble ends, and then somebody has to serve. */
function play(seed: number, flaw: Flaw): World {
  const world = new World(new Random(seed), flaw);
  for (let step = 0; step < stepsOfTrouble; step++) world.step();
  world.isCalm = true;
  let hasServed = false;
  for (let step = 0; step < stepsOfCalm && !hasServed; step++) {
    world.step();
    hasServed = step > 200 && world.nodes.some((node) => node.serves);
  }
  if (!hasServed) throw new Error('nobody serves the slots');
  return world;
}

describe('a migration in a world of trouble', () => {
  it('loses no acknowledged write, never has two owners, and ends with one, for a thousand seeds', () => {
    let completed = 0;
    let crashes = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      try {
        const world = play(seed, 'none');
        completed += world.completedCount;
        crashes += world.crashCount;
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(completed).toBeGreaterThan(500);
    expect(crashes).toBeGreaterThan(1000);
  });

  it.each(['grant-not-kept', 'answer-first', 'impatient', 'changes-lost', 'promise-broken'] as const)('is seen to be broken with the flaw %s', (flaw) => {
    const failing = (seed: number): boolean => {
      try {
        play(seed, flaw);
        return false;
      } catch {
        return true;
      }
    };
    expect(Array.from({ length: 300 }, (_, i) => i + 1).some(failing)).toBe(true);
  });
});
