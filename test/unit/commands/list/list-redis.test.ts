/**
 * Random list commands beside redis-server, where it is installed: every reply the same to the byte, and
 * after each change the DUMP too, which shows where nodes begin and end. Where nodes are limited in bytes,
 * nothing is inserted between others: the reference then joins nodes that together are larger than the limit,
 * since it has not counted the bytes of the new element yet.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis } from '../../../support/start-server.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench } from '../command-bench.ts';
import { listCommand } from './list-words.ts';

const commandCount = 2000;

describe.runIf(hasReference())('beside redis-server', () => {
  let server: Server;
  let client: RespClient;
  beforeAll(async () => {
    server = await startRedis({ config: { rdbcompression: 'no' } });
    client = await connect(server);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each([1, 2, 3, 8, -1, -2])(`lists have the same nodes with list-max-listpack-size %i (seed ${seed})`, async (fill) => {
    const random = new Random(seed + fill);
    const bench = new CommandBench({ limits: { listMaxListpackSize: fill } });
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'SET', 'list-max-listpack-size', String(fill));
    const commands = Array.from({ length: commandCount }, () => listCommand(random, { withNewer: false, withInsert: fill > 0, pushMax: fill < 0 ? 60 : 5 }));
    const words = commands.flatMap((command) => [command, ['DUMP', command[0] === 'LMPOP' ? command[2]! : command[1]!]]);
    const theirs = await client.pipelineRaw(words.map((command) => command.map((word) => Buffer.from(word, 'latin1'))));
    const differences: string[] = [];
    for (const [i, command] of words.entries()) {
      const [actual, expected] = [bench.run(command), theirs[i]!.toString('latin1')];
      if (actual !== expected) differences.push(`${i}: ${command.join(' ')}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
      bench.takeEffects();
    }
    expect(differences.slice(0, 3)).toEqual([]);
    bench.checkAndFlush();
  });
});
