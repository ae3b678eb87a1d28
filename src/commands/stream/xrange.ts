/** XLEN, XRANGE and XREVRANGE: reading a stream. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { readEnd, readStart } from './stream-ids.ts';
import { replyEntries, replyEntry } from './stream-replies.ts';

const countWord = wordBytes('count');
const FIRST_OPTION = 4;
const NO_LIMIT = -1;
const start = new StreamId();
const end = new StreamId();

export const xlen: ShardCommand = {
  name: 'xlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['stream'],
  keys: oneKey('RO'),
  text: about('stream', '5.0.0', 'Returns the number of entries of a stream.', 'XLEN key'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.stream);
    if (entry !== wrongTypeEntry) call.reply.integer(entry === 0 ? 0 : call.keyspaceOf(1).streams.length(entry));
  },
};

export const xrange = rangeRow('xrange', 'Returns the entries of a stream whose ids are in a range.', 'XRANGE key start end [COUNT count]', false);
export const xrevrange = rangeRow(
  'xrevrange', 'Returns the entries of a stream whose ids are in a range, the last one first.', 'XREVRANGE key end start [COUNT count]', true);

function rangeRow(name: string, summary: string, syntax: string, isReverse: boolean): ShardCommand {
  return {
    name,
    arity: -4,
    flags: ['readonly'],
    acl: ['stream'],
    keys: oneKey('RO access'),
    text: about('stream', '5.0.0', summary, syntax, 'O(log N) to find the range, O(M) with M entries returned'),
    place: 'shard',
    execute(call) {
      if (!readStart(call, isReverse ? 3 : 2, start) || !readEnd(call, isReverse ? 2 : 3, end)) return;
      const count = readCount(call);
      if (Number.isNaN(count)) return;
      const entry = findCollection(call, 1, ValueType.stream);
      if (entry === wrongTypeEntry) return;
      if (entry === 0) call.reply.array(0);
      else if (count === 0) call.reply.nilArray();
      else replyRange(call, entry, count === NO_LIMIT ? Infinity : count, isReverse);
    },
  };
}

/** How many entries are wanted, or NaN after an error. */
function readCount(call: Call): number {
  let count = NO_LIMIT;
  for (let i = FIRST_OPTION; i < call.argc; i += 2) {
    if (i + 1 === call.argc || !call.is(i, countWord)) {
      call.fail(errors.syntax);
      return Number.NaN;
    }
    count = Math.max(call.int(i + 1), 0);
    if (Number.isNaN(count)) {
      call.fail(errors.notInteger);
      return count;
    }
  }
  return count;
}

function replyRange(call: Call, entry: number, limit: number, isReverse: boolean): void {
  const { streams } = call.keyspaceOf(1);
  const head = streams.headOf(entry);
  const count = streams.countRange(head, start, end, limit);
  call.reply.array(count);
  if (count > 0) replyFound(call, call.keyspaceOf(1), head, count, isReverse);
}

function replyFound(call: Call, { arena, streams }: Keyspace, head: number, count: number, isReverse: boolean): void {
  const cursor = streams.readCursor;
  if (!isReverse) {
    cursor.seek(head, start);
    replyEntries(call.reply, arena, cursor, count);
    return;
  }
  cursor.seekBack(head, end);
  for (let left = count; left > 0; left--) {
    replyEntry(call.reply, arena, cursor.entry);
    if (left > 1) cursor.prev();
  }
}
