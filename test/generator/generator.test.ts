/** Random commands: Tessera answers as redis-server does, and the generator finds what it should find. */
import { expect, test } from 'vitest';
import { hasReference } from '../support/redis-binary.ts';
import { connect, startRedis, startSubject } from '../support/start-server.ts';
import { runCampaign } from './campaign.ts';
import { describeCommand, findMismatch, makeEpisode, perform } from './episode.ts';
import { dumps, replies } from './differences.ts';
import { families } from './grammar.ts';
import { agree, unmet } from './judge.ts';
import { readRecordedReplies, recordedEpisode } from './recording.ts';

const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e9));

test.runIf(hasReference()).each([1, 3])(`100,000 random commands agree with redis-server with %d shards (TEST_SEED=${SEED})`, async (shards) => {
  const [reference, subject] = await Promise.all([startRedis(), startSubject({ shards })]);
  expect(await runCampaign(reference, subject, { seed: SEED + shards, commandCount: 100_000 })).toBeUndefined();
  await Promise.all([reference.stop(), subject.stop()]);
});

test.each(Object.keys(families))('the recorded random commands of the family %s are answered as redis-server did', async (family) => {
  const subject = await startSubject({ shards: 2 });
  const client = await connect(subject);
  const commands = recordedEpisode(family);
  const [wanted, given] = [readRecordedReplies(family), await perform(client, commands)];
  const differing = commands.filter((command, i) => !agree(command, wanted[i]!, given[i]!, false));
  expect(differing.map(describeCommand)).toEqual([]);
  client.close();
  await subject.stop();
});

test.runIf(hasReference())('every difference between replies that is allowed has come to pass above', () => {
  expect(unmet(replies)).toEqual([]);
});

test.runIf(hasReference())('a sorted set that was large loses the sign of zero by DUMP and RESTORE in both servers', async () => {
  const [reference, subject] = await Promise.all([startRedis(), startSubject({ shards: 1 })]);
  const clients = await Promise.all([connect(reference), connect(subject)]);
  const many = Array.from({ length: 200 }, (_, i) => `m${i}`);
  const commands = [['ZADD', 'z0', '-0', 'a', ...many.flatMap((member) => ['1', member])], ['ZREM', 'z0', ...many]];
  expect(await findMismatch(...clients, commands)).toBeUndefined();
  expect(unmet([dumps])).toEqual([]);
  for (const client of clients) client.close();
  await Promise.all([reference.stop(), subject.stop()]);
});

test.runIf(hasReference())('a difference is found and shrunk to what causes it', async () => {
  const [reference, subject] = await Promise.all([startRedis(), startRedis({ config: { databases: '2' } })]);
  const report = await runCampaign(reference, subject, { seed: 1, commandCount: 2000 });
  expect(report?.split('\n')).toEqual([
    'seed 1, episode 0:',
    expect.stringMatching(/^> \w+ .*\b(2|15)\b/),
    expect.stringContaining(''),
    expect.stringContaining('  redis:   '),
    expect.stringContaining('  tessera: -ERR'),
  ]);
  await Promise.all([reference.stop(), subject.stop()]);
});

test('an episode is the same for the same seed', () => {
  expect(makeEpisode(5, 300)).toEqual(makeEpisode(5, 300));
  expect(makeEpisode(5, 300)).not.toEqual(makeEpisode(6, 300));
});
