/** The limits on clients: how many, how idle, how much output, how many open files, and from where. */
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { certificates } from '../support/certificates.ts';
import { CLOSED, RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject } from '../support/start-server.ts';
import { until } from '../support/until.ts';

test('maxclients refuses the next one in words, and lets it in when one has gone', async () => {
  const server = await startSubject({ config: { maxclients: '3' } });
  const clients = await Promise.all([connect(server), connect(server), connect(server)]);
  for (const client of clients) expect(await client.call('PING')).toBe('PONG');
  const refused = await connect(server);
  expect(String(await refused.readToEnd())).toBe('-ERR max number of clients reached\r\n');
  clients[0]!.close();
  await until('a new client is let in', async () => await pingsOnce(server));
  expect(await clients[1]!.call('CONFIG', 'SET', 'maxclients', 5)).toBe('OK');
  const further = [await connect(server), await connect(server)];
  for (const client of further) expect(await client.call('PING')).toBe('PONG');
  for (const client of [...clients, ...further]) client.close();
  await server.stop();
});

test('timeout closes clients that are idle, and nobody else', async () => {
  const server = await startSubject({ config: { timeout: '1' } });
  const [idle, busy] = [await connect(server), await connect(server)];
  await idle.call('PING');
  const startMs = performance.now();
  const closing = idle.readToEnd(6000);
  while (!idle.closed && performance.now() - startMs < 6000) {
    expect(await busy.call('PING')).toBe('PONG');
    await delay(50);
  }
  expect(String(await closing)).toBe('');
  expect(performance.now() - startMs).toBeGreaterThan(900);
  expect(await busy.call('PING')).toBe('PONG');
  busy.close();
  await server.stop();
});

describe('client-output-buffer-limit', () => {
  test('the hard limit closes a client that does not read', async () => {
    const server = await startSubject({ shards: 2, config: { 'client-output-buffer-limit': ['normal', '4mb', '0', '0'] } });
    expect(await isCutOff(server)).toBe(true);
    await server.stop();
  });

  test('the soft limit closes it after its time', async () => {
    const server = await startSubject({ shards: 2, config: { 'client-output-buffer-limit': ['normal', '0', '1mb', '1'] } });
    const startMs = performance.now();
    expect(await isCutOff(server)).toBe(true);
    expect(performance.now() - startMs).toBeGreaterThan(900);
    await server.stop();
  });
});

test('client-query-buffer-limit closes a client that goes over it', async () => {
  const server = await startSubject({ config: { 'client-query-buffer-limit': '1mb' } });
  const [client, other] = [await connect(server), await connect(server)];
  client.write(`*2\r\n$4\r\nECHO\r\n$${64 * 1024 * 1024}\r\n`);
  for (let i = 0; i < 64; i++) client.write(Buffer.alloc(64 * 1024, 'x'));
  expect(String(await client.readToEnd())).toBe('');
  expect(await other.call('PING')).toBe('PONG');
  other.close();
  await server.stop();
});

test('running out of open files does not stop it from accepting', async () => {
  const server = await startSubject({ openFilesMax: 120, shards: 2 });
  const first = await connect(server);
  const crowd = await Promise.all(Array.from({ length: 200 }, async () => await connect(server).catch(() => undefined)));
  for (let i = 0; i < 20; i++) expect(await first.call('SET', `k${i}`, i)).toBe('OK');
  for (const client of crowd) client?.close();
  await until('a new client is served', async () => await pingsOnce(server));
  for (let i = 0; i < 20; i++) expect(await pingsOnce(server)).toBe(true);
  first.close();
  await server.stop();
});

const outside = Object.values(networkInterfaces()).flat().find((one) => one?.internal === false && one.family === 'IPv4')?.address;

describe.runIf(outside !== undefined)('protected mode', () => {
  test('refuses a client from another address in words, unless there is a password', async () => {
    const server = await startSubject({ config: { bind: ['127.0.0.1', outside!] } });
    const refused = await RespClient.connect({ host: outside!, port: server.address.port });
    expect(String(await refused.readToEnd())).toMatch(/^-DENIED .+ protected mode .+\r\n$/);
    const local = await connect(server);
    expect(await local.call('CONFIG', 'SET', 'requirepass', 'secret')).toBe('OK');
    const allowed = await RespClient.connect({ host: outside!, port: server.address.port });
    expect(await allowed.call('AUTH', 'secret')).toBe('OK');
    expect(await local.call('CONFIG', 'SET', 'requirepass', '')).toBe('OK');
    expect(await local.call('CONFIG', 'SET', 'protected-mode', 'no')).toBe('OK');
    const free = await RespClient.connect({ host: outside!, port: server.address.port });
    expect(await free.call('PING')).toBe('PONG');
    for (const client of [local, allowed, free]) client.close();
    await server.stop();
  });
});

describe('TLS clients', () => {
  test.each([
    ['yes', false],
    ['optional', true],
    ['no', true],
  ])('tls-auth-clients %s lets one without a certificate in: %s', async (mode, isLetIn) => {
    const server = await startSubject({ tls: true, config: { 'tls-auth-clients': mode } });
    const target = { host: '127.0.0.1', tlsPort: server.address.tlsPort!, tls: certificates() };
    const withCertificate = await RespClient.connect(target);
    expect(await withCertificate.call('PING')).toBe('PONG');
    withCertificate.close();
    const without = await RespClient.connect({ ...target, withoutCert: true });
    without.write('PING\r\n');
    expect(await without.readReply()).toEqual(isLetIn ? Buffer.from('+PONG\r\n') : CLOSED);
    without.close();
    await server.stop();
  });
});

/** True once a client that asks for much and reads nothing has been closed. */
async function isCutOff(server: Server): Promise<boolean> {
  const [reader, other] = [await connect(server), await connect(server)];
  await other.call('SET', 'k', Buffer.alloc(1024 * 1024, 'x'));
  reader.socket.pause();
  reader.write('GET k\r\n'.repeat(30));
  const closed = await until('the client is closed', async () => !String(await other.call('CLIENT', 'LIST')).includes(`:${reader.socket.localPort} `));
  reader.close();
  other.close();
  return closed;
}

async function pingsOnce(server: Server): Promise<boolean> {
  try {
    const client = await connect(server);
    const reply = await client.call('PING');
    client.close();
    return reply === 'PONG';
  } catch {
    return false;
  }
}
