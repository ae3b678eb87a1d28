/** MIGRATE between Tessera and redis-server 7.0.15, both ways: every kind of value, options, errors, and what the log says of it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startRedis, startTessera } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const values: readonly (readonly string[])[] = [
  ['SET', 'string', 'some text'], ['SET', 'number', '12345'], ['SETRANGE', 'long', '100000', 'end'],
  ['RPUSH', 'list', 'a', 'b', '3'], ['SADD', 'ints', '1', '2', '3'], ['SADD', 'set', 'a', 'b'], ['HSET', 'hash', 'f', 'v', 'g', 'w'],
  ['ZADD', 'zset', '1', 'a', '2.5', 'b', '-inf', 'c'], ['XADD', 'stream', '1-1', 'f', 'v'], ['XGROUP', 'CREATE', 'stream', 'g', '0'],
  ['PFADD', 'hll', 'a', 'b', 'c'], ['GEOADD', 'geo', '13.361389', '38.115556', 'Palermo'],
  ['RPUSH', 'long list', ...Array.from({ length: 2000 }, (_, i) => `element ${i}`)],
  ['HSET', 'large hash', ...Array.from({ length: 2000 }, (_, i) => `f${i}`)],
];
const keys = [...new Set(values.map(([, second, third]) => (second === 'CREATE' ? third! : second!)))];

describe.runIf(hasReference())('MIGRATE', () => {
  const servers: Server[] = [];
  let tessera: RespClient;
  let redis: RespClient;
  let ports: { tessera: number; redis: number };

  beforeAll(async () => {
    servers.push(await startTessera({ shards: 3, config: { appendonly: 'yes' } }), await startRedis());
    [tessera, redis] = (await Promise.all(servers.map((server) => connect(server)))) as [RespClient, RespClient];
    ports = { tessera: servers[0]!.address.port, redis: servers[1]!.address.port };
  });

  beforeEach(async () => {
    for (const client of [tessera, redis]) {
      await client.call('CONFIG', 'SET', 'requirepass', '');
      await client.call('FLUSHALL');
    }
  });

  afterAll(async () => {
    for (const client of [tessera, redis]) client?.close();
    for (const server of servers) await server.kill();
  });

  test.each(['tessera', 'redis'] as const)('takes values of every type from %s to the other and back', async (from) => {
    const [source, other, to] = from === 'tessera' ? [tessera, redis, ports.redis] : [redis, tessera, ports.tessera];
    for (const words of values) await source.call(...words);
    await source.call('PEXPIRE', 'hash', 1_000_000);
    const digest = String(await source.call('DEBUG', 'DIGEST-VALUE', ...keys));
    expect(String(await source.call('MIGRATE', '127.0.0.1', to, '', 0, 5000, 'KEYS', 'absent', ...keys))).toBe('OK');
    expect(Number(await source.call('DBSIZE'))).toBe(0);
    expect(Number(await other.call('DBSIZE'))).toBe(keys.length);
    const ttlMs = Number(await other.call('PTTL', 'hash'));
    expect(ttlMs > 900_000 && ttlMs <= 1_000_000).toBe(true);
    expect(String(await other.call('MIGRATE', '127.0.0.1', ports[from], '', 0, 5000, 'KEYS', ...keys))).toBe('OK');
    expect(String(await source.call('DEBUG', 'DIGEST-VALUE', ...keys))).toBe(digest);
    expect(Number(await other.call('DBSIZE'))).toBe(0);
  });

  /** Both are sources in turn; `to` is the port of the other. */
  async function compare(commands: (to: number) => readonly (readonly (string | number)[])[]): Promise<string[]> {
    const answers: string[][] = [];
    for (const [source, to] of [[tessera, ports.redis], [redis, ports.tessera]] as const) {
      for (const client of [tessera, redis]) await client.call('FLUSHALL');
      const replies: string[] = [];
      for (const words of commands(to)) replies.push((await source.callRaw(...words)).toString());
      answers.push(replies);
    }
    expect(answers[0]).toEqual(answers[1]);
    return answers[0]!;
  }

  test('answers as redis-server does', async () => {
    const replies = await compare((to) => [
      ['SET', 'k', 'v'], ['SET', 'x', 'y'],
      ['MIGRATE', '127.0.0.1', to, 'none', 0, 1000], ['MIGRATE', '127.0.0.1', to, '', 0, 1000, 'KEYS', 'none', 'neither'],
      ['MIGRATE', '127.0.0.1', to, '', 0, 1000], ['MIGRATE', '127.0.0.1', to, '', 0, 1000, 'KEYS'],
      ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000, 'KEYS', 'k'], ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000, 'AUTH'], ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000, 'AUTH2', 'u'],
      ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000, 'WHAT'], ['MIGRATE', '127.0.0.1', to, 'k', 'x', 1000], ['MIGRATE', '127.0.0.1', to, 'k', 0, 'x'], ['MIGRATE', '127.0.0.1', to, 'k', 0],
      ['MIGRATE', '127.0.0.1', to, 'k', 0, 0, 'COPY'], ['EXISTS', 'k'], ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000], ['EXISTS', 'k'],
      ['MIGRATE', '127.0.0.1', to, '', 0, 1000, 'KEYS', 'k', 'x'], ['EXISTS', 'k', 'x'],
      ['MIGRATE', '127.0.0.1', to, 'k', 0, 1000, 'replace'], ['EXISTS', 'k'], ['SELECT', 2], ['SET', 'k', 'in 2'], ['MIGRATE', '127.0.0.1', to, 'k', 5, 1000], ['DBSIZE'], ['SELECT', 0],
    ]);
    expect(replies).toContain('-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n');
    expect(replies).toContain('+NOKEY\r\n');
  });

  test('puts nothing into a database that is not the one asked for, which redis-server does', async () => {
    await tessera.call('SET', 'k', 'v');
    for (const db of [77, -1]) {
      expect((await tessera.callRaw('MIGRATE', '127.0.0.1', ports.redis, 'k', db, 1000)).toString()).toBe('-ERR Target instance replied with error: ERR DB index is out of range\r\n');
    }
    expect(Number(await redis.call('EXISTS', 'k'))).toBe(0);
    expect(String(await tessera.call('GET', 'k'))).toBe('v');
  });

  test('authenticates', async () => {
    for (const client of [tessera, redis]) await client.call('CONFIG', 'SET', 'requirepass', 'secret');
    const replies: string[][] = [];
    for (const [source, to] of [[tessera, ports.redis], [redis, ports.tessera]] as const) {
      await source.call('AUTH', 'secret');
      await source.call('SET', 'k', 'v');
      const one: string[] = [];
      for (const options of [['AUTH', 'wrong', 'REPLACE'], ['AUTH', 'secret', 'COPY', 'REPLACE'], ['AUTH2', 'default', 'secret', 'REPLACE']]) {
        one.push(String(await source.call('MIGRATE', '127.0.0.1', to, 'k', 0, 1000, ...options)));
      }
      one.push(String(await source.call('EXISTS', 'k')));
      replies.push(one);
    }
    for (const client of [tessera, redis]) await client.call('AUTH', 'secret');
    expect(replies[0]).toEqual(replies[1]);
    expect(replies[0]!.slice(1)).toEqual(['OK', 'OK', '0']);
  });

  test('goes over TLS where the nodes of the cluster speak so', async () => {
    const source = await startTessera({ tls: true, config: { 'tls-cluster': 'yes' } });
    const target = await startRedis({ tls: true, config: { 'tls-cluster': 'yes' } });
    const [from, to] = [await connect(source), await connect(target)];
    try {
      await from.call('SET', 'k', Buffer.alloc(300_000, 'x'));
      expect(String(await from.call('MIGRATE', '127.0.0.1', target.address.tlsPort!, 'k', 0, 5000))).toBe('OK');
      expect([Number(await from.call('EXISTS', 'k')), Number(await to.call('STRLEN', 'k'))]).toEqual([0, 300_000]);
      expect(String(await to.call('MIGRATE', '127.0.0.1', source.address.tlsPort!, 'k', 0, 5000))).toBe('OK');
      expect(Number(await from.call('STRLEN', 'k'))).toBe(300_000);
    } finally {
      for (const client of [from, to]) client.close();
      for (const server of [source, target]) await server.kill();
    }
  });

  test('finds keys as redis-server does', async () => {
    const replies = await compare(() => [
      ['COMMAND', 'GETKEYS', 'MIGRATE', 'h', 'p', 'k', 0, 10], ['COMMAND', 'GETKEYS', 'MIGRATE', 'h', 'p', '', 0, 10, 'COPY', 'KEYS', 'a', 'b'],
      ['COMMAND', 'GETKEYS', 'MIGRATE', 'h', 'p', 'k', 0, 10, 'KEYS', 'a'], ['COMMAND', 'GETKEYS', 'MIGRATE', 'h', 'p', '', 0, 10, 'AUTH', 'keys', 'KEYS', 'a', 'keys', 'b'],
    ]);
    expect(replies[3]).toBe('*3\r\n$1\r\na\r\n$4\r\nkeys\r\n$1\r\nb\r\n');
  });

  test('leaves a DEL in the log for what went, and nothing for a copy', async () => {
    for (const key of ['gone', 'copied']) await tessera.call('SET', key, 'v');
    await tessera.call('MIGRATE', '127.0.0.1', ports.redis, 'copied', 0, 1000, 'COPY');
    await tessera.call('MIGRATE', '127.0.0.1', ports.redis, '', 0, 1000, 'KEYS', 'gone', 'absent');
    const dir = join(servers[0]!.dir, 'appendonlydir');
    const read = (): string => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('');
    await until('the log is written', () => read().includes('DEL\r\n$4\r\ngone\r\n'));
    const log = read();
    expect(log).not.toContain('DEL\r\n$6\r\ncopied\r\n');
    expect(log).not.toContain('MIGRATE');
  });
});
