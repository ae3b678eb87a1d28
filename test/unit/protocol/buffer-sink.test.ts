/** The buffer behind a door's replies: what is taken is complete and stays as it was. */
import { expect, test } from 'vitest';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';

test('nothing written is nothing taken', () => {
  const sink = new BufferSink();
  expect(sink.pendingBytes).toBe(0);
  expect(sink.take()).toHaveLength(0);
  sink.clear();
  expect(sink.peek()).toHaveLength(0);
});

test('what is taken is the taker\'s, and the next reply begins anew', () => {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  writer.ok();
  expect(sink.pendingBytes).toBe(5);
  const first = sink.take();
  expect(sink.pendingBytes).toBe(0);
  writer.pong();
  expect(first.toString()).toBe('+OK\r\n');
  expect(sink.take().toString()).toBe('+PONG\r\n');
});

test('a reply is the taker\'s whether it was copied out or handed over', () => {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  for (const length of [1000, 1017, 1018, 1100, 5000]) {
    const value = Buffer.alloc(length, 'v');
    writer.bulk(value, 0, length);
    const taken = sink.take();
    writer.bulk(Buffer.alloc(length, 'w'), 0, length);
    expect(taken.toString()).toBe(`$${length}\r\n${value.toString()}\r\n`);
    expect(sink.take().toString()).toBe(`$${length}\r\n${'w'.repeat(length)}\r\n`);
  }
});

test('peek shows and clear drops', () => {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  writer.ok();
  expect(sink.peek().toString()).toBe('+OK\r\n');
  writer.ok();
  expect(sink.peek().toString()).toBe('+OK\r\n+OK\r\n');
  const { bytes } = writer;
  sink.clear();
  writer.pong();
  expect(writer.bytes).toBe(bytes);
  expect(sink.take().toString()).toBe('+PONG\r\n');
});

test('the buffer of a large reply is not kept', () => {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  const value = Buffer.alloc(1_000_000, 'v');
  writer.bulk(value, 0, value.length);
  sink.clear();
  expect(writer.bytes).toHaveLength(0);
  writer.ok();
  expect(sink.take().toString()).toBe('+OK\r\n');
});

test('growing keeps every byte', () => {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  for (let i = 0; i < 100_000; i++) writer.integer(i);
  const expected = Array.from({ length: 100_000 }, (_, i) => `:${i}\r\n`).join('');
  expect(sink.take().toString()).toBe(expected);
});
