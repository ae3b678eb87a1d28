/** XDEL and XSETID. */
import { ValueType } from '../../keyspace/entry.ts';
import { writeLong64 } from '../../keyspace/streams/group-records.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { parseId, readId } from './stream-ids.ts';

const entriesAddedWord = wordBytes('entriesadded');
const maxDeletedIdWord = wordBytes('maxdeletedid');
const id = new StreamId();
const top = new StreamId();
const maxDeletedId = new StreamId();

export const xdel: ShardCommand = {
  name: 'xdel',
  arity: -3,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW delete'),
  text: about('stream', '5.0.0', 'Removes entries from a stream.', 'XDEL key id [id ...]', 'O(log N) for each id'),
  place: 'shard',
  execute(call) {
    const entry = findCollectionForWrite(call, 1, ValueType.stream);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.integer(0);
    for (let i = 2; i < call.argc; i++) if (!readId(call, i, id)) return;
    const { streams } = call.keyspaceOf(1);
    const removed = deleteAll(call, streams, streams.headOf(entry));
    if (removed > 0) {
      call.changes += removed;
      call.logVerbatim('XDEL');
    }
    call.reply.integer(removed);
  },
};

function deleteAll(call: Call, streams: Streams, head: number): number {
  let removed = 0;
  for (let i = 2; i < call.argc; i++) {
    parseId(call, i, id);
    if (streams.deleteAndNote(head, id)) removed++;
  }
  return removed;
}

export const xsetid: ShardCommand = {
  name: 'xsetid',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about(
    'stream', '5.0.0', 'Sets the last id of a stream and its counters, as replication needs it.',
    'XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]'),
  place: 'shard',
  execute(call) {
    if (!readId(call, 2, id)) return;
    const options = readSetIdOptions(call);
    if (options === undefined) return;
    const entry = findCollectionForWrite(call, 1, ValueType.stream);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.fail(errors.noSuchKey);
    const { streams } = call.keyspaceOf(1);
    const head = streams.headOf(entry);
    const error = objection(streams, head, options.entriesAdded);
    if (error !== undefined) return call.fail(error);
    const { i32 } = streams.arena;
    id.store(i32, head * 2 + HeadWord.lastId);
    if (options.entriesAdded !== undefined) writeLong64(i32, head * 2 + HeadWord.entriesAdded, options.entriesAdded);
    if (!maxDeletedId.isZero) maxDeletedId.store(i32, head * 2 + HeadWord.maxDeletedId);
    call.changes++;
    call.logVerbatim('XSETID');
    call.reply.ok();
  },
};

function readSetIdOptions(call: Call): { readonly entriesAdded: bigint | undefined } | undefined {
  let entriesAdded: bigint | undefined;
  maxDeletedId.setZero();
  for (let i = 3; i < call.argc; i += 2) {
    const hasValue = i + 1 < call.argc;
    if (hasValue && call.is(i, entriesAddedWord)) {
      entriesAdded = call.int64(i + 1);
      if (entriesAdded === undefined || entriesAdded < 0n) return refuse(call, entriesAdded === undefined ? errors.notInteger : errors.setIdEntriesAdded);
    } else if (hasValue && call.is(i, maxDeletedIdWord)) {
      if (!readId(call, i + 1, maxDeletedId)) return undefined;
      if (id.compare(maxDeletedId) < 0) return refuse(call, errors.setIdBelowGiven);
    } else {
      return refuse(call, errors.syntax);
    }
  }
  return { entriesAdded };
}

function objection(streams: Streams, head: number, entriesAdded: bigint | undefined): string | undefined {
  const { i32 } = streams.arena;
  const length = i32[head * 2 + HeadWord.length]!;
  if (length === 0) return undefined;
  streams.lastLiveId(head, top);
  if (id.compare(top) < 0) return errors.setIdBelowTop;
  return entriesAdded !== undefined && entriesAdded < BigInt(length) ? errors.setIdBelowLength : undefined;
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
