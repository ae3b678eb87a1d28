/**
 * Atomic slot migration between Tessera nodes of different numbers of shards: everything arrives as it was, unseen until
 * it is complete, while clients read and write.
 */
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { until } from '../support/until.ts';
import { agreed, beginMigration, clusterClient, jobs, migrate, tasks, whenIdle, WriteLoad } from './migration-support.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember } from './mixed-cluster.ts';

/** In slot 0, 1 and 5: `{06S}`, `{Qi}`, `{460}`. */
const tags = ['{06S}', '{Qi}', '{460}'];

async function useOfSlot({ client }: ClusterMember, slot: number): Promise<unknown> {
  return await client.call('CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', slot, slot);
}

describe.runIf(hasReference())('atomic slot migration', () => {
  let cluster: MixedCluster;
  let first: ClusterMember;
  let second: ClusterMember;
  let client: Cluster;

  beforeAll(async () => {
    cluster = await MixedCluster.start(['tessera', 'tessera', 'tessera'], {}, { shards: 3 });
    [first, second] = cluster.members as [ClusterMember, ClusterMember];
    await first.kill();
    Object.assign(first.options, { shards: 2 });
    await first.start();
    await cluster.create();
    client = clusterClient(cluster);
  });

  afterAll(async () => {
    client?.disconnect();
    await cluster.stop();
  });

  test('brings keys of every type with their expiry to a node of another number of shards', async () => {
    for (const tag of tags) await fill(first, tag);
    const slots = [0, 1, 5];
    const before = await picturesOf(first, slots);
    expect((before[0] as unknown[]).length).toBe(15);
    await migrate(first, second, 0, 100);
    expect(await picturesOf(second, slots)).toEqual(before);
    expect(await second.client.call('HPTTL', '{06S}large-hash', 'FIELDS', 2, 'field1', 'field2')).toEqual([expect.any(Number), -1]);
    expect(await second.client.call('XPENDING', '{06S}stream', 'group')).toHaveLength(4);
    expect(String(await first.client.callRaw('GET', '{06S}string'))).toContain(`MOVED 0 127.0.0.1:${second.port}`);
    await agreed(cluster);
  });

  test('tells of it as Valkey and as Redis do, on both sides', async () => {
    const [firstId, secondId] = [await first.id(), await second.id()];
    const [exported] = await jobs(first);
    const [imported] = await jobs(second);
    const common = { name: exported!['name'], slot_ranges: '0-100', target_node: secondId, source_node: firstId, state: 'success', message: '', cow_size: '0' };
    expect(exported).toMatchObject({ ...common, operation: 'EXPORT' });
    expect(imported).toMatchObject({ ...common, operation: 'IMPORT' });
    const [task] = await tasks(first, 'ID', exported!['name']!);
    expect(task).toMatchObject({ id: exported!['name'], slots: '0-100', source: firstId, dest: secondId, operation: 'migrate', state: 'completed', last_error: '', retries: '0' });
    expect(Number(task!['write_pause_ms'])).toBeLessThan(5000);
    expect(await tasks(second, 'ALL')).toHaveLength(1);
    expect(await tasks(first, 'ID', 'nonsense')).toEqual([]);
  });

  test('comes back when the other node imports', async () => {
    const before = await pictureOf(second, 0);
    const id = String(await first.client.call('CLUSTER', 'MIGRATION', 'IMPORT', 0, 50, 51, 100));
    await first.when('the import is completed', async () => (await tasks(first, 'ID', id))[0]!['state'] === 'completed');
    await whenIdle(first, second);
    expect(await pictureOf(first, 0)).toEqual(before);
    expect((await tasks(second, 'ID', id))[0]).toMatchObject({ operation: 'migrate', slots: '0-100' });
    await agreed(cluster);
  });

  // As "CLUSTER SLOT-STATS reset upon atomic slot migration" in redis's slot-stats.tcl.
  test('counts the use of a slot from when it is its own, without its arrival', async () => {
    const unused = [[0, ['key-count', 15, 'cpu-usec', 0, 'network-bytes-in', 0, 'network-bytes-out', 0]]];
    for (const { client: each } of [first, second]) await each.call('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'cpu net');
    await pictureOf(first, 0);
    expect(await useOfSlot(first, 0)).not.toEqual(unused);
    await migrate(first, second, 0, 0);
    expect(await useOfSlot(first, 0)).toEqual([]);
    expect(await useOfSlot(second, 0)).toEqual(unused);
    await migrate(second, first, 0, 0);
    expect(await useOfSlot(first, 0)).toEqual(unused);
    for (const { client: each } of [first, second]) await each.call('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'no');
  });

  test('loses no acknowledged write under load, there and back, and no error reaches the application', async () => {
    const load = new WriteLoad(client, 4000, 16);
    await until('the load is on', () => load.count > 2000, 30_000);
    await migrate(first, second, 0, 2700);
    await migrate(second, first, 0, 2700);
    await load.stop();
    expect(load.errors).toEqual([]);
    expect(await load.wrongs()).toEqual([]);
    const sizes = await Promise.all(cluster.members.map(async (member) => Number(await member.client.call('DBSIZE'))));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(load.acknowledged.size + 45);
  });

  test('keeps changes of every kind in their order while keys are copied', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `{06S}order:${i}`);
    const appended = new Map<string, string>();
    const end = new AbortController();
    const writers = keys.map(async (key, writer) => {
      for (let n = 0; !end.signal.aborted; n++) {
        const piece = `${writer}.${n} `;
        await Promise.all([client.append(key, piece), client.rpush(`${key}:list`, piece), client.xadd(`${key}:stream`, `${n + 1}-0`, 'n', n)]);
        appended.set(key, (appended.get(key) ?? '') + piece);
      }
    });
    await until('each key is written', () => appended.size === keys.length, 30_000);
    await migrate(first, second, 0, 0);
    await migrate(second, first, 0, 0);
    end.abort();
    await Promise.all(writers);
    for (const key of keys) {
      expect(await client.get(key)).toBe(appended.get(key));
      expect((await client.lrange(`${key}:list`, 0, -1)).join('')).toBe(appended.get(key));
      expect(await client.xlen(`${key}:stream`)).toBe(appended.get(key)!.split(' ').length - 1);
    }
  });

  test('does not show keys before they are this node\'s, and drops them when it is cancelled', async () => {
    const words = Array.from({ length: 60_000 }, (_, i) => [`{Qi}many:${i}`, 'x'.repeat(200)]).flat();
    for (let i = 0; i < words.length; i += 2000) await first.client.call('MSET', ...words.slice(i, i + 2000));
    const sizes = async (): Promise<number[]> => await Promise.all([first, second].map(async (member) => Number(await member.client.call('DBSIZE'))));
    const before = await sizes();
    const inSlot = Number(await first.client.call('CLUSTER', 'COUNTKEYSINSLOT', 1));
    await beginMigration(first, second, 1, 1);
    await until('keys are copied', async () => (await jobs(second)).find(({ state }) => state === 'receiving-snapshot'));
    expect(await second.client.call('CLUSTER', 'COUNTKEYSINSLOT', 1)).toBe(0);
    expect(await second.client.call('KEYS', '{Qi}*')).toEqual([]);
    const cancelled = String(await first.client.callRaw('CLUSTER', 'CANCELSLOTMIGRATIONS'));
    await whenIdle(first, second);
    const states = [cancelled, (await jobs(first))[0]!['state'], (await jobs(second))[0]!['state']];
    expect(states).toEqual(['+OK\r\n', 'cancelled', 'failed']);
    expect(await sizes()).toEqual(before);
    await migrate(first, second, 1, 1);
    expect(await sizes()).toEqual([before[0]! - inSlot, before[1]! + inSlot]);
    await migrate(second, first, 1, 1);
  });

  test('does not let keys expire at the destination whose time is prolonged at the source', async () => {
    await first.client.call('SET', '{460}prolonged', 'v', 'PX', 1500);
    await first.client.call('SET', '{460}dying', 'v', 'PX', 700);
    const keeper = (async () => {
      for (let i = 0; i < 30; i++) {
        await client.pexpire('{460}prolonged', 1500);
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
    })();
    for (let round = 0; round < 3; round++) {
      await migrate(first, second, 5, 5);
      await migrate(second, first, 5, 5);
    }
    await keeper;
    expect(await client.get('{460}prolonged')).toBe('v');
    expect(await client.get('{460}dying')).toBeNull();
  });
});

function many(count: number, make: (i: number) => (string | number)[]): (string | number)[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}

/** Keys of every type and form. */
async function fill({ client }: ClusterMember, tag: string): Promise<void> {
  const write = async (...words: readonly (string | number)[]): Promise<void> => void (await client.call(...words));
  await write('SET', `${tag}string`, 'text');
  await write('SET', `${tag}number`, 12345);
  await write('SET', `${tag}large`, 'x'.repeat(300_000));
  await write('SET', `${tag}expiring`, 'soon', 'PX', 3_600_000);
  await write('SETBIT', `${tag}bits`, 4321, 1);
  await write('PFADD', `${tag}log`, ...many(500, (i) => [`e${i}`]));
  await write('RPUSH', `${tag}list`, 'a', 'b', 'c');
  await write('RPUSH', `${tag}long-list`, ...many(3000, (i) => [`element ${i}`]));
  await write('HSET', `${tag}hash`, 'f', 'v', 'g', 'w');
  await write('HSET', `${tag}large-hash`, ...many(2000, (i) => [`field${i}`, i]));
  await write('HPEXPIRE', `${tag}large-hash`, 3_600_000, 'FIELDS', 1, 'field1');
  await write('SADD', `${tag}ints`, 1, 2, 3);
  await write('SADD', `${tag}set`, ...many(2000, (i) => [`member${i}`]));
  await write('ZADD', `${tag}scores`, 1, 'a', 2.5, 'b');
  await write('ZADD', `${tag}large-scores`, ...many(2000, (i) => [i / 3, `member${i}`]));
  for (let i = 1; i <= 50; i++) await write('XADD', `${tag}stream`, `${i}-0`, 'n', i);
  await write('XGROUP', 'CREATE', `${tag}stream`, 'group', '0');
  await write('XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', 10, 'STREAMS', `${tag}stream`, '>');
}

/** Everything that can be told of the keys of a tag. */
async function pictureOf(member: ClusterMember, slot: number): Promise<unknown> {
  const keys = ((await member.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as readonly unknown[]).map(String).filter((key) => !key.includes('load:')).toSorted();
  const picture: string[][] = [];
  for (const key of keys) {
    const facts: string[] = [key];
    for (const question of [['TYPE'], ['OBJECT', 'ENCODING'], ['DEBUG', 'DIGEST-VALUE'], ['PEXPIRETIME']]) facts.push(String(await member.client.call(...question, key)));
    picture.push(facts);
  }
  return picture;
}

async function picturesOf(member: ClusterMember, slots: readonly number[]): Promise<unknown[]> {
  const pictures: unknown[] = [];
  for (const slot of slots) pictures.push(await pictureOf(member, slot));
  return pictures;
}
