import { expect, test } from 'vitest';
import { shrink } from './shrink.ts';

const items = Array.from({ length: 500 }, (_, i) => i);

test('only what is needed to fail is left', async () => {
  const shortest = await shrink(items, async (left) => left.includes(13) && left.includes(377));
  expect(shortest).toEqual([13, 377]);
});

test('a list that needs all its items stays', async () => {
  const few = items.slice(0, 9);
  expect(await shrink(few, async (left) => left.length === 9)).toEqual(few);
});

test('the number of trials is bounded', async () => {
  let trials = 0;
  const left = await shrink(
    items,
    async (shorter) => {
      trials++;
      return shorter.length >= 400;
    },
    50,
  );
  expect(trials).toBeLessThanOrEqual(50);
  expect(left.length).toBeGreaterThanOrEqual(400);
});
