/**
 * A cluster of redis-server and Tessera is torn in two and put together again. The smaller side stops serving, the larger
 * goes on and puts a replica in the place of a primary that it has lost; afterwards all agree, and no slot has two owners.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { claimPort } from '../support/free-port.ts';
import { hasReference } from '../support/redis-binary.ts';
import { BusNetwork } from './bus-network.ts';
import { ClusterMember, MixedCluster, redisCli } from './mixed-cluster.ts';
import type { Kind } from './mixed-cluster.ts';

const down = '-CLUSTERDOWN The cluster is down\r\n';
const kinds: readonly Kind[] = ['tessera', 'redis', 'tessera', 'redis', 'redis', 'redis'];

describe.runIf(hasReference())('a partition', () => {
  const network = new BusNetwork();
  const cluster = new MixedCluster();
  let minority: readonly [tessera: ClusterMember, redis: ClusterMember];
  let majority: readonly ClusterMember[];
  let lostTessera: ClusterMember;
  let lostRedis: ClusterMember;
  let tessera: ClusterMember;
  let replica: ClusterMember;
  /** A key that each of the five primaries has at first. */
  let keys: readonly string[];

  beforeAll(async () => {
    for (const kind of kinds) cluster.members.push(await memberBehind(network, kind));
    await Promise.all(cluster.members.map((member) => member.start()));
    for (const member of cluster.members) network.name(busPortOf(member), await member.id());
    await cluster.create(5);
    [lostTessera, lostRedis, tessera] = cluster.members as [ClusterMember, ClusterMember, ClusterMember];
    replica = cluster.members[5]!;
    minority = [lostTessera, lostRedis];
    majority = cluster.members.slice(2);
    const [first] = cluster.members as [ClusterMember];
    await redisCli(
      '--cluster', 'add-node', `127.0.0.1:${replica.port}`, `127.0.0.1:${first.port}`, '--cluster-slave', '--cluster-master-id', await lostRedis.id(),
    );
    await replica.when('it follows', async () => (await replica.client.callRaw('INFO', 'replication')).includes('master_link_status:up'));
    for (const member of cluster.members) await member.sees(replica.port, /^(?:myself,)?slave$/);
    keys = await Promise.all(cluster.members.slice(0, 5).map(async (member) => keyOf(await slotsOf(member))));
    for (const [i, key] of keys.entries()) expectOk(await cluster.members[i]!.client.callRaw('SET', key, `before ${i}`));
  }, 120_000);

  afterAll(async () => {
    network.close();
    await cluster.stop();
  });

  test('leaves the smaller side without service, and the larger with it', async () => {
    network.cut(await Promise.all(minority.map((member) => member.id())));
    for (const [i, member] of minority.entries()) {
      await member.when('it refuses', async () => (await member.client.callRaw('GET', keys[i]!)).toString() === down);
      for (const key of [keys[i]!, keys[2]!]) expect((await member.client.callRaw('SET', key, 'too late')).toString()).toBe(down);
      for (const { port } of majority.slice(0, 3)) await member.sees(port, /^master,fail\?$/);
    }
    for (const member of majority) await member.sees(lostTessera.port, /^master,fail$/);
    for (const i of [2, 3, 4]) expect((await cluster.members[i]!.client.callRaw('SET', keys[i]!, `during ${i}`)).toString()).toBe('+OK\r\n');
    expect((await tessera.client.callRaw('GET', keys[0]!)).toString()).toBe(`-MOVED ${slotOf(keys[0]!)} 127.0.0.1:${lostTessera.port}\r\n`);
  }, 60_000);

  test('has the larger side replace a primary, with a vote of Tessera', async () => {
    await tessera.sees(replica.port, /^master$/);
    const moved = `-MOVED ${slotOf(keys[1]!)} 127.0.0.1:${replica.port}\r\n`;
    await tessera.when('it leads to the new primary', async () => (await tessera.client.callRaw('GET', keys[1]!)).toString() === moved);
    await replica.when('it serves', async () => (await replica.client.callRaw('SET', keys[1]!, 'during 1')).toString() === '+OK\r\n');
    expect((await lostRedis.client.callRaw('SET', keys[1]!, 'too late')).toString()).toBe(down);
  }, 60_000);

  test('ends with all of one mind', async () => {
    network.heal();
    for (const member of cluster.members) {
      await member.sees(lostTessera.port, /^(?:myself,)?master$/);
      await member.sees(replica.port, /^(?:myself,)?master$/);
      await member.sees(lostRedis.port, /^(?:myself,)?slave$/);
      await member.isUp();
    }
    const views = await Promise.all(cluster.members.map(slotLines));
    for (const view of views) expect(view).toEqual(views[0]);
    expect(views[0]!.filter((line) => !line.endsWith(' '))).toHaveLength(5);
    for (const { port } of cluster.members) expect(await redisCli('--cluster', 'check', `127.0.0.1:${port}`)).toContain('[OK] All 16384 slots covered.');
  }, 60_000);

  test('has lost nothing that was acknowledged', async () => {
    const owners = [lostTessera, replica, ...cluster.members.slice(2, 5)];
    const values = await Promise.all(owners.map(async ({ client }, i) => String(await client.call('GET', keys[i]!))));
    expect(values).toEqual(['before 0', 'during 1', 'during 2', 'during 3', 'during 4']);
    await lostTessera.when('it takes writes', async () => (await lostTessera.client.callRaw('SET', keys[0]!, 'after')).toString() === '+OK\r\n');
  });
});

async function memberBehind(network: BusNetwork, kind: Kind): Promise<ClusterMember> {
  const busPort = await claimPort();
  return new ClusterMember(kind, {
    port: await claimPort(),
    config: {
      'cluster-enabled': 'yes', 'cluster-node-timeout': '2000', 'cluster-port': String(busPort), 'cluster-require-full-coverage': 'no',
      'cluster-announce-bus-port': String(await network.front(busPort)),
    },
  });
}

function busPortOf({ options }: ClusterMember): number {
  return Number(options.config!['cluster-port']);
}

/** The first slot of a member and the last. */
async function slotsOf(member: ClusterMember): Promise<readonly [number, number]> {
  const [first, last = first] = (await member.nodes()).find(({ port }) => port === member.port)!.slots.split('-').map(Number) as [number, number?];
  return [first, last];
}

function keyOf([first, last]: readonly [number, number]): string {
  for (let i = 0; ; i++) if (slotOf(`key:${i}`) >= first && slotOf(`key:${i}`) <= last) return `key:${i}`;
}

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}

/** Who owns what, as a member sees it. */
async function slotLines(member: ClusterMember): Promise<string[]> {
  return (await member.nodes()).map(({ id, flags, slots }) => `${id} ${flags.replace('myself,', '')} ${slots}`).toSorted();
}

function expectOk(reply: Buffer): void {
  if (reply.toString() !== '+OK\r\n') throw new Error(`not done: ${reply}`);
}
