/**
 * A replica of a redis-server takes over from its primary with a Tessera's vote, which the majority needs; on a bus in
 * plain text and on one over TLS.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import type { StartOptions } from '../support/start-server.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember } from './mixed-cluster.ts';

const primary = /^(?:myself,)?master$/;
const replica = /^(?:myself,)?slave$/;

describe.runIf(hasReference()).each<[string, Readonly<Record<string, string>>, StartOptions]>([
  ['plain text', {}, {}],
  ['TLS', { 'tls-cluster': 'yes', 'tls-replication': 'yes' }, { tls: true }],
])('with a bus in %s', (_, config, options) => {
  let cluster: MixedCluster;
  let members: readonly ClusterMember[];

  beforeAll(async () => {
    cluster = await MixedCluster.start(['redis', 'redis', 'tessera', 'redis'], { ...config, 'cluster-replica-validity-factor': '0' }, options);
    ({ members } = cluster);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  test('three primaries and a replica agree', async () => {
    await cluster.create(3);
    const [first, , , follower] = members as [ClusterMember, ClusterMember, ClusterMember, ClusterMember];
    const primaryId = await first.id();
    await follower.client.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(first.options.config!['cluster-port']));
    await follower.when('the primary is known', async () => (await follower.nodes()).some(({ id, flags }) => id === primaryId && flags === 'master'));
    expect(String(await follower.client.call('CLUSTER', 'REPLICATE', primaryId))).toBe('OK');
    await follower.when('the link to the primary is up', async () => (await follower.client.callRaw('INFO', 'replication')).includes('master_link_status:up'));
    for (const member of members) await member.sees(follower.port, replica);
    const line = (await members[2]!.nodes()).find(({ port }) => port === follower.port)!;
    expect([line.primaryId, line.isLinked]).toEqual([primaryId, true]);
  }, 120_000);

  test('two of three primaries make the replica the owner of its primary\'s slots', async () => {
    const [first, second, tessera, follower] = members as [ClusterMember, ClusterMember, ClusterMember, ClusterMember];
    const { port } = first;
    const slots = (await tessera.nodes()).find((node) => node.port === port)!.slots;
    const votesBefore = await votesSent(tessera);
    await first.kill();
    for (const member of [second, tessera, follower]) {
      await member.sees(follower.port, primary);
      await member.when('the slots have moved', async () => (await member.nodes()).find((node) => node.port === follower.port)!.slots === slots);
      await member.isUp();
    }
    expect(await votesSent(tessera)).toBe(votesBefore + 1);
    expect((await tessera.client.callRaw('SET', keyOf(slots), '1')).toString()).toMatch(new RegExp(`^-MOVED \\d+ 127.0.0.1:${follower.port}\r\n$`));
  }, 120_000);

  test('the former primary comes back as a replica', async () => {
    const [first, second, tessera, follower] = members as [ClusterMember, ClusterMember, ClusterMember, ClusterMember];
    await first.start();
    for (const member of [second, tessera, follower]) await member.sees(first.port, replica);
    const line = (await tessera.nodes()).find(({ port }) => port === first.port)!;
    expect([line.primaryId, line.slots]).toEqual([await follower.id(), '']);
  }, 120_000);
});

async function votesSent(member: ClusterMember): Promise<number> {
  const info = (await member.client.callRaw('CLUSTER', 'INFO')).toString();
  return Number(/cluster_stats_messages_auth-ack_sent:(\d+)/.exec(info)?.[1] ?? 0);
}

/** A key of the first primary's slots, which begin with slot 0: `06S` is in it. */
function keyOf(slots: string): string {
  expect(slots).toMatch(/^0-/);
  return '06S';
}
