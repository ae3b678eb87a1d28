/** A member whose shards are all busy for longer than the node timeout is well: the bus and CLUSTER belong to the door. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { connect } from '../support/start-server.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember } from './mixed-cluster.ts';

/**
 * A timeout of 1 s, and a limit for each single answer, would be too strict for a test machine that is busy itself;
 * `BUSY_SECONDS=10 NODE_TIMEOUT=1000` is the full exercise.
 */
const nodeTimeoutMs = Number(process.env['NODE_TIMEOUT'] ?? 2000);
const busySeconds = Number(process.env['BUSY_SECONDS'] ?? 4);
const timelyShare = process.env['BUSY_SECONDS'] === undefined ? 0.9 : 1;

describe.runIf(hasReference())('a Tessera with busy shards', () => {
  let cluster: MixedCluster;

  beforeAll(async () => {
    cluster = await MixedCluster.start(['tessera', 'tessera', 'redis'], { 'cluster-node-timeout': String(nodeTimeoutMs) }, { shards: 2 });
    await cluster.create();
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  });

  test('is suspected by nobody, suspects nobody, and shows its slots meanwhile', async () => {
    const [busy, other, redis] = cluster.members as [ClusterMember, ClusterMember, ClusterMember];
    const sleeper = await connect(busy.server, 'tcp', 60_000);
    const slept = sleeper.call('DEBUG', 'SLEEP', String(busySeconds));
    const endMs = performance.now() + busySeconds * 1000;
    const answersMs: number[] = [];
    const suspected = new Set<string>();
    while (performance.now() < endMs) {
      const startMs = performance.now();
      await busy.client.call('CLUSTER', 'SLOTS');
      answersMs.push(performance.now() - startMs);
      for (const { client } of [busy, other, redis]) if ((await client.callRaw('CLUSTER', 'NODES')).includes('fail')) suspected.add(String(client.socket.remotePort));
    }
    expect(String(await slept)).toBe('OK');
    sleeper.close();
    expect([...suspected]).toEqual([]);
    expect(answersMs.length).toBeGreaterThan(10);
    const timelyCount = Math.ceil(answersMs.length * timelyShare);
    expect(answersMs.toSorted((a, b) => a - b)[timelyCount - 1]).toBeLessThan(50);
  }, 60_000);
});
