/**
 * Random replies through the reply writer. Promised: a reader finds exactly what was written, in both
 * protocols; and a sink that gives its room in the smallest pieces gets the same bytes.
 */
import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../src/base/assert.ts';
import type { Random } from '../../src/base/random.ts';
import { BufferSink } from '../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../src/protocol/reply-writer.ts';
import { ReplyError, decodeReply, findReplyEnd } from '../support/resp-reply.ts';
import type { Reply } from '../support/resp-reply.ts';
import { PieceSink } from '../unit/protocol/piece-sink.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const REPLIES_MAX = 20;
const DEPTH_MAX = 4;
const ELEMENTS_MAX = 6;

/** How to write a reply, and what a reader of each protocol makes of it. */
interface Sample {
  readonly write: (writer: ReplyWriter) => void;
  readonly resp2: Reply;
  readonly resp3: Reply;
}

export const replyWriterTarget: FuzzTarget = {
  name: 'reply-writer',
  run(random) {
    const replies = Array.from({ length: random.below(REPLIES_MAX) }, () => sample(random, 0));
    for (const resp of [2, 3] as const) {
      const whole = writeWhole(replies, resp);
      const pieces = writePieces(replies, resp, random.below(9000));
      assert(pieces === whole.toString('latin1'), 'pieces hold the same bytes as the whole');
      const read = readAll(whole);
      const expected = replies.map((each) => (resp === 2 ? each.resp2 : each.resp3));
      assert(isDeepStrictEqual(read, expected), `RESP${resp}: a reader finds what was written`);
    }
  },
};

function sample(random: Random, depth: number): Sample {
  const kinds = depth < DEPTH_MAX && random.below(3) === 0 ? aggregates : scalars;
  return kinds[random.below(kinds.length)]!(random, depth);
}

const same = (value: Reply, write: Sample['write']): Sample => ({ write, resp2: value, resp3: value });

const scalars: readonly ((random: Random) => Sample)[] = [
  () => same('OK', (writer) => writer.ok()),
  () => same(null, (writer) => writer.nil()),
  () => same(null, (writer) => writer.nilArray()),
  (random) => {
    const n = Math.trunc((random.float() - 0.5) * 2 ** random.below(54));
    return same(n + 0, (writer) => writer.integer(n));
  },
  (random) => {
    const n = Math.trunc((random.float() - 0.5) * 2 ** random.below(54));
    return same(String(n + 0), (writer) => writer.bulkInteger(n));
  },
  (random) => {
    const value = bytes(random);
    const from = random.below(value.length + 1);
    return same(value.toString('latin1', from), (writer) => writer.bulk(value, from, value.length - from));
  },
  (random) => {
    const text = bytes(random).toString('latin1');
    return same(text, (writer) => writer.bulkLatin1(text));
  },
  (random) => {
    const text = bytes(random).toString('latin1');
    return same(Buffer.from(text).toString('latin1'), (writer) => writer.bulkString(text));
  },
  (random) => {
    const text = bytes(random).toString('latin1');
    return same(text.replaceAll(/[\r\n]/g, ' '), (writer) => writer.simple(text));
  },
  (random) => {
    const text = bytes(random).toString('latin1');
    return same(new ReplyError(text.replace(/[\r\n]+$/, '').replaceAll(/[\r\n]/g, ' ')), (writer) => writer.error(text));
  },
  (random) => {
    const value = random.below(2) === 1;
    return { write: (writer) => writer.boolean(value), resp2: value ? 1 : 0, resp3: value };
  },
  (random) => {
    const n = (random.uint32() << 8) / 10 ** random.below(20);
    const sink = new BufferSink();
    new ReplyWriter(sink).double(n);
    return { write: (writer) => writer.double(n), resp2: decodeReply(sink.take()), resp3: n };
  },
  (random) => {
    const text = bytes(random).toString('latin1');
    return same(Buffer.from(text).toString('latin1'), (writer) => writer.verbatim('txt', text));
  },
];

const aggregates: readonly ((random: Random, depth: number) => Sample)[] = [
  (random, depth) => {
    const elements = samples(random, depth);
    return {
      write: writeArray(random, elements, elements.length, 'array'),
      resp2: elements.map(({ resp2 }) => resp2),
      resp3: elements.map(({ resp3 }) => resp3),
    };
  },
  (random, depth) => {
    const names = Array.from({ length: random.below(ELEMENTS_MAX) }, (_, i) => `name ${i}`);
    const pairs = names.map((name) => [same(name, (writer) => writer.bulkString(name)), sample(random, depth + 1)] as const);
    return {
      write: writeArray(random, pairs.flat(), pairs.length, 'map'),
      resp2: pairs.flat().map(({ resp2 }) => resp2),
      resp3: new Map(pairs.map(([name, value]) => [name.resp3, value.resp3])),
    };
  },
];

/** Writes the elements behind their count, or the count when they are written. */
function writeArray(random: Random, elements: readonly Sample[], count: number, kind: 'array' | 'map'): Sample['write'] {
  const deferred = random.below(3) === 0;
  return (writer) => {
    const handle = deferred ? writer.arrayDeferred() : undefined;
    if (handle === undefined) writer[kind](count);
    for (const { write } of elements) write(writer);
    if (handle === undefined) return;
    if (kind === 'map') writer.closeMap(handle, count);
    else writer.closeArray(handle, count);
  };
}

function samples(random: Random, depth: number): Sample[] {
  return Array.from({ length: random.below(ELEMENTS_MAX) }, () => sample(random, depth + 1));
}

function bytes(random: Random): Buffer {
  const lengthMax = [3, 38, 42, 200, 5000, 20_000][random.below(6)]!;
  const seed = random.uint32();
  return Buffer.alloc(random.below(lengthMax)).map((_, i) => (i * seed) >>> 13) as Buffer;
}

function writeWhole(replies: readonly Sample[], resp: 2 | 3): Buffer {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  writer.resp = resp;
  for (const { write } of replies) write(writer);
  return sink.take();
}

function writePieces(replies: readonly Sample[], resp: 2 | 3, firstRoomBytes: number): string {
  const sink = new PieceSink(firstRoomBytes);
  const writer = new ReplyWriter(sink);
  writer.resp = resp;
  for (const { write } of replies) write(writer);
  return sink.text(writer);
}

function readAll(stream: Buffer): Reply[] {
  const replies: Reply[] = [];
  for (let at = 0; at < stream.length; ) {
    const { end, complete } = findReplyEnd(stream, at);
    assert(complete, 'the last reply is whole');
    replies.push(decodeReply(stream.subarray(at, end)));
    at = end;
  }
  return replies;
}
