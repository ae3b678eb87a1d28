import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../src/channel/ring.ts';

function pair(capacityBytes: number): { producer: Ring; consumer: Ring } {
  const producer = Ring.create(capacityBytes);
  return { producer, consumer: new Ring(producer.buffer, 'consumer') };
}

/** Writes a record that holds `value` in each of its words; false if there is no room. */
function write(ring: Ring, bytes: number, value: number): boolean {
  const index = ring.reserve(bytes);
  if (index < 0) return false;
  for (let word = 1; word < bytes / 4; word++) ring.i32[index + word] = value;
  ring.commit(index, bytes);
  return true;
}

function read(ring: Ring): { bytes: number; values: number[] } | undefined {
  const index = ring.next();
  if (index < 0) return undefined;
  const bytes = ring.i32[index]!;
  const values = [...ring.i32.subarray(index + 1, index + bytes / 4)];
  ring.advance(index);
  return { bytes, values };
}

describe('Ring', () => {
  it('shows nothing before it is published', () => {
    const { producer, consumer } = pair(4096);
    write(producer, 16, 7);
    expect(consumer.next()).toBe(-1);
    expect(consumer.hasMore).toBe(false);
    producer.publish();
    expect(consumer.hasMore).toBe(true);
    expect(read(consumer)).toEqual({ bytes: 16, values: [7, 7, 7] });
  });

  it('refuses a record when the consumer has not released enough, and takes it afterwards', () => {
    const { producer, consumer } = pair(4096);
    expect(write(producer, 2048, 1)).toBe(true);
    expect(write(producer, 2048, 2)).toBe(true);
    expect(write(producer, 8, 3)).toBe(false);
    producer.publish();
    read(consumer);
    expect(write(producer, 8, 3)).toBe(false);
    consumer.release();
    expect(write(producer, 8, 3)).toBe(true);
  });

  it('counts what is in flight', () => {
    const { producer, consumer } = pair(4096);
    write(producer, 24, 1);
    expect(producer.inFlightBytes).toBe(24);
    producer.publish();
    read(consumer);
    consumer.release();
    expect(producer.inFlightBytes).toBe(0);
  });

  it('reports as room only what lies contiguous behind a reservation', () => {
    const { producer, consumer } = pair(4096);
    write(producer, 3072, 1);
    producer.publish();
    read(consumer);
    consumer.release();
    expect(producer.reserve(512)).toBeGreaterThan(0);
    expect(producer.roomAfterReserve()).toBe(1024);
  });

  it('hands over records of any sizes in order and unchanged, however they are batched', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), words: fc.integer({ min: 2, max: 400 }) }),
      fc.record({ kind: fc.constant('publish' as const) }),
      fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 8 }), release: fc.boolean() }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const { producer, consumer } = pair(4096);
      const expected: { bytes: number; value: number }[] = [];
      const mistakes: string[] = [];
      let next = 0;
      let published = 0;
      let consumed = 0;
      for (const each of steps) {
        if (each.kind === 'write') {
          if (write(producer, each.words * 4, next)) expected.push({ bytes: (each.words * 4 + 7) & ~7, value: next++ });
        } else if (each.kind === 'publish') {
          producer.publish();
          published = expected.length;
        } else {
          for (let i = 0; i < each.count && consumed < published; i++) {
            const { bytes, value } = expected[consumed++]!;
            const record = read(consumer)!;
            const isSame = record.bytes === bytes && record.values.slice(0, -1).every((word) => word === value);
            if (!isSame) mistakes.push(`record ${value}`);
          }
          if (consumed === published && consumer.next() !== -1) mistakes.push('more than was published');
          if (each.release) consumer.release();
        }
      }
      expect(mistakes).toEqual([]);
    }));
  });
});
