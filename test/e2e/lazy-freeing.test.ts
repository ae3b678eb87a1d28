/** Large values that go are freed by their shards in between: everything else goes on, and all memory comes back. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const memberCount = 200_000;
const perCommand = 5000;

let server: Server;
let client: RespClient;

beforeAll(async () => {
  server = await startTessera({ shards: 2 });
  client = await connect(server);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
beforeEach(async () => {
  await client.call('CONFIG', 'SET', 'maxmemory', 0, 'lazyfree-lazy-user-flush', 'no');
  await client.call('FLUSHALL');
  await client.call('CONFIG', 'RESETSTAT');
});

test.each([
  ['DEL', ['DEL', 'large']], ['UNLINK', ['UNLINK', 'large']], ['SET', ['SET', 'large', 'v']], ['an expiry', ['PEXPIRE', 'large', 0]], ['RENAME', ['RENAME', 'small', 'large']],
])('what %s replaces or removes is freed in the end, and counted', async (_, command) => {
  await client.call('SET', 'small', 'v');
  await client.call('SET', 'large', 'v');
  const before = await usedBytes();
  await addMembers('large');
  expect(await usedBytes()).toBeGreaterThan(before + memberCount * 20);
  await client.call(...command);
  await until('the members are freed', async () => (await info('lazyfree_pending_objects')) === 0);
  expect(await info('lazyfreed_objects')).toBe(1);
  expect(await usedBytes()).toBeLessThanOrEqual(before);
  await client.call('CONFIG', 'RESETSTAT');
  expect(await info('lazyfreed_objects')).toBe(0);
});

test.each([['FLUSHALL', 'ASYNC'], ['FLUSHDB', 'ASYNC'], ['FLUSHALL']])('%s %s gives back what whole databases held', async (...command) => {
  const before = await usedBytes();
  if (command.length === 1) await client.call('CONFIG', 'SET', 'lazyfree-lazy-user-flush', 'yes');
  await addMembers('large');
  await client.pipeline(Array.from({ length: 20_000 }, (_, i) => ['SET', `key:${i}`, `value:${i}`]));
  await client.call(...command);
  expect(await client.call('DBSIZE')).toBe(0);
  await client.call('SET', 'key:1', 'new');
  await until('the keys are freed', async () => (await info('lazyfree_pending_objects')) === 0);
  expect(await info('lazyfreed_objects')).toBe(20_001);
  expect(await client.call('GET', 'key:1')).toBe('new');
  await client.call('FLUSHALL', 'SYNC');
  expect(await usedBytes()).toBe(before);
});

test('a write finds the memory of what was deleted just before, however little is allowed', async () => {
  await addMembers('large');
  await client.call('CONFIG', 'SET', 'maxmemory', await usedBytes() + 1000);
  for (let round = 0; round < 3; round++) {
    const replies = await client.pipeline([['DEL', 'large'], ...membersCommands('large')]);
    expect(replies.filter((reply) => reply instanceof Error)).toEqual([]);
  }
});

function membersCommands(key: string): string[][] {
  return Array.from({ length: memberCount / perCommand }, (_, n) => ['SADD', key, ...Array.from({ length: perCommand }, (__, i) => `member:${n}:${i}`)]);
}

async function addMembers(key: string): Promise<void> {
  await client.pipeline([['DEL', key], ...membersCommands(key)]);
}

async function usedBytes(): Promise<number> {
  return await info('used_memory');
}

async function info(field: string): Promise<number> {
  const text = String(await client.call('INFO', 'memory'));
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)![1]);
}
