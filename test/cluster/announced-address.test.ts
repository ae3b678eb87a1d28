/**
 * Nodes behind address translation: a Tessera and a redis-server that are reached at addresses which they announce, beside
 * one of each that announces nothing. All show the same of both, as far as redis-server 7.0 knows it, whatever kind of
 * endpoint is preferred and also when what is announced changes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import { claimPort } from '../support/free-port.ts';
import { hasReference } from '../support/redis-binary.ts';
import { Relay } from '../support/relay.ts';
import { connect } from '../support/start-server.ts';
import { until } from '../support/until.ts';
import { ClusterMember, MixedCluster, redisCli } from './mixed-cluster.ts';
import type { Kind } from './mixed-cluster.ts';

const patienceMs = 20_000;
/** Where each is announced; the last two are where they are. */
const hosts = ['127.0.0.2', '127.0.0.3', '127.0.0.1', '127.0.0.1'];
const kinds: readonly Kind[] = ['tessera', 'redis', 'redis', 'tessera'];

interface Announced {
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
  readonly tlsPort: number;
}

describe.runIf(hasReference() && process.platform === 'linux')('nodes that announce addresses', () => {
  const relays: Relay[] = [];
  const cluster = new MixedCluster();
  const announced: Announced[] = [];
  const keys: string[] = [];
  let tessera: ClusterMember;
  let redis: ClusterMember;

  beforeAll(async () => {
    for (const [i, kind] of kinds.entries()) await add(kind, hosts[i]!);
    await Promise.all(cluster.members.map((member) => member.start()));
    for (const [i, { server: { address } }] of cluster.members.entries()) {
      if (hosts[i] === '127.0.0.1') continue;
      const { host, port, tlsPort } = announced[i]!;
      relays.push(await Relay.open(host, port, address.port));
      if (address.tlsPort !== undefined) relays.push(await Relay.open(host, tlsPort, address.tlsPort));
    }
    [tessera, redis] = cluster.members as [ClusterMember, ClusterMember];
    await redisCli('--cluster', 'create', ...announced.map(({ host, port }) => `${host}:${port}`), '--cluster-yes');
    for (const member of cluster.members) await member.isUp();
    for (const member of cluster.members) keys.push(keyOf((await member.nodes()).find(({ flags }) => flags.startsWith('myself'))!.slots));
  }, 120_000);

  afterAll(async () => {
    for (const relay of relays) relay.close();
    await cluster.stop();
  });

  async function add(kind: Kind, host: string): Promise<void> {
    const [port, busPort] = [await claimPort(), await claimPort()];
    const isHidden = host !== '127.0.0.1';
    const place = { host, port: isHidden ? await claimPort() : port, busPort: isHidden ? await claimPort() : busPort, tlsPort: await claimPort() };
    announced.push(place);
    if (isHidden) relays.push(await Relay.open(host, place.busPort, busPort));
    cluster.members.push(new ClusterMember(kind, {
      port,
      tls: kind === 'tessera',
      config: {
        'cluster-enabled': 'yes', 'cluster-node-timeout': '3000', 'cluster-port': String(busPort),
        ...(isHidden ? {
          'cluster-announce-ip': host, 'cluster-announce-port': String(place.port), 'cluster-announce-bus-port': String(place.busPort),
          'cluster-announce-hostname': `${kind}.example.com`,
        } : {}),
        ...(isHidden && kind === 'tessera' ? { 'cluster-announce-tls-port': String(place.tlsPort), 'cluster-announce-human-nodename': 'the-hidden-one' } : {}),
      },
    }));
  }

  /** Waits until all nodes show the same slots and shards. */
  async function agree(): Promise<void> {
    await until('all show the same', async () => new Set(await views(cluster)).size === 1, patienceMs).catch(() => undefined);
    for (const each of await views(cluster)) expect(each).toBe(await view(redis));
  }

  async function forAll(name: string, value: string): Promise<void> {
    for (const { client } of cluster.members) expect((await client.callRaw('CONFIG', 'SET', name, value)).toString()).toBe('+OK\r\n');
  }

  /** Where a node sends clients that ask for a key of another. */
  async function redirect(from: ClusterMember, to: number): Promise<string> {
    return (await from.client.callRaw('GET', keys[to]!)).toString().trim().split(' ').at(-1)!;
  }

  test('are shown where they announce to be, by everybody', async () => {
    const expected = announced.map(({ host, port, busPort }, i) => `${host}:${port}@${busPort}${host === '127.0.0.1' ? '' : `,${kinds[i]}.example.com`}`).toSorted();
    for (const member of cluster.members) {
      await member.when('it shows all', async () => (await shown(member)).join() === expected.join());
      expect(await shown(member)).toEqual(expected);
    }
    await agree();
  });

  test('are found there by redis-cli', async () => {
    for (const { host, port } of announced) {
      expect(await redisCli('--cluster', 'check', `${host}:${port}`)).toContain('[OK] All 16384 slots covered.');
    }
    for (const [i, key] of keys.entries()) {
      const { host, port } = announced[(i + 1) % 4]!;
      expect(await redisCli('-c', '-h', host, '-p', String(port), 'SET', key, `value ${i}`)).toBe('OK\n');
      expect(String(await cluster.members[i]!.client.call('GET', key))).toBe(`value ${i}`);
    }
  });

  test.each(['ip', 'hostname', 'unknown-endpoint'])('are named alike with the preferred endpoint %s', async (type) => {
    await forAll('cluster-preferred-endpoint-type', type);
    await agree();
    for (const to of [0, 1, 2, 3]) {
      const redirects = await Promise.all(cluster.members.filter((_, i) => i !== to).map((member) => redirect(member, to)));
      const { host, port } = announced[to]!;
      const name = to > 1 ? '?' : `${kinds[to]}.example.com`;
      expect(new Set(redirects)).toEqual(new Set([`${{ ip: host, hostname: name, 'unknown-endpoint': '' }[type]}:${port}`]));
    }
    await forAll('cluster-preferred-endpoint-type', 'ip');
  });

  test('tell what they announce anew while they run', async () => {
    for (const [i, member] of [tessera, redis].entries()) {
      const { host } = announced[i]!;
      const port = await claimPort();
      relays.push(await Relay.open(host, port, member.port));
      for (const [name, value] of [['port', String(port)], ['hostname', `new-${i}.example.com`]]) {
        expect((await member.client.callRaw('CONFIG', 'SET', `cluster-announce-${name}`, value!)).toString()).toBe('+OK\r\n');
      }
      const line = `${host}:${port}@${announced[i]!.busPort},new-${i}.example.com`;
      for (const other of cluster.members) await other.when(`it shows ${line}`, async () => (await shown(other)).includes(line));
    }
    await agree();
    expect((await redisCli('-c', '-p', String(cluster.members[2]!.port), 'GET', keys[0]!))).toBe('value 0\n');
  });

  test('tell other Tesseras their TLS port, and keep the name for operators in nodes.conf', async () => {
    const other = cluster.members[3]!;
    const client = await connect(other.server, 'tls', patienceMs);
    const { host, tlsPort } = announced[0]!;
    const reply = await client.callRaw('GET', keys[0]!);
    client.close();
    expect(reply.toString()).toBe(`-MOVED ${slotOf(keys[0]!)} ${host}:${tlsPort}\r\n`);
    await other.when('it keeps the name', async () => {
      const line = nodesConf(other).find((each) => each.includes(`${host}:`));
      return line!.includes(`,nodename=the-hidden-one,tls-port=${tlsPort},`);
    });
    expect(String(await other.client.call('CLUSTER', 'NODES'))).not.toContain('the-hidden-one');
    expect((await other.client.callRaw('CLUSTER', 'SHARDS')).toString()).not.toContain('the-hidden-one');
  });

  test('send clients to an address for clients, where nodes know of it', async () => {
    const other = cluster.members[3]!;
    const before = await redirect(other, 0);
    expect((await tessera.client.callRaw('CONFIG', 'SET', 'cluster-announce-client-ipv4', '127.0.0.4')).toString()).toBe('+OK\r\n');
    const after = before.replace(announced[0]!.host, '127.0.0.4');
    await other.when('it leads there', async () => (await redirect(other, 0)) === after);
    for (const member of [tessera, other]) expect((await shown(member)).some((place) => place.startsWith(`${after}@`))).toBe(true);
    expect(await redirect(redis, 0)).toBe(before);
    await other.when('it keeps the address', () => Promise.resolve(nodesConf(other).some((line) => line.includes(',client-ipv4=127.0.0.4,'))));
    expect((await other.nodes()).every(({ isLinked }) => isLinked)).toBe(true);
  });

  test('send clients to a port for clients, where nodes know of it', async () => {
    const other = cluster.members[3]!;
    const [before, ofRedis] = [await redirect(other, 0), await redirect(redis, 0)];
    const over = await connect(other.server, 'tls', patienceMs);
    expect((await tessera.client.callRaw('CONFIG', 'SET', 'cluster-announce-client-port', '30001', 'cluster-announce-client-tls-port', '30443')).toString()).toBe('+OK\r\n');
    await other.when('it leads there', async () => (await redirect(other, 0)) === before.replace(/:\d+$/, ':30001'));
    expect((await over.callRaw('GET', keys[0]!)).toString()).toMatch(/^-MOVED \d+ 127\.0\.0\.4:30443\r\n$/);
    over.close();
    expect(await redirect(redis, 0)).toBe(ofRedis);
    await other.when('it keeps the ports', () => Promise.resolve(nodesConf(other).some((line) => line.includes(',client-tls-port=30443,client-tcp-port=30001,'))));
    expect((await other.nodes()).every(({ isLinked }) => isLinked)).toBe(true);
    expect((await tessera.client.callRaw('CONFIG', 'SET', 'cluster-announce-client-port', '0')).toString()).toBe('+OK\r\n');
    await other.when('it leads back', async () => (await redirect(other, 0)) === before);
  });
});

