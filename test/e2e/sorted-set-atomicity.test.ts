/** Commands over the sorted sets of several shards are one step: while many clients write, nobody sees half of one. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startSubject } from '../support/start-server.ts';

const rounds = 60;
const pipeline = 8;
const sources = ['zset:a', 'zset:b', 'zset:c', 'zset:d'];
/** As many as make a sorted set large. */
const members = Array.from({ length: 150 }, (_, i) => `member:${i}`);

let server: Server;
let clients: RespClient[];

beforeAll(async () => {
  server = await startSubject({ shards: 4 });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  clients = await Promise.all(Array.from({ length: 6 }, async () => await connect(server)));
  await clients[0]!.call('FLUSHALL');
  return () => clients.forEach((client) => client.close());
});

/** Gives every source the same score for all its members, in one step: the stores copy one that has it. */
async function giveScores(client: RespClient, offset: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const score = String(offset + round);
    const staged = `staged:${offset}`;
    const replies = await client.pipeline([
      ['ZADD', staged, ...members.flatMap((member) => [score, member])],
      ['ZRANGESTORE', 'zset:a', staged, 0, -1],
      ['ZUNIONSTORE', 'zset:b', 2, staged, 'nothing', 'WEIGHTS', 2, 1],
      ['ZINTERSTORE', 'zset:c', 2, staged, staged, 'AGGREGATE', 'MAX'],
      ['ZDIFFSTORE', 'zset:d', 2, staged, 'nothing'],
    ]);
    expect(replies.slice(1)).toEqual([150, 150, 150, 150]);
  }
}

async function exchange(client: RespClient): Promise<void> {
  for (let round = 0; round < rounds; round++) await client.pipeline([['RENAME', 'zset:a', 'zset:b'], ['RENAME', 'zset:b', 'zset:a']]);
}

async function eachReply(client: RespClient, commands: (string | number)[][], check: (reply: unknown) => void): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const reply of await client.pipeline(Array.from({ length: pipeline }, (_, i) => commands[(round + i) % commands.length]!))) check(reply);
  }
}

test('what is stored is seen whole, by reads of one and of many', async () => {
  const [one, two, three, four, five, six] = clients as [RespClient, RespClient, RespClient, RespClient, RespClient, RespClient];
  await giveScores(one, 0);
  const seen = new Set<unknown>();
  const ofOneScore = (reply: unknown): void => {
    const scores = (reply as unknown[]).filter((_, i) => i % 2 === 1);
    expect(scores).toHaveLength(members.length);
    expect(new Set(scores).size).toBe(1);
    seen.add(scores[0]);
  };
  await Promise.all([
    giveScores(one, 1000), giveScores(two, 2000), giveScores(three, 3000),
    eachReply(four, sources.map((key) => ['ZRANGE', key, 0, -1, 'WITHSCORES']), ofOneScore),
    eachReply(five, [['ZUNION', 4, ...sources, 'AGGREGATE', 'MAX', 'WITHSCORES'], ['ZINTER', 3, ...sources.slice(1), 'WITHSCORES']], ofOneScore),
    eachReply(six, [['ZINTERCARD', 4, ...sources], ['ZCARD', 'zset:b'], ['ZUNIONSTORE', 'out', 4, ...sources], ['ZRANGESTORE', 'out', 'zset:c', 0, -1]], (reply) =>
      expect(reply).toBe(members.length)),
  ]);
  expect(seen.size).toBeGreaterThan(20);
});

test('members that are popped from several keys go to one client each', async () => {
  const total = 3000;
  await clients[0]!.pipeline(Array.from({ length: total }, (_, i) => ['ZADD', sources[i % sources.length]!, i, `member:${i}`]));
  const taken: string[] = [];
  await Promise.all(clients.map(async (client, index) => {
    for (let left = true; left;) {
      const replies = await client.pipeline(Array.from({ length: pipeline }, (_, i) =>
        ['ZMPOP', sources.length, ...sources.slice(index % 4), ...sources.slice(0, index % 4), i % 2 === 0 ? 'MIN' : 'MAX', 'COUNT', 7]));
      for (const reply of replies as ([string, [string, string][]] | null)[]) {
        left = reply !== null;
        for (const [member] of reply?.[1] ?? []) taken.push(member);
      }
    }
  }));
  expect(new Set(taken).size).toBe(total);
  expect(taken).toHaveLength(total);
  expect(await clients[0]!.call('EXISTS', ...sources)).toBe(0);
});

test('members are always in one of two sorted sets while they are exchanged', async () => {
  const [one, two, ...readers] = clients as [RespClient, RespClient, ...RespClient[]];
  await one.call('ZADD', 'zset:a', ...members.flatMap((member, i) => [String(i), member]));
  await Promise.all([
    exchange(one), exchange(two),
    ...readers.map(async (reader) => await eachReply(reader, [['ZUNION', 2, 'zset:a', 'zset:b']], (reply) => expect(reply).toHaveLength(members.length))),
  ]);
});
