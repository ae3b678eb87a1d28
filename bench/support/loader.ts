/**
 * Fills a server with distinct keys as fast as one connection goes: 16-byte keys `key:000000000000` counting up,
 * values of one length, in large writes whose replies are only counted.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const batchCount = 4000;
/** Batches sent and not yet answered. */
const windowBatches = 4;
const keyDigits = 12;
const reply = Buffer.from('+OK\r\n');

/** Rejects when a reply is not OK. */
export async function loadKeys(port: number, keyCount: number, valueBytes: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let answeredBytes = 0;
  let wake: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    if (!isAllOk(chunk, answeredBytes)) socket.destroy(new Error(`not OK: ${chunk.toString('latin1', 0, 100)}`));
    answeredBytes += chunk.length;
    wake?.();
  });
  const failed = once(socket, 'close').then(() => {
    throw new Error('the server closed the connection while it was loaded');
  });
  const untilAnswered = async (count: number): Promise<void> => {
    while (answeredBytes < count * reply.length) {
      await Promise.race([failed, new Promise<void>((resolve) => (wake = resolve))]);
    }
  };
  for (let first = 0; first < keyCount; first += batchCount) {
    const count = Math.min(batchCount, keyCount - first);
    await untilAnswered(first - windowBatches * batchCount);
    socket.write(batch(first, count, valueBytes));
  }
  await untilAnswered(keyCount);
  failed.catch(() => undefined);
  close(socket);
}

function isAllOk(chunk: Buffer, offset: number): boolean {
  for (let i = 0; i < chunk.length; i++) if (chunk[i] !== reply[(offset + i) % reply.length]) return false;
  return true;
}

function batch(first: number, count: number, valueBytes: number): Buffer {
  const head = '*3\r\n$3\r\nSET\r\n$16\r\nkey:';
  const tail = `\r\n$${valueBytes}\r\n${'x'.repeat(valueBytes)}\r\n`;
  const bytes = Buffer.alloc(count * (head.length + keyDigits + tail.length), head + '0'.repeat(keyDigits) + tail, 'latin1');
  for (let i = 0; i < count; i++) {
    let number = first + i;
    let at = i * (head.length + keyDigits + tail.length) + head.length + keyDigits;
    for (; number > 0; number = Math.floor(number / 10)) bytes[--at] = 0x30 + (number % 10);
  }
  return bytes;
}

function close(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.destroy();
}
