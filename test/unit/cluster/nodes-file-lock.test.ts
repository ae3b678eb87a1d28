/** nodes.conf belongs to one process at a time, whatever happens to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { NodesFileInUseError, lockNodesFile } from '../../../src/cluster/nodes-file-lock.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis, startTessera } from '../../support/start-server.ts';
import type { StartOptions } from '../../support/start-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const patienceMs = 30_000;
const sorry = /Sorry, the cluster configuration file nodes\.conf is already used by a different Redis Cluster node\. Please make sure that different nodes use different cluster configuration files\./;
const servers: Server[] = [];

/** A node with a log of its own name in a data directory that others may use too. */
async function start(kind: (options: StartOptions) => Promise<Server>, dir: string, log: string, options: StartOptions = {}): Promise<Server> {
  const server = await kind({ dir, readyTimeoutMs: patienceMs, ...options, config: { 'cluster-enabled': 'yes', appendonly: 'yes', appenddirname: log } });
  servers.push(server);
  return server;
}

async function idOf(server: Server): Promise<string> {
  const client = await connect(server, 'tcp', patienceMs);
  const id = String(await client.call('CLUSTER', 'MYID'));
  client.close();
  return id;
}

afterAll(async () => {
  for (const server of servers) await server.kill();
});

describe('nodes.conf', () => {
  test('is refused to a second process until the first has ended, by kill -9 or in order', async () => {
    const dir = makeTempDir('nodes-lock');
    const first = await start(startTessera, dir, 'one');
    const id = await idOf(first);
    const second = await start(startTessera, dir, 'two', { awaitReady: false });
    expect(await second.exited).toBe(1);
    expect(second.log).toMatch(sorry);
    expect(await idOf(first)).toBe(id);
    expect(existsSync(join(dir, 'nodes.conf.lock'))).toBe(true);
    await first.kill();
    const third = await start(startTessera, dir, 'one');
    expect(await idOf(third)).toBe(id);
    await third.stop();
    const fourth = await start(startTessera, dir, 'two');
    expect(await idOf(fourth)).toBe(id);
  }, 120_000);

  test.runIf(hasReference())('is refused in the words of redis-server', async () => {
    const dir = makeTempDir('nodes-lock');
    await start(startRedis, dir, 'one');
    const second = await start(startRedis, dir, 'two', { awaitReady: false });
    expect(await second.exited).toBe(1);
    expect(second.log).toMatch(sorry);
  });

  test('can be had again once it is given back', () => {
    const path = join(makeTempDir('nodes-lock'), 'nodes-7.conf');
    const lock = lockNodesFile(path, 'nodes-7.conf');
    expect(() => lockNodesFile(path, 'nodes-7.conf')).toThrow(NodesFileInUseError);
    lock.release();
    lockNodesFile(path, 'nodes-7.conf').release();
  });
});
