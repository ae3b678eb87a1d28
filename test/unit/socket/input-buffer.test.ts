import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputBuffer } from '../../../src/socket/input-buffer.ts';

const content = (buffer: InputBuffer): Buffer => Buffer.from(buffer.bytes.slice(buffer.start, buffer.end));

describe('InputBuffer', () => {
  it('holds nothing once everything is consumed', () => {
    const buffer = new InputBuffer();
    buffer.append(Buffer.alloc(100_000, 1), 0, 100_000, 0, Infinity);
    buffer.consume(buffer.end);
    expect(buffer.length).toBe(0);
    expect(buffer.capacityBytes).toBe(0);
  });

  it('commits memory for a large command only as far as its bytes have come', () => {
    const buffer = new InputBuffer();
    const announced = 512 * 1024 * 1024;
    buffer.append(Buffer.from('*2 and so on'), 0, 12, announced, 64 * 1024);
    expect(buffer.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffer.capacityBytes).toBeLessThanOrEqual(1024 * 1024);
    buffer.append(Buffer.alloc(1_500_000, 7), 0, 1_500_000, announced, 64 * 1024);
    expect(buffer.capacityBytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(buffer.bytes[buffer.start]).toBe('*'.charCodeAt(0));
    expect(buffer.bytes[buffer.end - 1]).toBe(7);
  });

  it('gives its shared memory away and keeps what lies behind the command', () => {
    const buffer = new InputBuffer();
    const bytes = Buffer.from(`${'a'.repeat(1000)}rest`);
    buffer.append(bytes, 0, bytes.length, 1000, 500);
    const taken = buffer.takeShared(buffer.start + 1000)!;
    expect(Buffer.from(taken.slice(0, 1000)).toString()).toBe('a'.repeat(1000));
    expect(content(buffer).toString()).toBe('rest');
  });

  it('has no shared memory to give away for small commands', () => {
    const buffer = new InputBuffer();
    buffer.append(Buffer.from('GET a'), 0, 5, 0, 500);
    expect(buffer.takeShared(5)).toBeUndefined();
  });

  it('keeps all bytes in order through any appends and consumptions', () => {
    const step = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(100), fc.nat(20_000), fc.boolean());
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const buffer = new InputBuffer();
      let model = Buffer.alloc(0);
      for (const [bytes, percent, expectedBytes, isLarge] of steps) {
        buffer.append(bytes, 0, bytes.length, isLarge ? expectedBytes : 0, isLarge ? 4096 : Infinity);
        model = Buffer.concat([model, bytes]);
        const gone = Math.floor((model.length * percent) / 100);
        buffer.consume(buffer.start + gone);
        model = model.subarray(gone);
        expect(content(buffer).equals(model)).toBe(true);
      }
    }));
  });
});
