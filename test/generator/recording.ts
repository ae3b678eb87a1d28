/**
 * An episode of each family with redis-server's replies, for hosts without it: a line a command, its bytes escaped.
 * The first line is a digest of the commands, which are made again from the seed.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeBytes, unescapeBytes } from '../support/quoting.ts';
import { describeCommand, makeEpisode } from './episode.ts';
import type { Command } from './grammar.ts';

const FOLDER = new URL('recorded/', import.meta.url).pathname;
const SEED = 20_260_101;
const COMMAND_COUNT = 2000;

/** The commands of the recorded episode of a family. */
export function recordedEpisode(family: string): Command[] {
  return makeEpisode(SEED, COMMAND_COUNT, family);
}

export function writeRecordedReplies(family: string, replies: readonly Buffer[]): void {
  writeFileSync(fileOf(family), [digest(family), ...replies.map((reply) => escapeBytes(reply.subarray(0, -2)))].join('\n') + '\n');
}

/** Replies to recordedEpisode; throws when the generator makes other commands now. */
export function readRecordedReplies(family: string): Buffer[] {
  const [made, ...lines] = readFileSync(fileOf(family), 'utf8').trimEnd().split('\n');
  if (made !== digest(family)) throw new Error(`the generator has changed since the recording: node test/generator/record.ts ${family}`);
  return lines.map((line) => Buffer.concat([unescapeBytes(line), Buffer.from('\r\n')]));
}

function fileOf(family: string): string {
  return join(FOLDER, `${family}.txt`);
}

function digest(family: string): string {
  return createHash('sha1').update(recordedEpisode(family).map(describeCommand).join('\n')).digest('hex');
}
