/**
 * How fast slots move from one Tessera to another under a load of writes, what the load feels of it, and whether every
 * write is there afterwards; beside MIGRATE key by key between two redis-servers, which has no load to bear.
 */
import type { RespClient } from '../../test/support/resp-client.ts';
import type { Server } from '../../test/support/server.ts';
import { connect } from '../../test/support/start-server.ts';
import { until } from '../../test/support/until.ts';
import type { Contestant } from '../support/contestants.ts';
import { PacedWriters } from '../support/paced-writers.ts';
import type { Latencies } from '../support/paced-writers.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';

const config = { 'cluster-enabled': 'yes', 'cluster-require-full-coverage': 'no', 'cluster-node-timeout': '5000', appendonly: 'no' };
const patienceMs = 300_000;
const valueBytes = 64;
const keysPerBatch = 1000;
/** Of the load: both programs are compiled, and what the filling left behind is collected. */
const warmUpSeconds = 5;
const quietSeconds = 5;
/** Slots of which MIGRATE moves the keys. */
const sampleSlots = 500;

interface Pair {
  readonly servers: readonly [Server, Server];
  readonly clients: readonly [RespClient, RespClient];
  readonly ids: readonly [string, string];
}

/** `contestants`: Tessera, and redis-server where there is one. */
export async function measureMigration(contestants: readonly Contestant[], keyCount: number, writesPerSecond: number, report: Report): Promise<void> {
  report.section(`Moving all slots: ${grouped(keyCount)} keys with values of ${valueBytes} bytes, ${grouped(writesPerSecond)} writes/s`);
  const [tessera, redis] = contestants;
  const ours = await withPair(tessera!, (pair) => moveAtOnce(pair, keyCount, writesPerSecond, report));
  const theirs = redis === undefined ? NaN : await withPair(redis, (pair) => moveByKey(pair, keyCount));
  report.table(['server', 'how', 'keys/s', 'ratio'], [
    ['tessera', 'CLUSTER MIGRATESLOTS under load', grouped(ours), round(ours / theirs)],
    ['redis', 'MIGRATE key by key, no load', grouped(theirs), '1.00'],
  ]);
}

async function moveAtOnce({ servers, clients: [from, to], ids }: Pair, keyCount: number, writesPerSecond: number, report: Report): Promise<number> {
  await fill(from, keyCount);
  const writers = await PacedWriters.start(servers.map(({ address }) => address.port), writesPerSecond, keyCount);
  await writers.forSeconds(warmUpSeconds);
  writers.takeLatencies();
  await writers.forSeconds(quietSeconds);
  const before = writers.takeLatencies();
  const startedMs = performance.now();
  await from.call('CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', 0, 16383, 'NODE', ids[1]);
  const state = await until('the migration is over', () => stateOf(from), patienceMs);
  const tookMs = performance.now() - startedMs;
  const during = writers.takeLatencies();
  await until('the keys are deleted', async () => String(await from.call('CLUSTER', 'INFO')).includes('active_trim_running:0'), patienceMs);
  await writers.forSeconds(quietSeconds);
  const after = writers.takeLatencies();
  const lost = await writers.stop();
  report.table(['writes', 'count', 'p50 ms', 'p99 ms', 'max ms', 'stall of the load ms'], [line('before', before), line('while slots move', during), line('while keys are deleted', after)]);
  const status = (await from.call('CLUSTER', 'MIGRATION', 'STATUS', 'ALL')) as unknown[][];
  report.remark(`State ${state} after ${round(tookMs / 1000)} s, writes were paused for ${String(status[0]!.at(-1))} ms; ` +
    `${grouped(Number(await to.call('DBSIZE')))} keys arrived; acknowledged writes lost: ${lost}.`);
  return keyCount / (tookMs / 1000);
}

function line(when: string, { count, p50, p99, max, stall }: Latencies): string[] {
  return [when, grouped(count), round(p50), round(p99), round(max), round(stall)];
}

async function stateOf(client: RespClient): Promise<string | undefined> {
  const entries = (await client.call('CLUSTER', 'GETSLOTMIGRATIONS')) as unknown[][];
  const fields = entries[0]!.map(String);
  const state = fields[fields.indexOf('state') + 1]!;
  return ['success', 'failed', 'cancelled'].includes(state) ? state : undefined;
}

async function moveByKey({ servers, clients: [from, to], ids }: Pair, keyCount: number): Promise<number> {
  await fill(from, keyCount);
  const { port } = servers[1].address;
  let moved = 0;
  const startedMs = performance.now();
  for (let slot = 0; slot < sampleSlots; slot++) {
    await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[0]);
    await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[1]);
    const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, keyCount)) as unknown[];
    for (const key of keys) await from.call('MIGRATE', '127.0.0.1', port, String(key), 0, 5000);
    for (const client of [to, from]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[1]);
    moved += keys.length;
  }
  return moved / ((performance.now() - startedMs) / 1000);
}

async function fill(client: RespClient, keyCount: number): Promise<void> {
  const value = 'x'.repeat(valueBytes);
  for (let i = 0; i < keyCount; i += keysPerBatch) {
    const size = Math.min(keysPerBatch, keyCount - i);
    await client.pipelineRaw(Array.from({ length: size }, (_, n) => ['SET', `key:${String(i + n).padStart(8, '0')}`, value]));
  }
}

/** Two nodes in a cluster, of which the first has all slots. */
async function withPair<T>(contestant: Contestant, use: (pair: Pair) => Promise<T>): Promise<T> {
  const servers = [await contestant.start(config), await contestant.start(config)] as const;
  try {
    const clients = [await connect(servers[0], 'tcp', patienceMs), await connect(servers[1], 'tcp', patienceMs)] as const;
    await clients[0].call('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
    await clients[1].call('CLUSTER', 'SET-CONFIG-EPOCH', 2);
    const busPort = /@(\d+)/.exec(String(await clients[1].call('CLUSTER', 'NODES')))![1]!;
    await clients[0].call('CLUSTER', 'MEET', '127.0.0.1', servers[1].address.port, busPort);
    for (const client of clients) {
      await until('both nodes know each other', async () => /cluster_state:ok[\s\S]*cluster_known_nodes:2/.test(String(await client.call('CLUSTER', 'INFO'))), patienceMs);
    }
    const ids = [String(await clients[0].call('CLUSTER', 'MYID')), String(await clients[1].call('CLUSTER', 'MYID'))] as const;
    const result = await use({ servers, clients, ids });
    for (const client of clients) client.close();
    return result;
  } finally {
    for (const server of servers) await server.kill();
  }
}
