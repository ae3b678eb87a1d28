/** ioredis as an application uses it: nothing in it knows that this is not redis-server. */
import { Cluster, Redis } from 'ioredis';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificates } from '../support/certificates.ts';
import type { Server } from '../support/server.ts';
import { startSubject } from '../support/start-server.ts';
import { until } from '../support/until.ts';

describe('one node', () => {
  let server: Server;
  let redis: Redis;

  beforeAll(async () => {
    server = await startSubject({ shards: 3, tls: true, unixSocket: true });
    redis = new Redis(server.address.port, server.address.host);
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    await redis.quit();
    await server.stop();
  });

  test('strings, numbers and expiries', async () => {
    expect(await redis.set('k', 'v', 'EX', 100)).toBe('OK');
    expect(await redis.get('k')).toBe('v');
    expect(await redis.get('missing')).toBeNull();
    expect(await redis.ttl('k')).toBeGreaterThan(90);
    expect(await redis.incrby('n', 41)).toBe(41);
    expect(await redis.incrbyfloat('f', 0.1)).toBe('0.1');
    expect(await redis.incrbyfloat('f', 0.2)).toBe('0.3');
    expect(await redis.set('k', 'w', 'NX')).toBeNull();
    expect(await redis.getdel('k')).toBe('v');
    expect(await redis.exists('k')).toBe(0);
  });

  test('binary keys and values', async () => {
    const key = Buffer.from([0, 255, 13, 10, 128]);
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await redis.set(key, value);
    expect((await redis.getBuffer(key))?.equals(value)).toBe(true);
    expect((await redis.mgetBuffer(key, 'missing')).map((one) => one?.length)).toEqual([256, undefined]);
  });

  test('many keys in one command, over all shards', async () => {
    const entries = new Map(Array.from({ length: 500 }, (_, i) => [`key:${i}`, `value:${i}`]));
    expect(await redis.mset(entries)).toBe('OK');
    expect(await redis.mget([...entries.keys()])).toEqual([...entries.values()]);
    expect(await redis.dbsize()).toBe(500);
    expect(await redis.del([...entries.keys()])).toBe(500);
  });

  test('a pipeline is answered in order, errors in their place', async () => {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 300; i++) pipeline.set(`k${i}`, i).incr(`k${i}`).get(`k${i}`);
    pipeline.set('text', 'abc').incr('text').get('text');
    const results = (await pipeline.exec()) ?? [];
    expect(results.slice(0, 900).map(([, value]) => value)).toEqual(Array.from({ length: 300 }, (_, i) => ['OK', i + 1, String(i + 1)]).flat());
    expect(results.slice(900).map(([error, value]) => error?.message ?? value)).toEqual(['OK', 'ERR value is not an integer or out of range', 'abc']);
  });

  test('automatic pipelining of concurrent calls', async () => {
    const other = redis.duplicate({ enableAutoPipelining: true });
    await Promise.all(Array.from({ length: 1000 }, async (_, i) => await other.set(`auto${i}`, i)));
    const values = await Promise.all(Array.from({ length: 1000 }, async (_, i) => await other.get(`auto${i}`)));
    expect(values).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
    await other.quit();
  });

  test('scanStream finds every key once or more', async () => {
    await redis.mset(new Map(Array.from({ length: 1000 }, (_, i) => [`scan:${i}`, ''])));
    await redis.mset(new Map(Array.from({ length: 100 }, (_, i) => [`other:${i}`, ''])));
    const seen = new Set<string>();
    for await (const page of redis.scanStream({ match: 'scan:*', count: 50 })) for (const key of page as string[]) seen.add(key);
    expect(seen.size).toBe(1000);
  });

  test('databases, names and server information', async () => {
    const other = redis.duplicate({ db: 5, connectionName: 'worker' });
    await other.set('k', 'five');
    expect(await redis.get('k')).toBeNull();
    expect(await other.client('GETNAME')).toBe('worker');
    expect(await other.info('server')).toContain('redis_version:');
    expect(await redis.config('GET', 'maxmemory')).toMatchObject(expect.anything());
    expect(await redis.echo('hello')).toBe('hello');
    expect(await redis.type('k')).toBe('none');
    await other.quit();
  });

  test('errors reject with the text of the server', async () => {
    await expect(redis.call('NOSUCH', 'a')).rejects.toThrow("ERR unknown command 'NOSUCH', with args beginning with: 'a'");
    await expect(redis.call('GET')).rejects.toThrow("ERR wrong number of arguments for 'get' command");
    await expect(redis.rename('missing', 'x')).rejects.toThrow('ERR no such key');
  });

  test.each(['tls', 'unix'] as const)('over %s', async (transport) => {
    const files = certificates();
    const tls = { ca: readFileSync(files.caFile), cert: readFileSync(files.clientCertFile), key: readFileSync(files.clientKeyFile) };
    const client = transport === 'tls' ? new Redis({ port: server.address.tlsPort!, tls }) : new Redis({ path: server.address.unixSocket! });
    const value = 'x'.repeat(300_000);
    await client.set('large', value);
    expect(await client.get('large')).toBe(value);
    await client.quit();
  });

  test('both protocols give the same values', async () => {
    await redis.mset('a', '1', 'b', '2');
    for (const protocol of [2, 3] as const) {
      const client = new Redis(server.address.port, { protocol });
      expect(await client.mget('a', 'missing', 'b')).toEqual(['1', null, '2']);
      expect(await client.get('missing')).toBeNull();
      await client.quit();
    }
  });
});

test('a client with a password, and one without', async () => {
  const server = await startSubject({ config: { requirepass: 'secret' } });
  const client = new Redis(server.address.port, { password: 'secret' });
  expect(await client.set('k', 'v')).toBe('OK');
  const stranger = new Redis(server.address.port, { retryStrategy: () => null });
  stranger.on('error', () => undefined);
  await expect(stranger.get('k')).rejects.toThrow('NOAUTH');
  stranger.disconnect();
  await client.quit();
  await server.stop();
});

test('a client reconnects after a restart and finds its data', async () => {
  const config = { appendonly: 'yes' };
  const first = await startSubject({ config, shards: 2 });
  const client = new Redis(first.address.port, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.set('k', 'kept');
  await first.stop();
  const waiting = client.get('k');
  const second = await startSubject({ config, shards: 2, dir: first.dir, port: first.address.port });
  expect(await waiting).toBe('kept');
  await client.quit();
  await second.stop();
});

test('the cluster client with one node that has all slots', async () => {
  const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '500', 'cluster-announce-ip': '127.0.0.1' };
  const server = await startSubject({ shards: 2, config });
  const node = new Redis(server.address.port);
  await node.cluster('ADDSLOTSRANGE', 0, 16383);
  await until('the cluster is up', async () => (await node.cluster('INFO')).includes('cluster_state:ok'));
  const cluster = new Cluster([{ host: '127.0.0.1', port: server.address.port }]);
  for (let i = 0; i < 50; i++) await cluster.set(`key:${i}`, i);
  expect(await cluster.get('key:49')).toBe('49');
  expect(await cluster.mget('{t}a', '{t}b')).toEqual([null, null]);
  await expect(cluster.mget('a', 'b')).rejects.toThrow(/CROSSSLOT|slot/);
  await cluster.quit();
  await node.quit();
  await server.stop();
});
