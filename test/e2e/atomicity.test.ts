/** Commands over several shards are one step: nobody ever sees half of one. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject } from '../support/start-server.ts';

const KEYS = Array.from({ length: 12 }, (_, i) => `atomic:${i}`);
const ROUNDS = 1500;
const PIPELINE = 10;

let server: Server;
let clients: RespClient[];

beforeAll(async () => {
  server = await startSubject({ shards: 3 });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  clients = await Promise.all(Array.from({ length: 6 }, async () => await connect(server)));
  await clients[0]!.call('FLUSHALL');
  return () => clients.forEach((client) => client.close());
});

test('MGET never sees a mix of two MSETs', async () => {
  const [one, two, three, ...readers] = clients as [RespClient, RespClient, RespClient, ...RespClient[]];
  await one.call('MSET', ...allSetTo('start'));
  const writing = Promise.all([one, two, three].map(async (writer, index) => await writeTokens(writer, index, 'MSET')));
  const seen = new Set<string>();
  const reading = readers.map(async (reader) => {
    for (let round = 0; round < ROUNDS / PIPELINE; round++) {
      for (const values of await reader.pipeline(Array.from({ length: PIPELINE }, () => ['MGET', ...shuffled(round)]))) {
        const tokens = new Set(values as string[]);
        expect([...tokens]).toHaveLength(1);
        seen.add([...tokens][0]!);
      }
    }
  });
  await Promise.all([...reading, writing]);
  expect(seen.size).toBeGreaterThan(10);
});

test('DEL of many keys is seen whole', async () => {
  const [writer, ...readers] = clients as [RespClient, ...RespClient[]];
  const writing = (async () => {
    for (let round = 0; round < ROUNDS / PIPELINE; round++) {
      await writer.pipeline(Array.from({ length: PIPELINE }, (_, i) => (i % 2 === 0 ? ['MSET', ...allSetTo(String(round))] : ['DEL', ...shuffled(i)])));
    }
  })();
  const reading = readers.map(async (reader) => {
    for (let round = 0; round < ROUNDS / PIPELINE; round++) {
      const counts = await reader.pipeline(Array.from({ length: PIPELINE }, () => ['EXISTS', ...KEYS]));
      for (const count of counts) expect([0, KEYS.length]).toContain(count);
    }
  });
  await Promise.all([...reading, writing]);
});

test('of many MSETNX that overlap one wins, whole', async () => {
  for (let round = 0; round < 100; round++) {
    await clients[0]!.call('DEL', ...KEYS);
    const answers = await Promise.all(clients.map(async (client, index) => await client.call('MSETNX', ...allSetTo(`${round}:${index}`))));
    expect(answers.filter((answer) => answer === 1)).toHaveLength(1);
    const winner = `${round}:${answers.indexOf(1)}`;
    expect(await clients[0]!.call('MGET', ...KEYS)).toEqual(KEYS.map(() => winner));
  }
});

test('a key that is renamed to and fro is always in one place', async () => {
  const [one, two, ...readers] = clients as [RespClient, RespClient, ...RespClient[]];
  await one.call('SET', 'here', 'token');
  const moving = Promise.all(
    [one, two].map(async (mover) => {
      for (let round = 0; round < ROUNDS / PIPELINE; round++) {
        await mover.pipeline(Array.from({ length: PIPELINE }, (_, i) => (i % 2 === 0 ? ['RENAME', 'here', 'there'] : ['RENAME', 'there', 'here'])));
      }
    }),
  );
  const reading = readers.map(async (reader) => {
    for (let round = 0; round < ROUNDS / PIPELINE; round++) {
      const found = await reader.pipeline(Array.from({ length: PIPELINE }, () => ['MGET', 'here', 'there']));
      for (const values of found) expect((values as (string | null)[]).filter((value) => value === 'token')).toHaveLength(1);
    }
  });
  await Promise.all([...reading, moving]);
});

test('increments from all clients add up while MSETs cross them', async () => {
  const [one, two, ...others] = clients as [RespClient, RespClient, ...RespClient[]];
  const incrementing = [one, two].map(async (client) => {
    for (let round = 0; round < ROUNDS / PIPELINE; round++) await client.pipeline(Array.from({ length: PIPELINE }, (_, i) => ['INCR', `counter:${i}`]));
  });
  await Promise.all([...incrementing, ...others.map(async (client, index) => await writeTokens(client, index, 'MSET'))]);
  const counters = Array.from({ length: PIPELINE }, (_, i) => `counter:${i}`);
  expect(await one.call('MGET', ...counters)).toEqual(counters.map(() => String((2 * ROUNDS) / PIPELINE)));
});

async function writeTokens(client: RespClient, index: number, command: string): Promise<void> {
  for (let round = 0; round < ROUNDS / PIPELINE; round++) {
    await client.pipeline(Array.from({ length: PIPELINE }, (_, i) => [command, ...allSetTo(`${index}:${round}:${i}`)]));
  }
}

function allSetTo(token: string): string[] {
  return KEYS.flatMap((key) => [key, token]);
}

/** The keys in another order each round, so that no shard is always the first. */
function shuffled(round: number): string[] {
  return [...KEYS.slice(round % KEYS.length), ...KEYS.slice(0, round % KEYS.length)];
}
