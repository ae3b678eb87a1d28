/** Pipelines over real sockets: door commands among shards' commands, silence, pauses, and how connections end. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { seed } from '../unit/base/seed.ts';
import { encodeCommand, type RespClient, type Word } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject, subjectIsRedis } from '../support/start-server.ts';

let server: Server;
let client: RespClient;

beforeAll(async () => {
  server = await startSubject({ shards: 3 });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  client = await connect(server);
  await client.call('FLUSHALL');
  return () => client.close();
});

test('a long pipeline of door, shard and refused commands is answered in order, however it is cut', async () => {
  const random = new Random(seed);
  const commands: Word[][] = [];
  let expected = '';
  const values = new Map<string, string>();
  for (let i = 0; i < 3000; i++) {
    const key = `key${random.below(40)}`;
    const value = 'v'.repeat(random.below(300));
    const known = values.get(key);
    switch (random.below(6)) {
      case 0:
        commands.push(['PING', i]);
        expected += bulk(String(i));
        break;
      case 1:
        commands.push(['NOSUCH']);
        expected += "-ERR unknown command 'NOSUCH', with args beginning with: \r\n";
        break;
      case 2:
        commands.push(['EXISTS', key, 'other', key]);
        expected += `:${known === undefined ? 0 : 2}\r\n`;
        break;
      case 3:
        commands.push(['SET', key, value]);
        values.set(key, value);
        expected += '+OK\r\n';
        break;
      default:
        commands.push(['GET', key]);
        expected += known === undefined ? '$-1\r\n' : bulk(known);
    }
  }
  const bytes = Buffer.concat(commands.map(encodeCommand));
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + random.below(20_000));
    client.write(bytes.subarray(at, end));
    await new Promise((resolve) => { setImmediate(resolve); });
    at = end;
  }
  client.write(encodeCommand(['QUIT']));
  const received = String(await client.readToEnd());
  expect(received === `${expected}+OK\r\n`, `with seed ${seed}`).toBe(true);
});

test('a client that shuts down its sending side gets every answer', async () => {
  const commands = Array.from({ length: 2000 }, (_, i) => [['SET', `k${i}`, i], ['PING'], ['GET', `k${i}`]]).flat();
  client.socket.end(Buffer.concat(commands.map(encodeCommand)));
  const received = String(await client.readToEnd());
  expect(received === Array.from({ length: 2000 }, (_, i) => `+OK\r\n+PONG\r\n${bulk(String(i))}`).join('')).toBe(true);
  const other = await connect(server);
  expect(await other.call('DBSIZE')).toBe(2000);
  other.close();
});

test('QUIT lets large replies out first', async () => {
  const value = 'x'.repeat(100_000);
  await client.call('SET', 'large', value);
  client.write(Buffer.concat([...Array.from({ length: 60 }, () => encodeCommand(['GET', 'large'])), encodeCommand(['QUIT'])]));
  const received = await client.readToEnd();
  expect(received.length).toBe(60 * bulk(value).length + '+OK\r\n'.length);
  expect(String(received.subarray(-5))).toBe('+OK\r\n');
});

test('CLIENT REPLY OFF keeps a long pipeline silent, large values too', async () => {
  const value = 'x'.repeat(400_000);
  client.write(encodeCommand(['CLIENT', 'REPLY', 'OFF']));
  for (let i = 0; i < 300; i++) client.write(Buffer.concat([encodeCommand(['SET', `k${i}`, i]), encodeCommand(['GET', `k${i}`]), encodeCommand(['ECHO', i])]));
  client.write(Buffer.concat([encodeCommand(['SET', 'large', value]), encodeCommand(['GET', 'large']), encodeCommand(['CLIENT', 'REPLY', 'SKIP'])]));
  expect(await client.pipeline([['CLIENT', 'REPLY', 'ON'], ['DBSIZE'], ['STRLEN', 'large']])).toEqual(['OK', 301, 400_000]);
});

test('CLIENT REPLY SKIP skips one command whose value is large', async () => {
  const value = 'x'.repeat(400_000);
  client.write(Buffer.concat([encodeCommand(['CLIENT', 'REPLY', 'SKIP']), encodeCommand(['SET', 'large', value])]));
  expect(await client.pipeline([['STRLEN', 'large'], ['PING']])).toEqual([400_000, 'PONG']);
});

test('a pause of all clients can be made longer, then everything that waited is answered in order', async () => {
  const startMs = performance.now();
  client.write(Buffer.concat([encodeCommand(['CLIENT', 'PAUSE', 150]), encodeCommand(['CLIENT', 'PAUSE', 150, 'WRITE'])]));
  expect(String(await client.readReply())).toBe('+OK\r\n');
  const others = await Promise.all(Array.from({ length: 5 }, async () => await connect(server)));
  const answers = Promise.all(others.map(async (other, i) => await other.pipeline([['SET', `k${i}`, i], ['INCR', `k${i}`], ['PING'], ['GET', `k${i}`]])));
  expect(String(await client.readReply())).toBe('+OK\r\n');
  expect(performance.now() - startMs).toBeGreaterThan(140);
  expect(await answers).toEqual(others.map((_, i) => ['OK', i + 1, 'PONG', String(i + 1)]));
  expect(performance.now() - startMs).toBeGreaterThan(290);
  for (const other of others) other.close();
});

test('CLIENT KILL of a client that is owed much closes it and disturbs nobody', async () => {
  const victim = await connect(server);
  const id = Number(await victim.call('CLIENT', 'ID'));
  await client.call('SET', 'large', 'x'.repeat(500_000));
  victim.socket.pause();
  victim.write(Buffer.concat(Array.from({ length: 200 }, () => encodeCommand(['GET', 'large']))));
  expect(await client.call('CLIENT', 'KILL', 'ID', id)).toBe(1);
  expect(await client.pipeline([['PING'], ['STRLEN', 'large'], ['CLIENT', 'LIST', 'ID', id]])).toEqual(['PONG', 500_000, '']);
  victim.close();
});

test.runIf(!subjectIsRedis())('a password that a slow command was given is not in the slow log', async () => {
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
  await client.pipeline([['AUTH', 'default', 'my secret'], ['HELLO', 2, 'AUTH', 'default', 'my secret', 'SETNAME', 'me']]);
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', -1);
  const log = JSON.stringify(await client.call('SLOWLOG', 'GET', 10));
  expect(log).toContain('(redacted)');
  expect(log).not.toContain('my secret');
  expect(log).toContain('SETNAME');
});

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
