/**
 * The keyspace of one shard beside a naive model: random operations on few keys in few slots and
 * databases, after which every count, look-up and walk agrees and no memory is lost.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { Keyspace, slotCount } from '../../../src/keyspace/keyspace.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { seed } from '../base/seed.ts';
import { databaseCount, keys, KeyspaceFixture, shardCount, slotOf, slots } from './keyspace-fixture.ts';

const scanEnd = 2 ** 32;

const db = fc.nat({ max: databaseCount - 1 });
const key = fc.constantFrom(...keys);
const slot = fc.constantFrom(...slots);
const lengthBytes = fc.constantFrom(0, 1, 3, 20, 200, 2047, 2048, 2049, 9000, 70_000);
const time = fc.constantFrom(1n, 1_700_000_000_000n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n);
const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name: fc.constant('put' as const), db, key, lengthBytes, keepExpiry: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constant('resize' as const), db, key, lengthBytes }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constant('setExpiry' as const), db, key, time }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('clearExpiry' as const), db, key }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constant('remove' as const), db, key }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('swap' as const), db, other: db }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('swapSlot' as const), db, other: db, slot }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('flushSlot' as const), db, slot }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('flush' as const), db }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function apply(fixture: KeyspaceFixture, operationNow: Operation, serial: number): void {
  switch (operationNow.name) {
    case 'put':
      return fixture.put(operationNow.db, operationNow.key, String.fromCharCode(97 + (serial % 26)).repeat(operationNow.lengthBytes), operationNow.keepExpiry);
    case 'resize':
      return fixture.resize(operationNow.db, operationNow.key, operationNow.lengthBytes);
    case 'setExpiry':
      return fixture.setExpiry(operationNow.db, operationNow.key, operationNow.time);
    case 'clearExpiry':
      return fixture.clearExpiry(operationNow.db, operationNow.key);
    case 'remove':
      return fixture.remove(operationNow.db, operationNow.key);
    case 'swap':
      return fixture.swap(operationNow.db, operationNow.other);
    case 'swapSlot':
      return fixture.swapSlot(operationNow.db, operationNow.other, operationNow.slot);
    case 'flushSlot':
      return fixture.flushSlot(operationNow.db, operationNow.slot);
    case 'flush':
      return fixture.flush(operationNow.db);
  }
}

test('a keyspace holds what a map holds, whatever is done to it', () => {
  expect(slots.length).toBeGreaterThan(2);
  fc.assert(fc.property(fc.array(operation, { minLength: 1, maxLength: 80 }), (operations) => {
    const fixture = new KeyspaceFixture();
    for (const [serial, each] of operations.entries()) {
      apply(fixture, each, serial);
      expect(serial % 16 === 15 ? fixture.differences() : []).toEqual([]);
    }
    expect(fixture.differences()).toEqual([]);
    fixture.close();
  }), { seed, numRuns: 150 });
});

describe('slots', () => {
  test.each([0, 1, 2])('are found in order on shard %i of 3, from wherever one begins', (shard) => {
    const keyspace = new Keyspace(Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 }), new KeyHash(1, 2), shard, shardCount, 1);
    keyspace.format();
    expect(keyspace.nextUsedSlot(0, 0)).toBe(-1);
    const used = [0, 1, 2, 3, 4, 5, 8000, 8001, 8002, 16_381, 16_382, 16_383].filter((each) => each % shardCount === shard);
    const content = Buffer.from('kv');
    for (const each of used) keyspace.putString(0, each, 0, content, 0, 1, content, 1, 1, 1, 'none');
    for (const from of [0, 1, 2, 3, 4, 5, 6, 7999, 8000, 8001, 8002, 8003, 16_380, 16_381, 16_382, 16_383, slotCount, slotCount + 1]) {
      expect([from, keyspace.nextUsedSlot(0, from)]).toEqual([from, used.find((each) => each >= from) ?? -1]);
    }
    for (const each of used) keyspace.flushSlot(0, each);
    expect([keyspace.nextUsedSlot(0, 0), keyspace.keyCount(0)]).toEqual([-1, 0]);
  });

  test('of a database without keys can be asked about and flushed', () => {
    const { keyspace } = new KeyspaceFixture();
    const used = keyspace.arena.usedBytes;
    keyspace.flushSlot(0, 1);
    keyspace.flush(0);
    expect([keyspace.slotKeyCount(0, 1), keyspace.slotVolatileCount(0, 1), keyspace.scanSlot(0, 1, 0, new AddressList())]).toEqual([0, 0, scanEnd]);
    expect([keyspace.random(0, new Random(1)), keyspace.arena.usedBytes]).toEqual([0, used]);
  });

  test('change hands with thousands of keys', () => {
    const fixture = new KeyspaceFixture();
    const tag = /^\{\d+\}/.exec(keys[0]!)![0];
    for (let i = 0; i < 4000; i++) fixture.put(0, `${tag}${i}`, 'v', false);
    for (let i = 0; i < 300; i++) fixture.put(1, `${tag}${i}`, 'w', false);
    for (let i = 0; i < 100; i++) fixture.setExpiry(0, `${tag}${i}`, 5n);
    fixture.swapSlot(0, 1, slotOf(tag));
    expect(fixture.differences()).toEqual([]);
    fixture.swapSlot(1, 1, slotOf(tag));
    expect(fixture.differences()).toEqual([]);
    fixture.flushSlot(1, slotOf(tag));
    expect(fixture.differences()).toEqual([]);
    fixture.close();
  });
});

test('a random key is any of them, equally often', () => {
  const fixture = new KeyspaceFixture();
  for (const each of keys) fixture.put(0, each, 'v', false);
  const random = new Random(7);
  const perKey = 400;
  const drawn = new Map<number, number>();
  for (let i = 0; i < keys.length * perKey; i++) {
    const entry = fixture.keyspace.random(0, random);
    drawn.set(entry, (drawn.get(entry) ?? 0) + 1);
  }
  expect(drawn.size).toBe(keys.length);
  const deviations = [...drawn.values()].map((count) => Math.abs(count - perKey) / Math.sqrt(perKey));
  expect(Math.max(...deviations)).toBeLessThan(4.5);
  fixture.close();
});

test('a second keyspace over the same memory sees the same keys', () => {
  const fixture = new KeyspaceFixture();
  fixture.put(2, keys[0]!, 'value', false);
  const attached = new Keyspace(Arena.attach(fixture.keyspace.arena.buffer), new KeyHash(1, 2), 1, shardCount, databaseCount);
  const bytes = Buffer.from(keys[0]!);
  expect(attached.find(2, slotOf(keys[0]!), bytes, 0, bytes.length)).toBe(fixture.find(2, keys[0]!));
  expect(attached.keyCount(2)).toBe(1);
  expect(() => attached.format()).toThrow('laid out once');
  fixture.close();
});
