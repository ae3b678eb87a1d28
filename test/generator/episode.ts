/**
 * An episode is a short random run that starts on empty databases, so it can be replayed by itself. It is
 * performed on two servers; their replies are compared command by command, and in the end their datasets.
 */
import { Random } from '../../src/base/random.ts';
import { escapeBytes, quoteWord } from '../support/quoting.ts';
import type { RespClient } from '../support/resp-client.ts';
import { decodeReply } from '../support/resp-reply.ts';
import { grammarOf, randomCommand } from './grammar.ts';
import type { Command } from './grammar.ts';
import { agree } from './judge.ts';
import { Pick } from './pick.ts';
import { compareSerialized } from './serialized.ts';

export interface Mismatch {
  /** Index of the command whose replies differ, or the command count when the datasets differ. */
  readonly index: number;
  readonly text: string;
}

/** The databases that Pick.database names. */
const DATABASES = [0, 1, 2, 15];
const PIPELINE_MAX = 250;

/** All that is asked about a key in the end. */
const questions: readonly Command[] = [['GET'], ['TYPE'], ['OBJECT', 'ENCODING'], ['PEXPIRETIME'], ['DEBUG', 'DIGEST-VALUE']];

/** The commands of one episode, of all families or mostly of one; the same for the same seed. */
export function makeEpisode(seed: number, commandCount: number, family?: string): Command[] {
  const pick = new Pick(new Random(seed));
  const grammar = grammarOf(family);
  return Array.from({ length: commandCount }, () => randomCommand(pick, grammar));
}

/** Performs the commands on an empty server and gives the reply bytes. */
export async function perform(client: RespClient, commands: readonly Command[]): Promise<Buffer[]> {
  await client.pipelineRaw([['FLUSHALL'], ['SELECT', 0]]);
  const replies: Buffer[] = [];
  for (let from = 0; from < commands.length; from += PIPELINE_MAX) {
    replies.push(...(await client.pipelineRaw(commands.slice(from, from + PIPELINE_MAX).map(toBytes))));
  }
  return replies;
}

/** Performs the commands on both and tells the first difference. */
export async function findMismatch(reference: RespClient, subject: RespClient, commands: readonly Command[]): Promise<Mismatch | undefined> {
  const [wanted, given] = await Promise.all([perform(reference, commands), perform(subject, commands)]);
  const index = commands.findIndex((command, i) => !agree(command, wanted[i]!, given[i]!));
  if (index >= 0) {
    const command = describeCommand(commands[index]!);
    return { index, text: `${command}\n  redis:   ${show(wanted[index]!)}\n  tessera: ${show(given[index]!)}` };
  }
  const [expected, actual] = await Promise.all([readDataset(reference), readDataset(subject)]);
  const text = compareDatasets(expected, actual) ?? (await compareDumps(reference, subject));
  return text === undefined ? undefined : { index: commands.length, text };
}

async function compareDumps(reference: RespClient, subject: RespClient): Promise<string | undefined> {
  for (const database of DATABASES) {
    for (const client of [reference, subject]) await client.call('SELECT', database);
    const difference = await compareSerialized(reference, subject, await listKeys(reference));
    if (difference !== undefined) return `db ${database}: ${difference}`;
  }
  return undefined;
}

/** A command as one can type it into redis-cli. */
export function describeCommand(command: Command): string {
  return toBytes(command).map(quoteWord).join(' ');
}

/** Every key of every database with all that can be asked about it. */
async function readDataset(client: RespClient): Promise<Map<string, Buffer[]>> {
  const dataset = new Map<string, Buffer[]>();
  for (const database of DATABASES) {
    await client.call('SELECT', database);
    const names = await listKeys(client);
    const replies = await client.pipelineRaw(names.flatMap((name) => questions.map((words) => [...words, name])));
    for (const [i, name] of names.entries()) {
      dataset.set(`db ${database} ${quoteWord(name)}`, replies.slice(questions.length * i, questions.length * (i + 1)));
    }
    dataset.set(`db ${database} size`, [await client.callRaw('DBSIZE')]);
  }
  return dataset;
}

/** The keys by KEYS and by a whole SCAN, which must be the same. */
async function listKeys(client: RespClient): Promise<Buffer[]> {
  const names = (await client.call('KEYS', '*')) as string[];
  const scanned = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = (await client.call('SCAN', cursor, 'COUNT', 5)) as [string, string[]];
    for (const name of page) scanned.add(name);
    cursor = next;
  } while (cursor !== '0');
  if (scanned.size !== names.length || names.some((name) => !scanned.has(name))) {
    throw new Error(`KEYS has ${JSON.stringify(names)}, SCAN has ${JSON.stringify([...scanned])}`);
  }
  return names.toSorted().map((name) => Buffer.from(name, 'latin1'));
}

function compareDatasets(expected: Map<string, Buffer[]>, actual: Map<string, Buffer[]>): string | undefined {
  const differences: string[] = [];
  for (const name of new Set([...expected.keys(), ...actual.keys()])) {
    const [wanted, given] = [expected.get(name), actual.get(name)];
    const same = wanted !== undefined && given !== undefined && wanted.every((reply, i) => agree(name.endsWith(' size') ? ['DBSIZE'] : questions[i]!, reply, given[i]!));
    if (!same) differences.push(`${name}\n  redis:   ${wanted?.map(show).join(' ')}\n  tessera: ${given?.map(show).join(' ')}`);
  }
  return differences.length === 0 ? undefined : `the datasets differ:\n${differences.slice(0, 5).join('\n')}`;
}

function toBytes(command: Command): Buffer[] {
  return command.map((word) => Buffer.from(word, 'latin1'));
}

function show(reply: Buffer): string {
  const text = escapeBytes(reply.subarray(0, 300));
  return typeof decodeReply(reply) === 'number' ? text.slice(1, -4) : text;
}
