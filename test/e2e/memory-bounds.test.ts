/** Clients that do not read, or send slowly, or send much: bounded memory, and nobody else notices. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RespClient, encodeCommand } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject, subjectIsRedis } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const MB = 1024 * 1024;
/** What is left for buffers that do not grow with the load. */
const SLACK_BYTES = 160 * MB;
/** Others may wait for a moment while large values are copied, longer than clients of a server that has nothing to do. */
const OTHERS_MS_MAX = 100;

/** Commands of one client that are executed before the sizes of its replies limit them. */
const FIRST_WINDOW = 64;

let server: Server;
let other: RespClient;
let idleBytes: number;
let idleServer: Server;
let idleClient: RespClient;

beforeAll(async () => {
  idleServer = await startSubject({ shards: 2 });
  idleClient = await connect(idleServer);
});
afterAll(async () => {
  idleClient.close();
  await idleServer.stop();
});

beforeEach(async () => {
  server = await startSubject({ shards: 2 });
  other = await connect(server);
  idleBytes = server.residentBytes();
});
afterEach(async () => {
  other.close();
  await server.stop();
});

// redis-server executes and buffers without a bound here, by its own default.
test.skipIf(subjectIsRedis())('a client that never reads its replies costs bounded memory', async () => {
  const value = Buffer.alloc(MB, 'x');
  for (const key of ['a', 'b']) await other.call('SET', key, value);
  const firstMs = await firstWindowMs(value);
  const reader = await connect(server);
  reader.socket.pause();
  reader.write(Buffer.concat(Array.from({ length: 2000 }, (_, i) => encodeCommand(['GET', i % 2 === 0 ? 'a' : 'b']))));
  const peak = await watch(1000);
  expect(peak.bytes - idleBytes).toBeLessThan(SLACK_BYTES);
  expect(peak.othersMs).toBeLessThan(OTHERS_MS_MAX + 2 * firstMs);

  reader.socket.resume();
  for (let i = 0; i < 2000; i++) expect(((await reader.readReply()) as Buffer).length).toBe(MB + 12);
  reader.close();
});

test('a client that sends and never reads is not served for ever', async () => {
  const sender = await connect(server);
  sender.socket.pause();
  await other.call('SET', 'k', Buffer.alloc(10_000, 'x'));
  const request = Buffer.concat(Array.from({ length: 100 }, () => encodeCommand(['GET', 'k'])));
  for (let i = 0; i < 50; i++) sender.write(request);
  const peak = await watch(300);
  expect(peak.bytes - idleBytes).toBeLessThan(SLACK_BYTES);
  sender.close();
  await until('the client is gone', async () => !String(await other.call('CLIENT', 'LIST')).includes(`:${sender.socket.localPort} `));
});

test('a connection goes on after replies of every size', async () => {
  const client = await connect(server);
  for (const size of [1000, 100_000, MB / 2, MB - 1, MB, 2 * MB, 9 * MB]) {
    await client.call('SET', 'k', Buffer.alloc(size, 'x'));
    for (let i = 0; i < 3; i++) {
      expect((await client.callRaw('GET', 'k')).length).toBe(size + 5 + String(size).length);
      expect(await client.call('PING')).toBe('PONG');
    }
  }
  client.close();
});

describe('values of 512 MB', () => {
  test('announced by many and sent slowly, they cost what was sent', async () => {
    const senders = await Promise.all(Array.from({ length: 20 }, async () => await connect(server)));
    for (const sender of senders) sender.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${512 * MB}\r\n`);
    for (let i = 0; i < 16; i++) {
      for (const sender of senders) sender.write(Buffer.alloc(64 * 1024, 'x'));
      await delay(10);
    }
    const peak = await watch(300);
    expect(peak.bytes - idleBytes).toBeLessThan(20 * 2 * MB + SLACK_BYTES);
    expect(peak.othersMs).toBeLessThan(OTHERS_MS_MAX);
    for (const sender of senders) sender.close();
    expect(await other.call('EXISTS', 'k')).toBe(0);
  });

  test('one is stored and read whole, and one byte more is refused', async () => {
    const sender = await connect(server, 'tcp', 60_000);
    const chunk = Buffer.alloc(4 * MB, 'abcdefgh');
    sender.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${512 * MB}\r\n`);
    for (let i = 0; i < 128; i++) if (!sender.socket.write(chunk)) await new Promise((resolve) => sender.socket.once('drain', resolve));
    sender.write('\r\n');
    expect(String(await sender.readReply())).toBe('+OK\r\n');
    expect(await other.call('STRLEN', 'k')).toBe(512 * MB);
    expect(await other.call('GETRANGE', 'k', -9, -1)).toBe('habcdefgh');
    expect(await other.call('APPEND', 'k', 'x')).toMatchObject({ text: 'ERR string exceeds maximum allowed size (proto-max-bulk-len)' });
    expect(server.residentBytes() - idleBytes).toBeLessThan(3 * 512 * MB + SLACK_BYTES);

    expect(await lengthOfReply(sender, ['GET', 'k'])).toBe(512 * MB + 14);
    sender.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${512 * MB + 1}\r\n`);
    expect(String(await sender.readToEnd())).toBe('-ERR Protocol error: invalid bulk length\r\n');
    expect(await other.call('DEL', 'k')).toBe(1);
  }, 180_000);
});

/** Sends a command and counts the bytes of its reply, without keeping them. */
async function lengthOfReply(client: RespClient, words: string[]): Promise<number> {
  const { socket } = client;
  const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
  socket.removeAllListeners('data');
  let length = 0;
  const counted = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length >= 512 * MB + 14) resolve();
    });
  });
  client.write(encodeCommand(words));
  await counted;
  socket.removeAllListeners('data');
  for (const listener of listeners) socket.on('data', listener);
  return length;
}

/** What as many replies take that a client may have under way before the server knows how large they are, on the idle server. */
async function firstWindowMs(value: Buffer): Promise<number> {
  await idleClient.call('SET', 'large', value);
  const startMs = performance.now();
  await idleClient.pipelineRaw(Array.from({ length: FIRST_WINDOW }, () => ['GET', 'large']));
  return performance.now() - startMs;
}

/**
 * Resident memory at its highest during `durationMs`, and how much longer than on an idle server another client waited:
 * the slowest answers but a tenth, since a busy machine lets both servers wait.
 */
async function watch(durationMs: number): Promise<{ bytes: number; othersMs: number }> {
  const endMs = performance.now() + durationMs;
  const timesMs: number[] = [];
  const idleTimesMs: number[] = [];
  let bytes = 0;
  while (performance.now() < endMs) {
    timesMs.push(await millisecondsOf(other));
    idleTimesMs.push(await millisecondsOf(idleClient));
    bytes = Math.max(bytes, server.residentBytes());
    await delay(10);
  }
  return { bytes, othersMs: slowestButATenth(timesMs) - slowestButATenth(idleTimesMs) };
}

async function millisecondsOf(client: RespClient): Promise<number> {
  const startMs = performance.now();
  await client.call('PING');
  await client.call('GET', 'other');
  return performance.now() - startMs;
}

function slowestButATenth(timesMs: readonly number[]): number {
  return timesMs.toSorted((a, b) => b - a)[Math.floor(timesMs.length / 10)]!;
}