function nodesConf({ server: { dir } }: ClusterMember): string[] {
  return readFileSync(join(dir, 'nodes.conf'), 'utf8').split('\n');
}

/** Addresses as CLUSTER NODES shows them. */
async function shown(member: ClusterMember): Promise<string[]> {
  return String(await member.client.call('CLUSTER', 'NODES')).trim().split('\n').map((line) => line.split(' ')[1]!).toSorted();
}

async function views({ members }: MixedCluster): Promise<string[]> {
  return await Promise.all(members.map(view));
}

/** CLUSTER SLOTS, and the nodes of CLUSTER SHARDS in one order, without the TLS ports that redis-server 7.0 does not tell of. */
async function view({ client }: ClusterMember): Promise<string> {
  const slots = (await client.callRaw('CLUSTER', 'SLOTS')).toString();
  const shards = (await client.call('CLUSTER', 'SHARDS')) as unknown[][];
  const nodes = shards.flatMap((shard) => shard.at(-1) as unknown[][]).map((node) => {
    const fields = node.map(String);
    return fields.filter((_, i) => fields[i - (i % 2)] !== 'tls-port').join(' ');
  });
  return [slots, ...nodes.toSorted()].join('\n');
}

function keyOf(slots: string): string {
  const [first, last] = slots.split('-').map(Number) as [number, number];
  for (let i = 0; ; i++) if (slotOf(`key:${i}`) >= first && slotOf(`key:${i}`) <= last) return `key:${i}`;
}

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, key.length);
}
