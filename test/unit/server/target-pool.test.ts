import { expect, test } from 'vitest';
import type { Target } from '../../../src/server/key-migration/target.ts';
import { TargetPool } from '../../../src/server/key-migration/target-pool.ts';

interface FakeTarget {
  readonly address: string;
  lastUsedMs: number;
  isOpen: boolean;
  close(): void;
}

function open(address: string): FakeTarget {
  const target: FakeTarget = { address, lastUsedMs: 0, isOpen: true, close: () => { target.isOpen = false; } };
  return target;
}

const give = (pool: TargetPool, target: FakeTarget, nowMs: number): void => pool.give(target as unknown as Target, nowMs);

test('a connection is used by one at a time, and only for its own server', () => {
  const pool = new TargetPool();
  const target = open('a:1');
  give(pool, target, 0);
  expect(pool.take('b:1')).toBeUndefined();
  expect(pool.take('a:1')).toBe(target);
  expect(pool.take('a:1')).toBeUndefined();
});

test('one that was closed meanwhile is not given out', () => {
  const pool = new TargetPool();
  const [old, newer] = [open('a:1'), open('a:1')];
  give(pool, old, 0);
  give(pool, newer, 1);
  newer.close();
  expect(pool.take('a:1')).toBe(old);
});

test('after more than ten seconds without use it is closed', () => {
  const pool = new TargetPool();
  const [old, young] = [open('a:1'), open('b:1')];
  give(pool, old, 1000);
  give(pool, young, 2000);
  pool.closeOld(11_000);
  expect([old.isOpen, young.isOpen, pool.size]).toEqual([true, true, 2]);
  pool.closeOld(11_001);
  expect([old.isOpen, young.isOpen, pool.size]).toEqual([false, true, 1]);
});

test('the oldest of more than 64 is closed', () => {
  const pool = new TargetPool();
  const targets = Array.from({ length: 65 }, (_, i) => open(`a:${i}`));
  for (const [i, target] of targets.entries()) give(pool, target, i);
  expect(targets.map(({ isOpen }) => isOpen)).toEqual([false, ...Array.from({ length: 64 }, () => true)]);
  expect(pool.size).toBe(64);
});
