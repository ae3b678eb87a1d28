/** Whatever was stored and removed, the arenas hold no more than before: every byte is counted by purpose. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import { encodeCommand } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { perform, makeEpisode } from '../generator/episode.ts';
import { until } from '../support/until.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

let server: Server;
let client: RespClient;
let baseline: string;

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
  baseline = await arenas();
});

test('SET and DEL of many sizes', async () => {
  for (let round = 0; round < 3; round++) {
    const commands = Array.from({ length: 2000 }, (_, i) => ['SET', `key:${i}`, 'x'.repeat((i * 37 + round * 11) % 5000)]);
    await client.pipeline(commands);
    expect(await arenas()).not.toBe(baseline);
    await client.pipeline(commands.map(([, key]) => ['DEL', key!]));
  }
  expect(await settledArenas()).toBe(baseline);
});

test('a value of 64 MB', async () => {
  await client.call('SETRANGE', 'big', 64 * 1024 * 1024 - 1, 'x');
  await client.call('COPY', 'big', 'other');
  await client.call('FLUSHALL');
  expect(await settledArenas()).toBe(baseline);
});

test('expiries, as they expire', async () => {
  await client.pipeline(Array.from({ length: 3000 }, (_, i) => ['SET', `key:${i}`, 'value', 'PX', 1 + (i % 200)]));
  await until('all keys have expired', async () => (await client.call('DBSIZE')) === 0);
  expect(await settledArenas()).toBe(baseline);
});

test('databases that are swapped and moved', async () => {
  await client.pipeline(Array.from({ length: 1000 }, (_, i) => ['SET', `key:${i}`, 'value']));
  await client.pipeline([['SWAPDB', 0, 5], ['SELECT', 5], ['MOVE', 'key:1', 6], ['COPY', 'key:2', 'key:2', 'DB', 7], ['SELECT', 0]]);
  await client.call('FLUSHALL');
  expect(await settledArenas()).toBe(baseline);
});

test(`random commands (TEST_SEED=${SEED})`, async () => {
  await perform(client, makeEpisode(SEED, 5000));
  await client.call('SELECT', 0);
  await client.call('FLUSHALL', 'ASYNC');
  expect(await settledArenas()).toBe(baseline);
});

test('requests that stop in the middle', async () => {
  for (let i = 0; i < 50; i++) {
    const halting = await connect(server);
    halting.write(encodeCommand(['SET', `key:${i}`, 'x'.repeat(100_000)]).subarray(0, 50_000 + i));
    halting.close();
  }
  expect(await client.call('DBSIZE')).toBe(0);
  expect(await settledArenas()).toBe(baseline);
});

/** The arenas as soon as they are at their baseline, which lazy freeing may delay; otherwise as they are. */
async function settledArenas(): Promise<string> {
  expect(await client.call('DBSIZE')).toBe(0);
  const isBack = async (): Promise<boolean> => (await arenas()) === baseline;
  return await until('the arenas are back at their baseline', isBack, 5000).then(() => baseline, arenas);
}

/** Used bytes of every shard by purpose, as the server words it. */
async function arenas(): Promise<string> {
  return String(await client.callRaw('DEBUG', 'ARENA'));
}
