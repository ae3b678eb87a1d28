/** CLIENT LIST, KILL, PAUSE and NO-EVICT among several connections, where conformance scripts cannot go. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import { ReplyError } from '../support/resp-reply.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject } from '../support/start-server.ts';
import { until } from '../support/until.ts';

let server: Server;
let one: RespClient;
let two: RespClient;

beforeAll(async () => {
  server = await startSubject({ shards: 2, unixSocket: true });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  [one, two] = [await connect(server), await connect(server)];
  return () => {
    one.close();
    two.close();
  };
});

test('CLIENT LIST has a line for each connection, with what it last did', async () => {
  await two.pipeline([['CLIENT', 'SETNAME', 'worker'], ['SELECT', 3], ['HELLO', 3], ['GET', 'k']]);
  const id = Number(await two.call('CLIENT', 'ID'));
  const line = fields(await one.call('CLIENT', 'LIST', 'ID', id));
  expect(line).toMatchObject({ id: String(id), name: 'worker', db: '3', resp: '3', cmd: 'client|id', user: 'default', flags: 'N', multi: '-1', sub: '0', psub: '0' });
  expect(line['addr']).toBe(`127.0.0.1:${two.socket.localPort}`);
  expect(line['laddr']).toBe(`127.0.0.1:${server.address.port}`);
  expect(Object.keys(line).slice(0, 8)).toEqual(['id', 'addr', 'laddr', 'fd', 'name', 'age', 'idle', 'flags']);
});

test('CLIENT LIST by several ids keeps to them', async () => {
  const ids = [await one.call('CLIENT', 'ID'), await two.call('CLIENT', 'ID')] as number[];
  expect(ids[1]!).toBeGreaterThan(ids[0]!);
  const lines = String(await one.call('CLIENT', 'LIST', 'ID', ...ids, 999_999)).trim().split('\n');
  expect(lines.map((line) => Number(fields(line)['id']))).toEqual(ids);
  expect(String(await one.call('CLIENT', 'LIST', 'TYPE', 'normal'))).toContain(`id=${ids[1]} `);
});

test('CLIENT INFO is the own line, also over a unix socket', async () => {
  const local = await connect(server, 'unix');
  const line = fields(await local.call('CLIENT', 'INFO'));
  expect(line).toMatchObject({ flags: 'U', addr: `${server.address.unixSocket}:0`, cmd: 'client|info' });
  local.close();
});

test.each([
  ['its address', (): [string, string] => ['ADDR', `127.0.0.1:${two.socket.localPort}`]],
  ['its id', async (): Promise<[string, string]> => ['ID', String(await two.call('CLIENT', 'ID'))]],
])('CLIENT KILL by %s closes that connection only', async (_, filter) => {
  const third = await connect(server);
  expect(await one.call('CLIENT', 'KILL', ...(await filter()))).toBe(1);
  expect(String(await two.readToEnd())).toBe('');
  expect(await third.call('PING')).toBe('PONG');
  third.close();
});

test('CLIENT KILL in its old form', async () => {
  expect(await one.call('CLIENT', 'KILL', `127.0.0.1:${two.socket.localPort}`)).toBe('OK');
  expect(String(await two.readToEnd())).toBe('');
  expect(await one.call('CLIENT', 'KILL', '127.0.0.1:1')).toEqual(new ReplyError('ERR No such client'));
});

test('CLIENT KILL with filters that do not both hold closes nobody', async () => {
  const address = `127.0.0.1:${two.socket.localPort}`;
  expect(await one.call('CLIENT', 'KILL', 'ADDR', address, 'TYPE', 'pubsub')).toBe(0);
  expect(await one.call('CLIENT', 'KILL', 'ADDR', address, 'LADDR', '127.0.0.1:1')).toBe(0);
  expect(await one.call('CLIENT', 'KILL', 'LADDR', `127.0.0.1:${server.address.port}`, 'ADDR', address)).toBe(1);
});

test('CLIENT PAUSE WRITE holds back writes of all clients until UNPAUSE, and no reads', async () => {
  await one.call('CLIENT', 'PAUSE', 60_000, 'WRITE');
  let isWritten = false;
  const write = two.call('SET', 'k', 'v').then(() => (isWritten = true));
  for (let i = 0; i < 20; i++) expect(await one.call('GET', 'k')).toBeNull();
  expect(isWritten).toBe(false);
  expect(await one.call('CLIENT', 'UNPAUSE')).toBe('OK');
  await write;
  expect(await one.call('GETDEL', 'k')).toBe('v');
});

test('CLIENT PAUSE ALL ends by itself', async () => {
  await one.call('CLIENT', 'PAUSE', 200);
  const startMs = performance.now();
  expect(await two.call('PING')).toBe('PONG');
  expect(performance.now() - startMs).toBeGreaterThan(100);
});

test('connections are counted, and forgotten when they close', async () => {
  const count = async (): Promise<number> => String(await one.call('CLIENT', 'LIST')).trim().split('\n').length;
  const before = await count();
  const many = await Promise.all(Array.from({ length: 50 }, async () => await connect(server)));
  await until('all are listed', async () => (await count()) === before + 50);
  expect(String(await one.call('INFO', 'clients'))).toContain(`connected_clients:${before + 50}\r\n`);
  for (const client of many) client.close();
  await until('none is left', async () => (await count()) === before);
  expect(String(await one.call('INFO', 'clients'))).toContain(`connected_clients:${before}\r\n`);
});

function fields(line: unknown): Record<string, string> {
  return Object.fromEntries(String(line).trim().split(' ').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]));
}
