import { Writable } from 'node:stream';
import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputBuffer } from '../../../src/socket/output-buffer.ts';

/** A socket whose kernel takes everything at once, or nothing until `release`. */
class FakeSocket extends Writable {
  readonly received: Buffer[] = [];
  isSlow: boolean;
  writeCount = 0;
  #pending: (() => void)[] = [];

  constructor(isSlow: boolean) {
    super({ decodeStrings: false });
    this.isSlow = isSlow;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writeCount++;
    const take = (): void => {
      this.received.push(Buffer.from(chunk));
      done();
    };
    if (this.isSlow) this.#pending.push(take);
    else take();
  }

  release(): void {
    this.isSlow = false;
    for (const take of this.#pending.splice(0)) take();
  }
}

function open(isSlow = false): { socket: FakeSocket; output: OutputBuffer } {
  const socket = new FakeSocket(isSlow);
  return { socket, output: new OutputBuffer(socket as unknown as Socket) };
}

describe('OutputBuffer', () => {
  it('writes all that was appended with one write', () => {
    const { socket, output } = open();
    for (const word of ['+OK\r\n', ':1\r\n', '$-1\r\n']) output.append(Buffer.from(word), 0, word.length);
    output.flush();
    expect(Buffer.concat(socket.received).toString()).toBe('+OK\r\n:1\r\n$-1\r\n');
    expect(socket.writeCount).toBe(1);
    expect(output.isEmpty).toBe(true);
  });

  it('writes nothing when there is nothing', () => {
    const { socket, output } = open();
    output.flush();
    expect(socket.writeCount).toBe(0);
  });

  it('counts what the client has not taken', async () => {
    const { socket, output } = open(true);
    output.append(Buffer.alloc(1000, 1), 0, 1000);
    output.flush();
    output.append(Buffer.alloc(500, 2), 0, 500);
    expect(output.pendingBytes).toBe(1500);
    socket.release();
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(output.pendingBytes).toBe(500);
  });

  it('never changes bytes that a slow socket still holds', async () => {
    const { socket, output } = open(true);
    output.append(Buffer.from('first'), 0, 5);
    output.flush();
    for (let i = 0; i < 300; i++) {
      output.append(Buffer.from('later'), 0, 5);
      output.flush();
    }
    socket.release();
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(Buffer.concat(socket.received).toString()).toBe(`first${'later'.repeat(300)}`);
  });

  it('keeps all bytes in order for any sizes', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.boolean()), { maxLength: 20 }), (steps) => {
      const { socket, output } = open();
      const expected: Buffer[] = [];
      for (const [i, [length, flushes]] of steps.entries()) {
        const bytes = Buffer.alloc(length, i);
        expected.push(bytes);
        output.append(bytes, 0, length);
        if (flushes) output.flush();
      }
      output.flush();
      expect(Buffer.concat(socket.received).equals(Buffer.concat(expected))).toBe(true);
      expect(output.writtenBytes).toBe(Buffer.concat(expected).length);
    }), { numRuns: 50 });
  });
});
