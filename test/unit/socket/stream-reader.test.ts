import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { feedReader } from '../../../src/socket/stream-reader.ts';

test('chunks larger than the read buffer come in pieces, in order', () => {
  const stream = new PassThrough();
  const readBuffer = Buffer.alloc(4);
  const pieces: string[] = [];
  feedReader(stream, readBuffer, (byteCount) => pieces.push(readBuffer.toString('latin1', 0, byteCount)) > 0);
  stream.emit('data', Buffer.from('0123456789'));
  expect(pieces).toEqual(['0123', '4567', '89']);
});

test('a reader that returns false pauses the stream', () => {
  const stream = new PassThrough();
  let isWilling = true;
  feedReader(stream, Buffer.alloc(16), () => isWilling);
  stream.emit('data', Buffer.from('x'));
  expect(stream.isPaused()).toBe(false);
  isWilling = false;
  stream.emit('data', Buffer.from('y'));
  expect(stream.isPaused()).toBe(true);
});
