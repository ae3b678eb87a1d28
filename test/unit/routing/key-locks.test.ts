import { expect, test } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { KeyLocks } from '../../../src/routing/key-locks.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function holds(locks: KeyLocks, key: string, isWrite = false): boolean {
  return locks.holds(keySlot(bytes(key), 0, key.length), isWrite, bytes(`..${key}`), 2, key.length);
}

test('a key is held until it is released, others of its slot are not', async () => {
  let releases = 0;
  const locks = new KeyLocks(() => releases++);
  const release = await locks.lockKeys([bytes('{t}a'), bytes('{t}a'), bytes('\xff\0')]);
  expect([locks.held, holds(locks, '{t}a'), holds(locks, '{t}b'), holds(locks, '\xff\0', true)]).toEqual([1, true, false, true]);
  release();
  expect([locks.held, holds(locks, '{t}a'), holds(locks, '\xff\0', true), releases]).toEqual([0, false, false, 1]);
});

test('who wants a key that is held waits, whoever wants another does not', async () => {
  const locks = new KeyLocks(() => undefined);
  const order: string[] = [];
  const first = await locks.lockKeys([bytes('a'), bytes('b')]);
  const second = locks.lockKeys([bytes('b'), bytes('c')]).then((release) => {
    order.push('second');
    return release;
  });
  const third = await locks.lockKeys([bytes('c')]);
  order.push('third');
  first();
  await Promise.resolve();
  expect([holds(locks, 'a'), holds(locks, 'b'), holds(locks, 'c')]).toEqual([false, false, true]);
  third();
  (await second)();
  expect(order).toEqual(['third', 'second']);
  expect([locks.held, holds(locks, 'b'), holds(locks, 'c')]).toEqual([0, false, false]);
});

test('writes to a slot wait as often as it is locked, reads never', () => {
  const locks = new KeyLocks(() => undefined);
  const slot = keySlot(bytes('k'), 0, 1);
  const releases = [locks.lockWrites([slot]), locks.lockWrites([slot, 0])];
  expect([holds(locks, 'k', true), holds(locks, 'k'), holds(locks, 'other', true)]).toEqual([true, false, false]);
  releases[0]!();
  expect(holds(locks, 'k', true)).toBe(true);
  releases[1]!();
  expect([locks.held, holds(locks, 'k', true)]).toEqual([0, false]);
});
