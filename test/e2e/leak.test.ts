/**
 * Whatever was stored and removed, the arenas hold no more than before: every byte is counted by purpose. The index
 * of slots, which a database gets with its first key, stays until FLUSHALL.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import { encodeCommand } from '../support/resp-client.ts';
import { asMap } from '../support/resp-reply.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { perform, makeEpisode } from '../generator/episode.ts';
import { until } from '../support/until.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let server: Server;
let client: RespClient;
let baseline: Arenas;

beforeAll(async () => {
  server = await startTessera({ shards: 3 });
  client = await connect(server);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('FLUSHALL');
  baseline = await readArenas();
});

test('SET and DEL of many sizes', async () => {
  for (let round = 0; round < 3; round++) {
    const commands = Array.from({ length: 2000 }, (_, i) => ['SET', `key:${i}`, 'x'.repeat((i * 37 + round * 11) % 5000)]);
    await client.pipeline(commands);
    expect(await readArenas()).not.toEqual(baseline);
    await client.pipeline(commands.map(([, key]) => ['DEL', key!]));
  }
  expect(await settledArenas(withoutIndex)).toEqual(withoutIndex(baseline));
  await client.call('FLUSHALL');
  expect(await settledArenas()).toEqual(baseline);
});

test('a value of 64 MB', async () => {
  await client.call('SETRANGE', 'big', 64 * 1024 * 1024 - 1, 'x');
  await client.call('COPY', 'big', 'other');
  await client.call('FLUSHALL');
  expect(await settledArenas()).toEqual(baseline);
});

test('expiries, as they expire', async () => {
  await client.pipeline(Array.from({ length: 3000 }, (_, i) => ['SET', `key:${i}`, 'value', 'PX', 1 + (i % 200)]));
  await until('all keys have expired', async () => (await client.call('DBSIZE')) === 0);
  expect(await settledArenas(withoutIndex)).toEqual(withoutIndex(baseline));
  await client.call('FLUSHALL');
  expect(await settledArenas()).toEqual(baseline);
});

test('databases that are swapped and moved', async () => {
  await client.pipeline(Array.from({ length: 1000 }, (_, i) => ['SET', `key:${i}`, 'value']));
  await client.pipeline([['SWAPDB', 0, 5], ['SELECT', 5], ['MOVE', 'key:1', 6], ['COPY', 'key:2', 'key:2', 'DB', 7], ['SELECT', 0]]);
  await client.call('FLUSHALL');
  expect(await settledArenas()).toEqual(baseline);
});

test(`random commands (TEST_SEED=${SEED})`, async () => {
  await perform(client, makeEpisode(SEED, 5000));
  await client.call('SELECT', 0);
  await client.call('FLUSHALL', 'ASYNC');
  expect(await settledArenas()).toEqual(baseline);
});

test('requests that stop in the middle', async () => {
  for (let i = 0; i < 50; i++) {
    const halting = await connect(server);
    halting.write(encodeCommand(['SET', `key:${i}`, 'x'.repeat(100_000)]).subarray(0, 50_000 + i));
    halting.close();
  }
  expect(await client.call('DBSIZE')).toBe(0);
  expect(await settledArenas()).toEqual(baseline);
});

/** Used bytes of every shard by purpose. */
type Arenas = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The arenas as soon as they are at their baseline, which lazy freeing may delay; otherwise as they are. */
async function settledArenas(view: (arenas: Arenas) => Arenas = (arenas) => arenas): Promise<Arenas> {
  expect(await client.call('DBSIZE')).toBe(0);
  const isBack = async (): Promise<boolean> => isDeepStrictEqual(view(await readArenas()), view(baseline));
  await until('the arenas are back at their baseline', isBack, 5000).catch(() => undefined);
  return view(await readArenas());
}

async function readArenas(): Promise<Arenas> {
  const shards = asMap(await client.call('DEBUG', 'ARENA'));
  return Object.fromEntries([...shards].map(([shard, purposes]) => [shard, Object.fromEntries(asMap(purposes)) as Record<string, number>]));
}

function withoutIndex(arenas: Arenas): Arenas {
  return Object.fromEntries(Object.entries(arenas).map(([shard, bytes]) => [shard, Object.fromEntries(Object.entries(bytes).filter(isData))]));
}

function isData([purpose]: [string, number]): boolean {
  return purpose !== 'index' && purpose !== 'total';
}
