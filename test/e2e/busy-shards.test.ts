/** While every shard is busy the door answers what needs no shard, and takes new connections. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RespClient, Word } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const SLEEP_S = 1.5;
const ROUNDS = 12;
/** The promise is made of the median, so that a machine busy with other work does not fail the test. */
const ANSWER_MS_MAX = 50;

let server: Server;
let sleeper: RespClient;
let client: RespClient;

beforeAll(async () => {
  server = await startTessera({ shards: 2, config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '500' } });
  [sleeper, client] = [await connect(server), await connect(server)];
  await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
  await until('the cluster is up', async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
});
afterAll(async () => {
  sleeper.close();
  client.close();
  await server.stop();
});

describe('every shard sleeps', () => {
  test.each<[string, readonly Word[]]>([
    ['PING', ['PING']],
    ['INFO', ['INFO']],
    ['CONFIG GET', ['CONFIG', 'GET', 'maxmemory']],
    ['CLUSTER SLOTS', ['CLUSTER', 'SLOTS']],
    ['CLUSTER INFO', ['CLUSTER', 'INFO']],
    ['CLIENT LIST', ['CLIENT', 'LIST']],
  ])(`%s is answered within ${ANSWER_MS_MAX} ms`, async (_, words) => {
    const sleep = await startSleep(['DEBUG', 'SLEEP', SLEEP_S]);
    const timesMs = await timeEach(async () => await client.call(...words));
    expect(sleep.done()).toBe(false);
    expect(median(timesMs)).toBeLessThan(ANSWER_MS_MAX);
    await sleep.end;
  });

  test(`new connections are answered within ${ANSWER_MS_MAX} ms`, async () => {
    const sleep = await startSleep(['DEBUG', 'SLEEP', SLEEP_S]);
    const timesMs = await timeEach(async () => {
      const newcomer = await connect(server);
      await newcomer.call('PING');
      newcomer.close();
    });
    expect(sleep.done()).toBe(false);
    expect(median(timesMs)).toBeLessThan(ANSWER_MS_MAX);
    await sleep.end;
  });
});

test('one shard sleeps and the others work', async () => {
  // The slot of b is even, that of a odd: with two shards they are apart.
  const sleep = await startSleep(['DEBUG', 'SLEEP', SLEEP_S, 'SHARD', 1]);
  const timesMs = await timeEach(async () => await client.call('SET', 'b', 'v'));
  expect(sleep.done()).toBe(false);
  expect(median(timesMs)).toBeLessThan(ANSWER_MS_MAX);
  const late = await connect(server);
  const startMs = performance.now();
  await late.call('SET', 'a', 'v');
  expect(performance.now() - startMs).toBeGreaterThan(100);
  expect(sleep.done()).toBe(true);
  late.close();
});

interface Sleep {
  readonly done: () => boolean;
  readonly end: Promise<unknown>;
}

/** Resolves once the shards sleep: the command has been sent before anything that follows. */
async function startSleep(words: readonly Word[]): Promise<Sleep> {
  let done = false;
  const end = sleeper.call(...words).then(() => (done = true));
  await client.call('PING');
  return { done: () => done, end };
}

async function timeEach(work: () => Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    await work();
    timesMs.push(performance.now() - startMs);
  }
  return timesMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
