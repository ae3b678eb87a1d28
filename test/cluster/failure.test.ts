/**
 * Tessera in one cluster with redis-server 7.0.15: made and checked by redis-cli; nodes of either kind that are killed
 * are found out by the others and taken back.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { MixedCluster, redisCli } from './mixed-cluster.ts';
import type { ClusterMember, Kind } from './mixed-cluster.ts';

const failed = /^(?:master|slave),fail$/;
const well = /^(?:myself,)?master$/;

/** The names of the fields of each link. */
function shape(links: readonly (readonly unknown[])[]): unknown[] {
  return links.map((link) => link.filter((_field, i) => i % 2 === 0).map(String));
}

describe.runIf(hasReference()).each<[string, readonly Kind[]]>([
  ['two Tesseras and a redis-server', ['tessera', 'tessera', 'redis']],
  ['a Tessera and two redis-servers', ['tessera', 'redis', 'redis']],
])('%s', (_, kinds) => {
  let cluster: MixedCluster;
  let tessera: ClusterMember;
  let redis: ClusterMember;

  beforeAll(async () => {
    cluster = await MixedCluster.start(kinds);
    tessera = cluster.members[0]!;
    redis = cluster.members[2]!;
  });

  afterAll(async () => {
    await cluster.stop();
  });

  test('become a cluster by redis-cli --cluster create', async () => {
    expect(await cluster.create()).toContain('[OK] All 16384 slots covered.');
    for (const { port } of cluster.members) {
      expect(await redisCli('--cluster', 'check', `127.0.0.1:${port}`)).toContain('[OK] All nodes agree about slots configuration.');
    }
  });

  test('see the same members, epochs and slots', async () => {
    const views = await Promise.all(cluster.members.map(async (member) => {
      const nodes = await member.nodes();
      expect(nodes.every(({ isLinked }) => isLinked)).toBe(true);
      return nodes.map(({ id, port, slots, flags }) => [id, port, slots, flags.replace('myself,', '')].join(' ')).toSorted();
    }));
    expect(views[1]).toEqual(views[0]);
    expect(views[2]).toEqual(views[0]);
    const epochs = await Promise.all(cluster.members.map(async ({ client }) => /cluster_current_epoch:(\d+)/.exec(String(await client.call('CLUSTER', 'INFO')))![1]));
    expect(new Set(epochs).size).toBe(1);
  });

  test('count messages and show links to and from both others', async () => {
    const info = String(await tessera.client.call('CLUSTER', 'INFO'));
    for (const name of ['ping_sent', 'pong_sent', 'ping_received', 'pong_received']) expect(info).toMatch(new RegExp(`_${name}:[1-9]`));
    const [ours, theirs] = await Promise.all([tessera, redis].map(async ({ client }) => (await client.call('CLUSTER', 'LINKS')) as unknown[][]));
    expect(ours).toHaveLength(theirs!.length);
    expect(shape(ours!)).toEqual(shape(theirs!));
  });

  test('redirect clients to each other', async () => {
    const [first, second] = cluster.members as [ClusterMember, ClusterMember];
    expect(String(await second.client.call('SET', 'c', '1'))).toBe('OK');
    for (const { client } of [first, redis]) {
      expect((await client.callRaw('GET', 'c')).toString()).toBe(`-MOVED 7365 127.0.0.1:${second.port}\r\n`);
    }
  });

  test('find out that a Tessera was killed, and take it back', async () => {
    const { port } = tessera;
    await tessera.kill();
    await redis.sees(port, failed);
    await cluster.members[1]!.sees(port, failed);
    expect((await redis.client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:fail')).toBe(true);
    await tessera.start();
    for (const member of cluster.members) await member.sees(port, well);
    for (const member of cluster.members) await member.isUp();
  }, 120_000);

  test('find out that a redis-server was killed, and take it back', async () => {
    const { port } = redis;
    await redis.kill();
    await tessera.sees(port, failed);
    expect((await tessera.client.callRaw('GET', 'a')).toString()).toMatch(/^-(CLUSTERDOWN|MOVED)/);
    await redis.start();
    for (const member of cluster.members) await member.sees(port, well);
    for (const member of cluster.members) await member.isUp();
  }, 120_000);
});
