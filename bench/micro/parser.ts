/**
 * What the protocol costs: nanoseconds a command for the request parser, and a reply for the
 * writer. Each is measured against a loop over the same bytes in the same run, because figures of
 * a shared machine mean nothing alone: `× touch` is the time relative to reading every byte once.
 *
 *   node bench/micro/parser.ts
 */
import { BufferSink } from '../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../src/protocol/reply-writer.ts';
import { defaultRequestLimits } from '../../src/protocol/request-limits.ts';
import { ParseStatus, RequestParser } from '../../src/protocol/request-parser.ts';

const COMMANDS = 2000;
const ROUNDS = 400;
const REPEATS = 5;

const key = '0123456789abcdef';
const requests: readonly (readonly [name: string, command: string])[] = [
  ['SET, 16 B key, 3 B value', frame('SET', key, 'xxx')],
  ['SET, 16 B key, 64 B value', frame('SET', key, 'v'.repeat(64))],
  ['SET, 16 B key, 1 KB value', frame('SET', key, 'v'.repeat(1024))],
  ['GET, 16 B key', frame('GET', key)],
  ['PING', frame('PING')],
  ['MSET, 10 pairs', frame('MSET', ...Array.from({ length: 10 }, () => [key, 'xxx']).flat())],
  ['inline SET', `SET ${key} xxx\r\n`],
];

const value = Buffer.alloc(1024, 'v');
const replies: readonly (readonly [name: string, write: (writer: ReplyWriter) => void])[] = [
  ['+OK', (writer) => writer.ok()],
  ['nil', (writer) => writer.nil()],
  ['integer, 5 digits', (writer) => writer.integer(12_345)],
  ['bulk, 3 B', (writer) => writer.bulk(value, 0, 3)],
  ['bulk, 64 B', (writer) => writer.bulk(value, 0, 64)],
  ['bulk, 1 KB', (writer) => writer.bulk(value, 0, 1024)],
];

for (const [name, command] of requests) {
  const bytes = Buffer.from(command.repeat(COMMANDS));
  report(name, best(() => parseAll(bytes)), best(() => touch(bytes)));
}
for (const [name, write] of replies) {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  const replyAll = (): number => {
    sink.clear();
    for (let i = 0; i < COMMANDS; i++) write(writer);
    return writer.pos;
  };
  replyAll();
  const bytes = Buffer.from(sink.peek());
  report(name, best(replyAll), best(() => touch(bytes)));
}

function frame(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

function parseAll(bytes: Uint8Array): number {
  const parser = new RequestParser(defaultRequestLimits());
  parser.authenticated = true;
  let at = 0;
  let lastWord = 0;
  while (at < bytes.length && parser.parseNext(bytes, at, bytes.length) === ParseStatus.Complete) {
    lastWord = parser.args[2 * parser.argc - 2]!;
    at = parser.next;
  }
  if (at !== bytes.length) throw new Error(`stopped at ${at} of ${bytes.length}: ${parser.failure}`);
  return lastWord;
}

function touch(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum = (sum + bytes[i]!) | 0;
  return sum;
}

/** Nanoseconds one of COMMANDS takes, in the best of REPEATS. */
function best(run: () => number): number {
  let bestNs = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startNs = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS; round++) run();
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - startNs) / (ROUNDS * COMMANDS));
  }
  return bestNs;
}

function report(name: string, ns: number, touchNs: number): void {
  console.log(`${name.padEnd(28)} ${ns.toFixed(1).padStart(8)} ns ${(ns / touchNs).toFixed(2).padStart(8)} × touch`);
}
