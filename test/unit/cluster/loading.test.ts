/**
 * A cluster node while it loads a long log: what nodes.conf says can be asked, keys are not served, and the bus is closed.
 * Keyed commands and those that wait for the data answer as redis-server does; views of the cluster are answered, as
 * their flag says since Redis 7.2.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { claimPort } from '../../support/free-port.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis, startTessera } from '../../support/start-server.ts';
import type { StartOptions } from '../../support/start-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { me } from './support.ts';

/** Takes Tessera seconds, and redis-server too with a delay for each key. */
const commandCount = 500_000;
const loading = '-LOADING Redis is loading the dataset in memory\r\n';
/** A key of a slot that nobody owns. */
const unserved = Array.from({ length: 10_000 }, (_, i) => `key:${i}`).find((key) => keySlot(Buffer.from(key), 0, key.length) > 16_000)!;
const servers: Server[] = [];
const clients: RespClient[] = [];

/** A data directory with a log of redis-server; this node owns all slots but those from 16001. */
function prepared(): string {
  const dir = makeTempDir('loading');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'appendonly.aof'), Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nhello\r\n'.repeat(commandCount)));
  writeFileSync(join(dir, 'nodes.conf'), `${me} 127.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-16000\nvars currentEpoch 1 lastVoteEpoch 0\n`);
  return dir;
}

async function startLoading(start: (options: StartOptions) => Promise<Server>, busPort: number, config = {}): Promise<RespClient> {
  const server = await start({
    dir: prepared(), awaitReady: false,
    config: {
      'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-require-full-coverage': 'no', appendonly: 'yes', ...config,
    },
  });
  servers.push(server);
  const client = await until('it listens', () => connect(server).catch(() => undefined), 20_000);
  clients.push(client);
  return client;
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Sent at once: redis-server takes its time between two looks at its clients. */
async function allOf(client: RespClient): Promise<string[]> {
  return (await client.pipelineRaw(judged)).map(String);
}

afterAll(async () => {
  for (const client of clients) client.close();
  for (const server of servers) await server.kill();
});

/** As bytes; the errors' texts are the same in both servers. */
const judged: readonly (readonly string[])[] = [
  ['GET', 'a'], ['SET', 'a', '1'], ['GET', 'b'], ['MGET', 'a', 'b'], ['MGET', '{a}1', '{a}2'], ['GET', unserved], ['DUMP', 'a'], ['DBSIZE'],
  ['PING'], ['CLUSTER', 'ADDSLOTS', '16001'], ['CLUSTER', 'SETSLOT', '1', 'STABLE'], ['CLUSTER', 'COUNTKEYSINSLOT', '1'], ['CLUSTER', 'MEET', '127.0.0.1', '7000'],
  ['CLUSTER', 'RESET'], ['CLUSTER', 'FOO'], ['CLUSTER', 'KEYSLOT'], ['ASKING'], ['READONLY'], ['READWRITE'],
  ['MIGRATE', '127.0.0.1', '1', 'a', '0', '10'], ['MIGRATE', '127.0.0.1', '1', unserved, '0', '10'], ['MIGRATE', '127.0.0.1', '1', 'a', '0', '10', 'KEYS', 'a'],
  ['MIGRATE', '127.0.0.1', '1', '', '0', '10', 'KEYS', 'a', 'b'], ['MIGRATE', '127.0.0.1', '1', '', '0', '10', 'KEYS', 'a'],
  ['MIGRATE', '127.0.0.1', '1', '', '0', '10', 'AUTH', 'keys', 'KEYS', '{a}1', '{a}2'], ['MIGRATE', '127.0.0.1', '1', '', 'x', '10', 'KEYS'],
  ['MIGRATE', '127.0.0.1', '1', '', '0', '10'], ['MIGRATE', '127.0.0.1', '1', 'a', '0'], ['MIGRATE', '127.0.0.1', '1', 'a', '0', '10', 'FOO'], ['PING'],
];

describe('a cluster node that loads', () => {
  let client: RespClient;
  let busPort: number;
  let replies: string[] = [];

  beforeAll(async () => {
    busPort = await claimPort();
    client = await startLoading(startTessera, busPort, { shards: '2' });
    replies = await allOf(client);
  });

  test('answers what concerns the cluster alone', async () => {
    expect(replies.at(-1)).toBe(loading);
    expect(String(await client.call('CLUSTER', 'MYID'))).toBe(me);
    expect(await client.call('CLUSTER', 'KEYSLOT', 'a')).toBe(15_495);
    expect(String(await client.call('CLUSTER', 'INFO'))).toContain('cluster_state:fail\r\ncluster_slots_assigned:16001\r\n');
    expect(String(await client.call('CLUSTER', 'NODES'))).toMatch(/^a{40} .* myself,master - 0 0 1 connected 0-16000\n$/);
    expect((await client.callRaw('CLUSTER', 'SLOTS')).toString()).toContain(':16000\r\n');
    expect((await client.callRaw('CLUSTER', 'LINKS')).toString()).toBe('*0\r\n');
    expect(await isListening(busPort)).toBe(false);
    expect((await client.callRaw('PING')).toString()).toBe(loading);
  });

  test.runIf(hasReference())('refuses keys and changes as redis-server does', async () => {
    const redis = await startLoading(startRedis, await claimPort(), { 'key-load-delay': '100', 'loading-process-events-interval-bytes': '1024' });
    const expected = await allOf(redis);
    expect(judged.map((words, i) => [...words, replies[i]])).toEqual(judged.map((words, i) => [...words, expected[i]]));
  });

  test('serves once the data is there', async () => {
    await servers[0]!.ready();
    await until('the cluster is up', async () => (await client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    expect(String(await client.call('GET', 'a'))).toBe('hello');
    expect((await client.callRaw('GET', unserved)).toString()).toBe('-CLUSTERDOWN Hash slot not served\r\n');
    expect(await isListening(busPort)).toBe(true);
  });
});
