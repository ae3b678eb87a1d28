/**
 * What operators do with redis-cli --cluster, in clusters of Tessera and redis-server: info, call, rebalance, add-node,
 * del-node, import and fix, through nodes of either kind and about nodes of either kind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { claimPort } from '../support/free-port.ts';
import { hasReference } from '../support/redis-binary.ts';
import { connect, startRedis, startTessera } from '../support/start-server.ts';
import { ClusterMember, MixedCluster, redisCli } from './mixed-cluster.ts';
import type { Kind } from './mixed-cluster.ts';

const allCovered = '[OK] All 16384 slots covered.';

describe.runIf(hasReference()).each<[string, readonly Kind[]]>([
  ['two Tesseras and a redis-server', ['tessera', 'tessera', 'redis']],
  ['a Tessera and two redis-servers', ['tessera', 'redis', 'redis']],
])('%s', (_, kinds) => {
  let cluster: MixedCluster;
  const address = (i: number): string => `127.0.0.1:${cluster.members[i]!.port}`;

  beforeAll(async () => {
    cluster = await MixedCluster.start(kinds);
    await cluster.create();
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  });

  /** Waits until all nodes see the same owners. */
  async function agree(): Promise<void> {
    for (const member of cluster.members) {
      await member.when('the nodes agree', async () => {
        const views = await Promise.all(cluster.members.map(async (each) => (await each.nodes()).map(({ id, slots }) => `${id} ${slots.replaceAll(/\[.*?\]/g, '')}`.trim()).toSorted().join()));
        return new Set(views).size === 1;
      });
    }
  }

  async function slotCount(port: number): Promise<number> {
    const { slots } = (await cluster.members[0]!.nodes()).find((node) => node.port === port)!;
    return slots.split(' ').filter((range) => /^\d/.test(range)).reduce((sum, range) => {
      const [start, end = start] = range.split('-').map(Number) as [number, number?];
      return sum + end - start + 1;
    }, 0);
  }

  test('info and call reach every node', async () => {
    for (const i of [0, 2]) {
      expect(await redisCli('--cluster', 'info', address(i))).toContain('[OK] 0 keys in 3 masters.');
      const output = await redisCli('--cluster', 'call', address(i), 'PING');
      for (const { port } of cluster.members) expect(output).toContain(`127.0.0.1:${port}: PONG`);
    }
  });

  test('rebalance evens out what reshard made uneven', async () => {
    const [first, , third] = cluster.members as [ClusterMember, ClusterMember, ClusterMember];
    const [from, to] = kinds[1] === 'tessera' ? [first, third] : [third, first];
    await redisCli('--cluster', 'reshard', address(1), '--cluster-from', await from.id(), '--cluster-to', await to.id(), '--cluster-slots', '65', '--cluster-yes');
    await agree();
    expect(await slotCount(to.port) - await slotCount(from.port)).toBeGreaterThan(110);
    await redisCli('--cluster', 'rebalance', address(0), '--cluster-threshold', '1');
    await agree();
    for (const { port } of cluster.members) expect(Math.abs(await slotCount(port) - 16384 / 3)).toBeLessThan(60);
    expect(await redisCli('--cluster', 'check', address(2))).toContain(allCovered);
  }, 120_000);

  test.each(['tessera', 'redis'] as const)('a %s is added, gets slots and keys, gives them back and is deleted', async (kind) => {
    const added = new ClusterMember(kind, {
      port: await claimPort(), config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '3000', 'cluster-port': String(await claimPort()) },
    });
    await added.start();
    try {
      await redisCli('--cluster', 'add-node', `127.0.0.1:${added.port}`, address(0));
      for (const member of [...cluster.members, added]) await member.when('all are known', async () => (await member.nodes()).filter(({ flags }) => /^(?:myself,)?master$/.test(flags)).length === 4);
      await added.isUp();
      const id = await added.id();
      for (const { client } of cluster.members) {
        for (let i = 0; i < 200; i++) await client.call('SET', `key:${i}`, i);
      }
      await redisCli('--cluster', 'reshard', address(0), '--cluster-from', 'all', '--cluster-to', id, '--cluster-slots', '18', '--cluster-yes');
      expect(await redisCli('--cluster', 'rebalance', address(1), '--cluster-weight', `${id}=0`)).not.toContain('ERR');
      await agree();
      expect(Number(await added.client.call('DBSIZE'))).toBe(0);
      expect(await redisCli('--cluster', 'del-node', address(2), id)).toContain('>>> Removing node');
      for (const member of cluster.members) await member.when('it is forgotten', async () => (await member.nodes()).length === 3);
      expect(await redisCli('--cluster', 'info', address(0))).toContain('[OK] 200 keys in 3 masters.');
      expect(await redisCli('--cluster', 'check', address(1))).toContain(allCovered);
      expect(await added.nodes()).toHaveLength(1);
    } finally {
      await added.kill();
    }
  }, 120_000);

  test.each(['tessera', 'redis'] as const)('the keys of a %s on its own are imported', async (kind) => {
    const source = await (kind === 'tessera' ? startTessera({ shards: 2 }) : startRedis());
    const client = await connect(source);
    try {
      await client.pipeline(Array.from({ length: 60 }, (_none, i) => ['RPUSH', `${kind}:${i}`, i, 'x']));
      await redisCli('--cluster', 'import', address(0), '--cluster-from', `127.0.0.1:${source.address.port}`);
      expect(Number(await client.call('DBSIZE'))).toBe(0);
      for (let i = 0; i < 60; i++) {
        const key = `${kind}:${i}`;
        const replies = await Promise.all(cluster.members.map(async (member) => (await member.client.callRaw('LRANGE', key, 0, -1)).toString()));
        expect(replies.filter((reply) => reply.startsWith('*2'))).toHaveLength(1);
        expect(replies.filter((reply) => reply.startsWith(`-MOVED ${keySlot(Buffer.from(key), 0, key.length)} `))).toHaveLength(2);
      }
    } finally {
      client.close();
      await source.kill();
    }
  }, 120_000);

  test('fix ends migrations that were broken off', async () => {
    await agree();
    // From, to, and how many keys of three had gone. Whoever has most keys is made the owner, in a transaction where both have some.
    const broken = [[0, 2, 2], [2, 0, 1], [0, 1, 0], [1, 2, 3], [2, 0, 0]] as const;
    for (const [i, [from, to, moved]] of broken.entries()) {
      const [source, target] = [cluster.members[from]!, cluster.members[to]!];
      const owned = (await source.nodes()).find(({ port }) => port === source.port)!.slots;
      const slot = middleOf(owned) + i;
      const tag = tagOf(slot);
      for (const key of ['a', 'b', 'c']) expect(String(await source.client.call('SET', `{${tag}}${key}`, slot))).toBe('OK');
      await target.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await source.id());
      await source.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await target.id());
      for (const key of ['a', 'b', 'c'].slice(0, moved)) {
        expect(String(await source.client.call('MIGRATE', '127.0.0.1', target.port, `{${tag}}${key}`, 0, 5000))).toBe('OK');
      }
      const output = await redisCli('--cluster', 'fix', address((i + 1) % 3), '--cluster-yes');
      expect(output).toContain('>>> Fixing open slot');
      await agree();
      for (const key of ['a', 'b', 'c']) {
        const replies = await Promise.all(cluster.members.map(async ({ client }) => (await client.callRaw('GET', `{${tag}}${key}`)).toString()));
        expect(replies.filter((reply) => reply === `$${String(slot).length}\r\n${slot}\r\n`)).toHaveLength(1);
        expect(replies.filter((reply) => reply.startsWith('-MOVED'))).toHaveLength(2);
      }
      expect(await redisCli('--cluster', 'check', address(i % 3))).toContain(allCovered);
    }
  }, 120_000);
});

/** A slot in the middle of the longest range. */
function middleOf(slots: string): number {
  const ranges = slots.split(' ').filter((range) => /^\d/.test(range)).map((range) => range.split('-').map(Number));
  const longest = ranges.reduce((best, range) => (range.at(-1)! - range[0]! > best.at(-1)! - best[0]! ? range : best));
  return (longest[0]! + longest.at(-1)!) >> 1;
}

function tagOf(slot: number): string {
  for (let i = 0; ; i++) {
    const tag = `w${i}`;
    if (keySlot(Buffer.from(tag), 0, tag.length) === slot) return tag;
  }
}
