/**
 * What is loaded from the logs is what was stored: after random commands of all types the digest of the whole dataset
 * is the same before and after a restart, also with another number of shards, whose bases are then written anew.
 */
import { afterEach, expect, test } from 'vitest';
import type { RespClient } from '../support/resp-client.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { makeEpisode, perform } from '../generator/episode.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const commandCount = 8000;
const config = { appendonly: 'yes', appendfsync: 'no' };

let server: Server | undefined;
afterEach(async () => await server?.kill());

test(`the digest of all data outlives restarts with 2, 2 and 3 shards (TEST_SEED=${SEED})`, async () => {
  const dir = makeTempDir('replay');
  server = await startTessera({ dir, config, shards: 2 });
  const digests = [await withClient(server, async (client) => {
    // Flushing is seldom wanted here: the later, the more there is to compare.
    const commands = makeEpisode(SEED, commandCount).filter(([name]) => !/^flush/i.test(name!));
    await perform(client, commands);
    return await client.call('DEBUG', 'DIGEST');
  })];
  expect(digests[0]).not.toBe('0'.repeat(40));
  for (const shards of [2, 3]) {
    await server.stop();
    server = await startTessera({ dir, config, shards });
    digests.push(await withClient(server, async (client) => await client.call('DEBUG', 'DIGEST')));
  }
  expect(new Set(digests).size).toBe(1);
});

async function withClient<T>(of: Server, use: (client: RespClient) => Promise<T>): Promise<T> {
  const client = await connect(of);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}
