/**
 * Nodes are killed while slots move between them, at moments that a seed decides, and started again: every acknowledged
 * write is there, with one owner, and slots can move again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { hasReference } from '../support/redis-binary.ts';
import { until } from '../support/until.ts';
import { agreed, beginMigration, clusterClient, whenIdle, WriteLoad } from './migration-support.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember } from './mixed-cluster.ts';

const seed = Number(process.env['TEST_SEED'] ?? 20261);
const keyCount = 3000;

describe.runIf(hasReference())(`a node killed while slots move (TEST_SEED=${seed})`, () => {
  const random = new Random(seed);
  let cluster: MixedCluster;
  let client: Cluster;
  /** Keys that any load has written, as far as is known. */
  const written = new Set<string>();

  beforeAll(async () => {
    const config = { appendonly: 'yes', appendfsync: 'always', 'cluster-require-full-coverage': 'no', 'cluster-allow-replica-migration': 'no' };
    cluster = await MixedCluster.start(['tessera', 'tessera', 'tessera'], config, { shards: 2 });
    await cluster.create();
    client = clusterClient(cluster);
    client.on('error', () => undefined);
    for (let i = 0; i < 30_000; i += 1000) {
      await Promise.all(Array.from({ length: 1000 }, (_, n) => client.set(`still:${i + n}`, 'x'.repeat(100))));
    }
  });

  afterAll(async () => {
    client?.disconnect();
    await cluster.stop();
  });

  async function ownerOf(slot: number): Promise<ClusterMember> {
    return await until('the slot has an owner', async () => {
      for (const member of cluster.members) {
        const ranges = (await member.nodes()).find(({ port }) => port === member.port)!.slots.split(' ');
        const isOwner = ranges.some((range) => {
          const [start, end = start] = range.split('-').map(Number) as [number, number?];
          return slot >= start && slot <= (end ?? start);
        });
        if (isOwner) return member;
      }
      return undefined;
    });
  }

  async function round(victim: 'source' | 'destination', afterMs: number): Promise<string[]> {
    const source = await ownerOf(0);
    const destination = cluster.members.find((member) => member !== source)!;
    const load = new WriteLoad(client, keyCount, 16);
    await until('the load is on', () => load.count > 500, 30_000);
    await beginMigration(source, destination, 0, 2500);
    await delay(afterMs);
    const killed = victim === 'source' ? source : destination;
    await killed.kill();
    await killed.start();
    for (const member of cluster.members) await member.isUp();
    await whenIdle(source, destination);
    await load.stop();
    await agreed(cluster);
    const wrongs = await load.wrongs();
    for (const key of load.acknowledged.keys()) written.add(key);
    for (const key of load.unacknowledged) if ((await client.exists(key)) === 1) written.add(key);
    await until('each key is at its owner only', async () => {
      let sum = 0;
      for (const member of cluster.members) sum += Number(await member.client.call('DBSIZE'));
      return sum === 30_000 + written.size;
    }, 30_000);
    return wrongs;
  }

  test.each([0, 1, 2, 3].map((n) => [n % 2 === 0 ? 'source' : 'destination', random.below(500)] as const))(
    'loses nothing when the %s dies %i ms after the beginning', async (victim, afterMs) => {
      expect(await round(victim, afterMs)).toEqual([]);
    });

  test('moves slots as before afterwards', async () => {
    const source = await ownerOf(0);
    const destination = cluster.members.find((member) => member !== source)!;
    await beginMigration(source, destination, 0, 100);
    await destination.when('the slots are its own', async () => (await ownerOf(0)) === destination);
    expect(String(await source.client.callRaw('GET', '{06S}'))).toContain(`MOVED 0 127.0.0.1:${destination.port}`);
  });
});
