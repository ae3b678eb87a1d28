/**
 * One episode with redis-server's replies, for hosts without it: a line a command, its bytes escaped. The
 * first line is a digest of the commands, which are made again from the seed.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { escapeBytes, unescapeBytes } from '../support/quoting.ts';
import { describeCommand, makeEpisode } from './episode.ts';
import type { Command } from './grammar.ts';

const FILE = new URL('recorded.txt', import.meta.url).pathname;
const SEED = 20_260_101;
const COMMAND_COUNT = 2000;

/** The commands of the recorded episode. */
export function recordedEpisode(): Command[] {
  return makeEpisode(SEED, COMMAND_COUNT);
}

export function writeRecordedReplies(replies: readonly Buffer[]): void {
  writeFileSync(FILE, [digest(), ...replies.map((reply) => escapeBytes(reply.subarray(0, -2)))].join('\n') + '\n');
}

/** Replies to recordedEpisode; throws when the generator makes other commands now. */
export function readRecordedReplies(): Buffer[] {
  const [made, ...lines] = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  if (made !== digest()) throw new Error('the generator has changed since the recording: npm run record');
  return lines.map((line) => Buffer.concat([unescapeBytes(line), Buffer.from('\r\n')]));
}

function digest(): string {
  return createHash('sha1').update(recordedEpisode().map(describeCommand).join('\n')).digest('hex');
}
