/** Whole servers with cluster-enabled and keys: the cluster commands that look at data, beside redis-server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimPort } from '../../support/free-port.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis, startTessera } from '../../support/start-server.ts';
import type { StartOptions } from '../../support/start-server.ts';
import { until } from '../../support/until.ts';

const config = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '500' };
const servers: Server[] = [];
const clients: RespClient[] = [];

async function startWith(start: (options: StartOptions) => Promise<Server>, options: StartOptions): Promise<RespClient> {
  const server = await start({ ...options, config: { ...config, 'cluster-port': String(await claimPort()) } });
  servers.push(server);
  const client = await connect(server);
  clients.push(client);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until('the cluster is up', async () => (await client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  return client;
}

/** A reply with its keys in one order; none by name where a client asks for fewer than there are: no order is promised. */
function comparable(reply: Buffer, words: readonly string[]): string {
  const parts = reply.toString('latin1').split(/(?=\$)/).toSorted();
  const asksForSome = words[1] === 'GETKEYSINSLOT' && words[2] === '12182' && words[3] === '1';
  return asksForSome ? parts.map((part) => part.replace(/^\$.*/s, '$')).join('') : parts.join('');
}

afterAll(async () => {
  for (const client of clients) client.close();
  for (const server of servers) await server.stop();
});

describe.runIf(hasReference())('a server with keys', () => {
  let redis: RespClient;
  const ours: RespClient[] = [];

  beforeAll(async () => {
    redis = await startWith(startRedis, {});
    for (const shards of [1, 3]) ours.push(await startWith(startTessera, { shards }));
  });

  test.each<readonly string[]>([
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '10'],
    ['SET', 'foo', '1'],
    ['SET', '{foo}2', '1'],
    ['SET', 'bar', '1'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '12182'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '5061'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '0'],
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '10'],
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '2'],
    ['CLUSTER', 'GETKEYSINSLOT', '5061', '9223372036854775807'],
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '0'],
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '-1'],
    ['CLUSTER', 'GETKEYSINSLOT', '16384', '1'],
    ['CLUSTER', 'GETKEYSINSLOT', '-1', '1'],
    ['CLUSTER', 'GETKEYSINSLOT', 'x', '1'],
    ['CLUSTER', 'GETKEYSINSLOT', '1', 'x'],
    ['CLUSTER', 'GETKEYSINSLOT', '1'],
    ['MGET', 'foo', '{foo}2'],
    ['MGET', 'foo', 'bar'],
    ['CLUSTER', 'FLUSHSLOTS'],
    ['CLUSTER', 'RESET'],
    ['CLUSTER', 'DELSLOTS', '12182'],
    ['GET', 'foo'],
    ['MGET', 'foo', 'bar'],
    ['GET', 'bar'],
    ['MGET', 'bar', 'foo'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '12182'],
    ['CLUSTER', 'GETKEYSINSLOT', '12182', '1'],
  ])('%s %s %s %s', async (...words) => {
    const expected = await redis.callRaw(...words);
    for (const client of ours) {
      expect(comparable(await client.callRaw(...words), words)).toBe(comparable(expected, words));
    }
  });
});
