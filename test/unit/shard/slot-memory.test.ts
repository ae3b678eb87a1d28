/** The memory of slots, measured in steps: all of an arena but what belongs to no slot. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { keySlot } from '../../../src/base/crc16.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { measureSlots, type SlotMeasurement } from '../../../src/shard/slot-memory.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { seed } from '../base/seed.ts';
import { ShardRig } from './shard-rig.ts';

const allSlots = Array.from({ length: 16384 }, (_, slot) => slot);

interface Measured {
  readonly bytes: readonly number[];
  readonly steps: number;
}

function measure(keyspace: Keyspace, slots: readonly number[], budget: number): Measured {
  let rest: SlotMeasurement = { slots, position: 0, bytes: 0 };
  const bytes: number[] = [];
  let steps = 0;
  for (; rest.slots.length > 0; steps++) {
    const step = measureSlots(keyspace, rest, budget);
    bytes.push(...step.bytes);
    rest = step.rest;
  }
  return { bytes, steps };
}

/** What is in use but for the slots' directory, which belongs to none. */
function usedBySlots({ arena }: Keyspace): number {
  const { index, ...others } = arena.usedByPurpose();
  expect(index).toBeGreaterThan(0);
  return Object.values(others).reduce((sum, bytes) => sum + bytes, 0);
}

describe('the memory of slots', () => {
  test(`adds up to what is in use, in steps of any size (TEST_SEED=${seed})`, () => {
    const rig = new ShardRig();
    const random = new Random(seed);
    for (let i = 0; i < 600; i++) {
      const key = `{${random.below(40)}}${random.below(60)}`;
      const elements = Array.from({ length: 1 + random.below(400) }, (_, n) => `e${n}`).join(' ');
      const line = [`SET ${key} ${'v'.repeat(random.below(3000))}`, `SADD s${key} ${elements}`, `RPUSH l${key} ${elements}`, `DEL s${key} l${key}`, `HSET h${key} f v`][random.below(5)]!;
      rig.request([line]);
      rig.shard.drain();
      rig.take();
      while (rig.keyspace.unlinked.hasAny) rig.keyspace.unlinked.freeSome(1000);
    }
    const whole = measure(rig.keyspace, allSlots, Infinity);
    expect(whole.steps).toBe(1);
    expect(whole.bytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(usedBySlots(rig.keyspace));
    for (const budget of [1, 10, 500]) {
      const inSteps = measure(rig.keyspace, allSlots, budget);
      expect(inSteps.bytes).toEqual(whole.bytes);
      expect(inSteps.steps).toBeGreaterThan(10);
    }
    rig.request(['FLUSHALL']);
    rig.shard.drain();
    expect(measure(rig.keyspace, allSlots, Infinity).bytes.every((bytes) => bytes === 0)).toBe(true);
  });

  test('of a slot with many keys is measured in several steps, also while the table shrinks', () => {
    const keyspace = new Keyspace(Arena.create({ initialBytes: 1 << 20, maxBytes: 2 ** 30 }), new KeyHash(1, 2), 0, 1, 1);
    keyspace.format();
    const slot = keySlot(Buffer.from('x'), 0, 1);
    const keys = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`key ${i}`));
    for (const key of keys) keyspace.putString(0, slot, 0, key, 0, key.length, key, 0, key.length, 0, 'none');
    const before = usedBySlots(keyspace);
    const half = measureSlots(keyspace, { slots: [slot], position: 0, bytes: 0 }, 10_000);
    expect(half.bytes).toEqual([]);
    for (const key of keys.slice(0, 19_000)) keyspace.remove(0, slot, keyspace.find(0, slot, key, 0, key.length));
    const rest = measureSlots(keyspace, half.rest, Infinity);
    expect(rest.bytes[0]).toBeGreaterThan(half.rest.bytes);
    expect(rest.bytes[0]).toBeLessThan(before);
    expect(measure(keyspace, [slot], 100).bytes).toEqual([usedBySlots(keyspace)]);
  });
});
