/** Connections of the bus as sockets: how much may wait in one, and where they come from. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectSocket, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { NodeFlag } from '../../src/cluster/node-info.ts';
import { printNodesConf } from '../../src/cluster/nodes-conf.ts';
import { writePacket } from '../../src/cluster/bus/packet-writer.ts';
import { claimPort } from '../support/free-port.ts';
import { hasReference } from '../support/redis-binary.ts';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startRedis, startTessera } from '../support/start-server.ts';
import type { StartOptions } from '../support/start-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { until, within } from '../support/until.ts';
import { knownIds, packets, startState } from '../fuzz/bus-packets.ts';
import { spoiltPacket } from '../fuzz/spoil-packet.ts';
import { seed } from '../unit/base/seed.ts';
import { idOf, me } from '../unit/cluster/support.ts';

const patienceMs = 30_000;
const barrageCount = 4000;
const linksAtATime = 50;
const packetsPerLink = 4;
const servers: Server[] = [];
const clients: RespClient[] = [];
const sockets: Socket[] = [];

/** Of a stranger. */
const ping = writePacket({
  kind: 'ping', gossip: [], extensions: {},
  header: {
    sender: idOf('e'), currentEpoch: 0n, configEpoch: 0n, replicationOffset: 0n, slots: new Uint8Array(2048), primaryId: '', announcedIp: '',
    port: 7000, otherPort: 0, busPort: 17_000, flags: NodeFlag.primary, clusterIsUp: true, messageFlags: 0,
  },
});

interface Started {
  readonly server: Server;
  readonly client: RespClient;
  readonly busPort: number;
}

async function startNode(start: (options: StartOptions) => Promise<Server>, config: Readonly<Record<string, string>> = {}, dir?: string): Promise<Started> {
  const busPort = await claimPort();
  const server = await start({ ...(dir === undefined ? {} : { dir }), config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000', 'cluster-port': String(busPort), ...config } });
  servers.push(server);
  const client = await connect(server, 'tcp', patienceMs);
  clients.push(client);
  return { server, client, busPort };
}

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const client of clients) client.close();
  for (const server of servers) await server.kill();
});

function changed(packet: Buffer, at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(packet);
  copy.set(bytes, at);
  return copy;
}

/** Somebody who sends pings and takes no pong. */
async function openDeafLink(busPort: number): Promise<Socket> {
  const socket = connectSocket(busPort, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  socket.pause();
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Sends packets over a link of their own; resolves once that has ended. */
async function throwAt(busPort: number, thrown: readonly Buffer[]): Promise<void> {
  const socket = (await openDeafLink(busPort)).resume();
  socket.end(Buffer.concat(thrown));
  await until('the link ends', () => socket.destroyed, patienceMs);
}

/** From where the node connects to one that it is to meet, or to which it is to send the key k. */
async function sourceOf(client: RespClient, command: 'MEET' | 'MIGRATE' = 'MEET'): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const arrived = once(listener, 'connection') as Promise<[Socket]>;
  const words = command === 'MEET' ? ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(port)] : ['MIGRATE', '127.0.0.1', String(port), 'k', '0', String(patienceMs)];
  const reply = client.call(...words);
  const [socket] = await within('it connects', arrived, patienceMs);
  const source = socket.remoteAddress!;
  sockets.push(socket);
  listener.close();
  if (command === 'MIGRATE') socket.destroy();
  await reply;
  return source;
}

function field(info: Buffer, name: string): number {
  return Number(new RegExp(`${name}:(\\d+)`).exec(info.toString())?.[1]);
}

describe('cluster-link-sendbuf-limit', () => {
  const pings = Buffer.concat(Array.from({ length: 200 }, () => ping));

  test('cuts a link whose other end does not take what it is sent, and counts it', async () => {
    const { client, busPort } = await startNode(startTessera, { 'cluster-link-sendbuf-limit': '100kb' });
    const info = (): Promise<Buffer> => client.callRaw('CLUSTER', 'INFO');
    const [deaf, idle] = [await openDeafLink(busPort), await openDeafLink(busPort)];
    await until('the link is cut', async () => {
      if (deaf.writableLength < pings.length) deaf.write(pings);
      return field(await info(), 'total_cluster_links_buffer_limit_exceeded') === 1;
    }, patienceMs);
    deaf.resume();
    await until('its end is seen', () => deaf.destroyed, patienceMs);
    expect(servers.at(-1)!.log).toMatch(/Freeing cluster link with 127\.0\.0\.1:\d+: its send buffer has \d{6,} bytes/);
    expect(idle.destroyed).toBe(false);
    expect(field(await info(), 'cluster_stats_messages_pong_sent')).toBeGreaterThan(40);
  });

  test('is off by default, and can be set while links are there', async () => {
    const { client, busPort } = await startNode(startTessera);
    const pongsSent = async (): Promise<number> => field(await client.callRaw('CLUSTER', 'INFO'), 'cluster_stats_messages_pong_sent');
    const deaf = await openDeafLink(busPort);
    await until('more waits than systems buffer', async () => {
      if (deaf.writableLength < pings.length) deaf.write(pings);
      return (await pongsSent()) * ping.length > 16 * 1024 * 1024;
    }, patienceMs);
    expect(field(await client.callRaw('CLUSTER', 'INFO'), 'total_cluster_links_buffer_limit_exceeded')).toBe(0);
    await client.call('CONFIG', 'SET', 'cluster-link-sendbuf-limit', '1mb');
    await until('the link is cut', async () => field(await client.callRaw('CLUSTER', 'INFO'), 'total_cluster_links_buffer_limit_exceeded') === 1, patienceMs);
  });
});

