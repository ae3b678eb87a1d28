/** Random commands: Tessera answers as redis-server does, and the generator finds what it should find. */
import { expect, test } from 'vitest';
import { agrees } from '../conformance/compare.ts';
import type { Rule } from '../conformance/script.ts';
import { hasReference } from '../support/redis-binary.ts';
import { connect, startRedis, startSubject } from '../support/start-server.ts';
import { runCampaign } from './campaign.ts';
import { describeCommand, makeEpisode, perform } from './episode.ts';
import { families, ruleOf } from './grammar.ts';
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
  const differing = commands.filter((command, i) => !agrees(withoutClock(ruleOf(command)), wanted[i]!, given[i]!));
  expect(differing.map(describeCommand)).toEqual([]);
  client.close();
  await subject.stop();
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

/** Times to live against a recording: how much time has passed since says nothing. */
function withoutClock(rule: Rule): Rule {
  return rule.kind === 'about' ? { kind: 'about', tolerance: Infinity } : rule;
}
