/**
 * Streams between here and redis-server: what each dumps, the other restores and dumps again to
 * the byte; and after the same commands their nodes are the same.
 */
import { expect, test } from 'vitest';
import { Random } from '../../../../src/base/random.ts';
import { stream } from '../../../generator/grammar-stream.ts';
import { randomCommand } from '../../../generator/grammar.ts';
import { Pick } from '../../../generator/pick.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import { connect, startRedis, startSubject } from '../../../support/start-server.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const grammar = { productions: stream, weightSum: stream.reduce((sum, { weight }) => sum + weight, 0) };
const KEYS = ['s0', 's1', '{t}s', '{t}s2'];
const GROUPS = ['g', 'h', 'group with spaces', '', '12'];

test.runIf(hasReference())(`random streams are dumped and restored both ways (TEST_SEED=${SEED})`, async () => {
  const [redis, subject] = await Promise.all([startRedis({ config: { rdbcompression: 'no' } }), startSubject({ shards: 2 })]);
  const [theirs, ours] = await Promise.all([connect(redis), connect(subject)]);
  const pick = new Pick(new Random(SEED));
  for (let round = 0; round < 25; round++) {
    const commands = Array.from({ length: 150 }, () => randomCommand(pick, grammar)).filter(goesForward);
    for (const client of [theirs, ours]) await client.pipelineRaw(commands.map((words) => words.map((word) => Buffer.from(word, 'latin1'))));
    for (const key of KEYS) {
      if ((await ours.call('TYPE', key)) !== 'stream') continue;
      for (const [from, to] of [[theirs, ours], [ours, theirs]] as const) {
        const payload = bulkOf(await from.callRaw('DUMP', key));
        expect([key, await to.call('RESTORE', 'copy', 0, payload, 'REPLACE')]).toEqual([key, 'OK']);
        const again = bulkOf(await to.callRaw('DUMP', 'copy'));
        expect([key, again.toString('latin1')]).toEqual([key, payload.toString('latin1')]);
      }
      await Promise.all([theirs, ours].map(async (client) => await client.pipelineRaw(GROUPS.map((group) => ['XGROUP', 'DESTROY', 'copy', group]))));
      expect([key, await ours.call('DUMP', 'copy')]).toEqual([key, await theirs.call('DUMP', 'copy')]);
    }
  }
  theirs.close();
  ours.close();
  await Promise.all([redis.stop(), subject.stop()]);
});

/** XSETID can go back behind entries that are deleted. Redis then adds to their node; we drop nodes of deleted entries only. */
function goesForward([name]: readonly string[]): boolean {
  return name!.toUpperCase() !== 'XSETID';
}

function bulkOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}
