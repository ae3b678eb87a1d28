/** XREAD: entries of several streams behind given ids. */
import { ValueType } from '../../keyspace/entry.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { KeySpec, ShardCommand } from '../command.ts';
import { ReadOptions } from './read-options.ts';
import { isCharacter, readId } from './stream-ids.ts';
import { nextEntryReplyBytes, replyEntries } from './stream-replies.ts';

const DOLLAR = 0x24;
const PLUS = 0x2b;
const GREATER = 0x3e;

const options = new ReadOptions();
/** Per key the id behind which entries are wanted, and how many are returned. */
const after: StreamId[] = [];
const counts: number[] = [];
const start = new StreamId();
const end = new StreamId();
end.setMax();

/** Keys behind the word STREAMS, as many as ids that follow them. */
export function keysBehindStreams(startFrom: number): readonly KeySpec[] {
  return [{
    begin: { keyword: 'STREAMS', startFrom }, find: { lastKey: -1, step: 1, limit: 2 }, flags: ['RO', 'access', 'incomplete'],
  }];
}

export const xread: ShardCommand = {
  name: 'xread',
  arity: -4,
  flags: ['readonly', 'blocking', 'movablekeys'],
  acl: ['stream'],
  keys: keysBehindStreams(1),
  text: {
    group: 'stream', since: '5.0.0', summary: 'Returns entries of streams that come after given ids.', complexity: 'O(log N + M) for each stream with M entries returned',
    syntax: 'XREAD [COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]',
  },
  place: 'shard',
  execute(call) {
    if (!options.read(call, false)) return;
    for (let i = 0; i < options.keyCount; i++) if (!prepare(call, i)) return;
    let served = 0;
    for (let i = 0; i < options.keyCount; i++) if (measure(call, i, served === 0) > 0) served++;
    if (served === 0) return call.reply.nilArray();
    if (call.reply.resp === 3) call.reply.map(served);
    else call.reply.array(served);
    for (let i = 0; i < options.keyCount; i++) if (counts[i]! > 0) serve(call, i);
  },
};

/** Reads the id of key `i` and finds out whether there is anything behind it; false after an error. */
function prepare(call: Call, i: number): boolean {
  const keyAt = options.keysAt + i;
  const idAt = keyAt + options.keyCount;
  const entry = findCollection(call, keyAt, ValueType.stream);
  if (entry === wrongTypeEntry) return false;
  const id = after[i] ??= new StreamId();
  if (!readWanted(call, idAt, keyAt, entry, id)) return false;
  counts[i] = entry !== 0 && hasMore(call, keyAt, entry, id) ? 1 : 0;
  return true;
}

/** Finds out how many entries of key `i` are returned. */
function measure(call: Call, i: number, isFirst: boolean): number {
  if (counts[i] === 0) return 0;
  const keyAt = options.keysAt + i;
  const { arena, streams } = call.keyspaceOf(keyAt);
  const head = streams.headOf(call.peek(keyAt));
  start.copy(after[i]!);
  start.increment();
  const count = streams.countRange(head, start, end, options.limit);
  const cursor = streams.readCursor;
  if (options.countsBytes) cursor.seek(head, start);
  counts[i] = options.countsBytes ? options.admitBytes(count, isFirst, (at) => nextEntryReplyBytes(arena, cursor, at)) : options.admit(count);
  return counts[i]!;
}

function readWanted(call: Call, idAt: number, keyAt: number, entry: number, out: StreamId): boolean {
  const { streams } = call.keyspaceOf(keyAt);
  if (isCharacter(call, idAt, DOLLAR)) {
    if (entry === 0) out.setZero();
    else out.load(streams.arena.i32, streams.headOf(entry) * 2 + HeadWord.lastId);
    return true;
  }
  if (isCharacter(call, idAt, PLUS)) {
    out.setZero();
    if (entry !== 0 && streams.length(entry) > 0) {
      streams.lastLiveId(streams.headOf(entry), out);
      out.decrement();
    }
    return true;
  }
  if (!isCharacter(call, idAt, GREATER)) return readId(call, idAt, out);
  call.fail(errors.newEntriesOfRead);
  return false;
}

function hasMore(call: Call, keyAt: number, entry: number, id: StreamId): boolean {
  const { streams } = call.keyspaceOf(keyAt);
  return streams.hasAfter(streams.headOf(entry), id);
}

function serve(call: Call, i: number): void {
  const keyAt = options.keysAt + i;
  const { arena, streams } = call.keyspaceOf(keyAt);
  const head = streams.headOf(call.peek(keyAt));
  start.copy(after[i]!);
  start.increment();
  if (call.reply.resp === 2) call.reply.array(2);
  call.reply.bulk(call.bytes, call.offset(keyAt), call.length(keyAt));
  call.reply.array(counts[i]!);
  streams.readCursor.seek(head, start);
  replyEntries(call.reply, arena, streams.readCursor, counts[i]!);
}
