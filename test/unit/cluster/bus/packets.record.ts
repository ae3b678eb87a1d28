/**
 * Writes packets.recorded.txt: packets of each type that redis-server sends to itself, in base64, a line each. Three
 * primaries and a replica live through a failover by hand and one by failure:
 *
 *   node test/unit/cluster/bus/packets.record.ts
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { readPacket } from '../../../../src/cluster/bus/packet-reader.ts';
import { claimPort } from '../../../support/free-port.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { StartOptions } from '../../../support/start-server.ts';
import type { Server } from '../../../support/server.ts';
import { until } from '../../../support/until.ts';
import { BusTap } from './bus-tap.ts';

const perKind = 2;
const run = promisify(execFile);
const taps: BusTap[] = [];
const servers: Server[] = [];
const clients: RespClient[] = [];
const starts: StartOptions[] = [];
for (let i = 0; i < 4; i++) {
  const port = await claimPort();
  const busPort = await claimPort();
  const tap = (await BusTap.open()).leadTo(busPort);
  taps.push(tap);
  const config = {
    'cluster-enabled': 'yes', 'cluster-node-timeout': '1000', 'cluster-port': String(busPort), 'cluster-announce-bus-port': String(tap.port),
    ...(i === 1 ? { 'cluster-announce-hostname': 'node-1.example.com' } : {}),
  };
  starts.push({ port, config });
  const server = await startRedis({ port, config });
  servers.push(server);
  clients.push(await connect(server));
}
const addresses = servers.map(({ address }) => `127.0.0.1:${address.port}`);
await run('redis-cli', ['--cluster', 'create', ...addresses.slice(0, 3), '--cluster-yes']);
await run('redis-cli', ['--cluster', 'add-node', addresses[3]!, addresses[0]!, '--cluster-slave']);
const [a, , , replica] = clients as [RespClient, RespClient, RespClient, RespClient];
const nodeLines = async (client: RespClient): Promise<string> => String(await client.call('CLUSTER', 'NODES'));
await until('the replica follows', async () => (await replica.callRaw('INFO', 'replication')).includes('master_link_status:up'), 30_000);
await a.call('PUBLISH', 'news', 'hello');
for (const client of clients) for (const channel of ['a', 'b', 'c', 'd']) await client.callRaw('SPUBLISH', channel, 'a'.repeat(30));
const primaryPort = Number(/master_port:(\d+)/.exec(String(await replica.call('INFO', 'replication')))![1]);
const primary = servers.findIndex(({ address }) => address.port === primaryPort);
await replica.call('CLUSTER', 'FAILOVER');
await until('the replica leads', async () => /myself,master/.test(await nodeLines(replica)), 30_000);
await until('its primary follows', async () => (await clients[primary]!.callRaw('INFO', 'replication')).includes('master_link_status:up'), 30_000);
await servers[3]!.kill();
await until('it is replaced', async () => /myself,master/.test(await nodeLines(clients[primary]!)), 30_000);
const returned = await connect(await startRedis({ ...starts[3]!, dir: servers[3]!.dir }));
await until('it follows', async () => /myself,slave/.test(await nodeLines(returned)), 30_000);

const found = new Map<string, string[]>();
for (const packet of taps.flatMap(({ packets }) => packets)) {
  const message = readPacket(packet);
  const kind = message.kind + ('extensions' in message && message.extensions.hostname !== undefined ? ' with a name' : '');
  const list = found.get(kind) ?? [];
  if (list.length < perKind) list.push(Buffer.from(packet).toString('base64'));
  found.set(kind, list);
}
console.log([...found.keys()].join(', '));
writeFileSync(new URL('packets.recorded.txt', import.meta.url), `${[...found.values()].flat().join('\n')}\n`);
process.exit(0);
