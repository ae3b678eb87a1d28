/** Collections of many elements, as commands of some hundred elements each; and how to send many commands fast. */
import type { RespClient, Word } from '../../test/support/resp-client.ts';

/** Elements that one command adds. */
const elementsPerCommand = 200;
/** Commands sent before their replies are read. */
const commandsPerBatch = 50;
const padding = 12;

export type Command = readonly Word[];

export interface Collection {
  readonly name: string;
  /** Commands that make it with `count` elements. */
  readonly commands: (count: number) => Iterable<Command>;
}

/** 16 bytes, as keys mostly have. */
export function element(index: number): string {
  return `elt:${String(index).padStart(padding, '0')}`;
}

export const collections: readonly Collection[] = [
  { name: 'hashes of 50 fields', commands: (count) => hashes(count, 50) },
  { name: 'hash', commands: (count) => growing('HSET', 'hash', count, (index) => [element(index), String(index)]) },
  { name: 'set', commands: (count) => growing('SADD', 'set', count, (index) => [element(index)]) },
  { name: 'set of integers', commands: (count) => growing('SADD', 'integers', count, (index) => [String(index * 3)]) },
  { name: 'sorted set', commands: (count) => growing('ZADD', 'zset', count, (index) => [String(scoreOf(index, count)), element(index)]) },
  { name: 'list', commands: (count) => growing('RPUSH', 'list', count, (index) => [element(index)]) },
  { name: 'stream', commands: (count) => stream(count) },
];

/** Some of everything: `count` elements in all, strings among them. */
export function* mixedDataSet(count: number): Iterable<Command> {
  const share = Math.floor(count / (collections.length + 1));
  for (let first = 0; first < share; first += elementsPerCommand) {
    yield ['MSET', ...pairs(first, Math.min(share, first + elementsPerCommand))];
  }
  for (const { commands } of collections) yield* commands(share);
}

/** Sends commands and throws at the first error among the replies. */
export async function send(client: RespClient, commands: Iterable<Command>): Promise<void> {
  let batch: Command[] = [];
  for (const command of commands) {
    batch.push(command);
    if (batch.length < commandsPerBatch) continue;
    await sendBatch(client, batch);
    batch = [];
  }
  await sendBatch(client, batch);
}

async function sendBatch(client: RespClient, batch: readonly Command[]): Promise<void> {
  if (batch.length === 0) return;
  const replies = await client.pipelineRaw(batch);
  const error = replies.find((reply) => reply[0] === 0x2d);
  if (error !== undefined) throw new Error(`the server said ${error.toString()}`);
}

function* growing(name: string, key: string, count: number, words: (index: number) => string[]): Iterable<Command> {
  for (let first = 0; first < count; first += elementsPerCommand) {
    const size = Math.min(elementsPerCommand, count - first);
    yield [name, key, ...Array.from({ length: size }, (_, i) => words(first + i)).flat()];
  }
}

function* hashes(count: number, fieldCount: number): Iterable<Command> {
  for (let hash = 0; hash * fieldCount < count; hash++) {
    yield ['HSET', `hash:${hash}`, ...Array.from({ length: fieldCount }, (_, i) => [`field:${i}`, element(hash * fieldCount + i)]).flat()];
  }
}

function* stream(count: number): Iterable<Command> {
  for (let index = 0; index < count; index++) yield ['XADD', 'stream', `${1_700_000_000_000 + index}-0`, 'field', element(index)];
}

function pairs(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, i) => [`key:${String(first + i).padStart(padding, '0')}`, element(first + i)]).flat();
}

/** Spread over the whole range and all different, so that insertions do not come in order. */
function scoreOf(index: number, count: number): number {
  return (index * 7919) % count;
}