describe('malformed packets', () => {
  test('cost their link, with a line in the log, and nothing else', async () => {
    const { client, busPort } = await startNode(startTessera);
    const spoilt: readonly Buffer[] = [
      Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), changed(ping, 8, 0, 2), changed(ping, 4, 0xff, 0xff, 0xff, 0xff), changed(ping, 14, 0, 9),
      changed(ping, 40, 0x47), changed(ping, 2168, 0x0a),
    ];
    for (const [i, packet] of spoilt.entries()) {
      const socket = await openDeafLink(busPort);
      socket.resume().write(packet);
      await until(`packet ${i} costs its link`, () => socket.destroyed, patienceMs);
    }
    const badLines = servers.at(-1)!.log.split('\n').filter((line) => /Bad packet received on the Cluster bus from 127\.0\.0\.1:\d+, closing the link/.test(line));
    expect(badLines).toHaveLength(spoilt.length);
    expect(String(await client.call('CLUSTER', 'NODES'))).toMatch(/^[0-9a-f]{40} :\d+@\d+ myself,master - 0 0 0 connected\n$/);
  });

  test(`leave a member that goes on and starts again: ${barrageCount} of them (seed ${seed})`, async () => {
    const dir = makeTempDir('barrage');
    writeFileSync(join(dir, 'nodes.conf'), printNodesConf(startState));
    // From that address nothing is reached beyond this host, whatever addresses the packets name.
    const config = { 'bind-source-addr': '127.0.0.1', appendonly: 'yes' };
    const { client, busPort, server } = await startNode(startTessera, config, dir);
    const random = new Random(seed);
    for (let left = barrageCount; left > 0; left -= linksAtATime * packetsPerLink) {
      await Promise.all(Array.from({ length: linksAtATime }, () =>
        throwAt(busPort, Array.from({ length: packetsPerLink }, () => spoiltPacket({ random, packets, ids: knownIds })))));
    }
    expect(field(await client.callRaw('CLUSTER', 'INFO'), 'cluster_stats_messages_received')).toBeGreaterThan(barrageCount / 20);
    expect(String(await client.call('CLUSTER', 'MYID'))).toBe(me);
    expect(server.log).toContain('Bad packet received');
    expect(server.log).not.toContain('defect');
    await server.stop();
    const again = await startNode(startTessera, config, dir);
    expect(String(await again.client.call('CLUSTER', 'MYID'))).toBe(me);
  });
});

describe.runIf(process.platform === 'linux').each<[string, (options: StartOptions) => Promise<Server>, boolean]>([
  ['Tessera', startTessera, true], ['redis-server', startRedis, hasReference()],
])('bind-source-addr of %s', (_, start, isThere) => {
  test.runIf(isThere)('is where its bus connects from, if the host has that address', async () => {
    const { client } = await startNode(start, { 'bind-source-addr': '127.0.0.9' });
    expect(await sourceOf(client)).toBe('127.0.0.9');
    // No way leads there from that address, which says nothing against it.
    await client.call('CLUSTER', 'MEET', '192.0.2.1', '7000');
    expect(await sourceOf(client)).toBe('127.0.0.9');
    await client.call('CONFIG', 'SET', 'bind-source-addr', '192.0.2.1');
    expect(await sourceOf(client)).toBe('127.0.0.1');
    await client.call('CONFIG', 'SET', 'bind-source-addr', '127.0.0.8');
    expect(await sourceOf(client)).toBe('127.0.0.8');
    await client.call('CONFIG', 'SET', 'bind-source-addr', '');
    expect(await sourceOf(client)).toBe('127.0.0.1');
  });

  test.runIf(isThere)('is not where MIGRATE connects from', async () => {
    const { client } = await startNode(start, { 'bind-source-addr': '127.0.0.9' });
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until('it takes keys', async () => String(await client.call('SET', 'k', 'v')) === 'OK', patienceMs);
    expect(await sourceOf(client, 'MIGRATE')).toBe('127.0.0.1');
  });
});
