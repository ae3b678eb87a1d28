/** XREADGROUP: new entries for a consumer of a group, or again those that are pending for it. */
import { GroupWord, incrementDeliveries, PendingWord, writeLong } from '../../keyspace/streams/group-records.ts';
import { countRead } from '../../keyspace/streams/lag.ts';
import { consumerSeen, markActive } from '../../keyspace/streams/consumer-times.ts';
import { lengthOf } from '../../keyspace/streams/stream-head.ts';
import type { StreamCursor } from '../../keyspace/streams/stream-cursor.ts';
import type { Arena } from '../../memory/arena.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { logClaimed, logConsumerCreated, logDelivered, logGroupId, logSeen } from './group-effects.ts';
import { claimForReading, findClaimable, pendingReplyBytes, replyNeverDelivered } from './read-claim.ts';
import { createConsumer, findConsumer, findGroup, findGroupForWrite, found } from './group-lookup.ts';
import { ReadOptions } from './read-options.ts';
import { isCharacter, readId } from './stream-ids.ts';
import { nextEntryReplyBytes, replyEntry, replyId } from './stream-replies.ts';
import { keysBehindStreams } from './xread.ts';

const DOLLAR = 0x24;
const PLUS = 0x2b;
const GREATER = 0x3e;
/** What an entry that becomes pending takes, with room for trees that grow. */
const PENDING_ROOM_BYTES = 160;
const OVERHEAD_BYTES = 256 * 1024;

const options = new ReadOptions();
const names = { keyAt: 0, groupAt: 0, consumerAt: 0 };
/** Whether nothing has been returned yet. */
let isFirst = true;
/** What the entries that are delivered will take at most, of all streams up to the one that was prepared last. */
let roomBytes = 0;
/** Of the stream that is served: what may be claimed. */
let claimable: readonly number[] = [];
/** Per key the id behind which entries are wanted; the greatest id stands for new entries. */
const after: StreamId[] = [];
const start = new StreamId();
const end = new StreamId();
end.setMax();

export const xreadgroup: ShardCommand = {
  name: 'xreadgroup',
  arity: -7,
  flags: ['write', 'blocking', 'movablekeys'],
  acl: ['stream'],
  keys: keysBehindStreams(4),
  text: {
    group: 'stream', since: '5.0.0', summary: 'Returns new or pending entries of streams for a consumer of a group.',
    complexity: 'O(log N + M) for each stream with M entries returned',
    syntax: 'XREADGROUP GROUP group consumer [COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] [BLOCK milliseconds] ' +
      '[CLAIM min-idle-time] [NOACK] STREAMS key [key ...] id [id ...]',
  },
  place: 'shard',
  execute(call) {
    if (!options.read(call, true)) return;
    isFirst = true;
    roomBytes = OVERHEAD_BYTES;
    names.groupAt = options.groupAt;
    names.consumerAt = options.groupAt + 1;
    for (let i = 0; i < options.keyCount; i++) if (!prepare(call, i)) return;
    if (options.keyCount === 1) serveOne(call);
    else serveSeveral(call);
  },
};

function serveOne(call: Call): void {
  if (!isServed(call, 0)) return call.reply.nilArray();
  if (call.reply.resp === 3) call.reply.map(1);
  else call.reply.array(1);
  serve(call, 0);
}

/** How many streams there is something of is known only afterwards: one may be named twice. */
function serveSeveral(call: Call): void {
  const handle = call.reply.arrayDeferred();
  let served = 0;
  try {
    for (let i = 0; i < options.keyCount; i++) {
      if (!isServed(call, i)) continue;
      serve(call, i);
      served++;
    }
  } catch (error) {
    call.reply.dropDeferred(handle);
    throw error;
  }
  if (served === 0) {
    call.reply.dropDeferred(handle);
    call.reply.nilArray();
  } else if (call.reply.resp === 3) {
    call.reply.closeMap(handle, served);
  } else {
    call.reply.closeArray(handle, served);
  }
}

/** Finds the group of key `i` and reads its id; false after an error. */
function prepare(call: Call, i: number): boolean {
  const keyAt = options.keysAt + i;
  const idAt = keyAt + options.keyCount;
  if (!findGroupForWrite(call, keyAt, options.groupAt)) return false;
  if (found.group === 0) return refuse(call, errors.noKeyOrGroupToRead(call.latin1(keyAt), call.latin1(options.groupAt)));
  const id = after[i] ??= new StreamId();
  if (isCharacter(call, idAt, DOLLAR)) return refuse(call, errors.lastIdOfReadGroup);
  if (isCharacter(call, idAt, PLUS)) return refuse(call, errors.topIdOfReadGroup);
  if (!isCharacter(call, idAt, GREATER)) return readId(call, idAt, id);
  id.setMax();
  assureRoom(call, keyAt);
  return true;
}

/** Throws ArenaFullError unless there is room for what is delivered of the stream, so that nothing is done by halves. */
function assureRoom(call: Call, keyAt: number): void {
  const keyspace = call.keyspaceOf(keyAt);
  const { arena, streams } = keyspace;
  const { head, group } = found;
  const claimed = Number.isNaN(options.minIdleMs) ? 0 : streams.groups.pendingCount(group);
  let bytes = (Math.min(lengthOf(arena, head), options.limit) + claimed) * PENDING_ROOM_BYTES;
  if (arena.reservedBytes + roomBytes + bytes > arena.maxBytes) {
    start.load(arena.i32, group * 2 + GroupWord.lastId);
    start.increment();
    bytes = (streams.countRange(head, start, end, options.limit) + claimed) * PENDING_ROOM_BYTES;
  }
  roomBytes += bytes;
  keyspace.assureRoom(roomBytes);
}

/** The consumer, created if need be. */
function meetConsumer(call: Call): number {
  const consumer = findConsumer(call, names.keyAt, found.group, names.consumerAt);
  if (consumer !== 0) return consumer;
  const created = createConsumer(call, names.keyAt, found.group, names.consumerAt);
  call.changes++;
  logConsumerCreated(call, names);
  return created;
}

/** Finds the group of key `i` again; whether there is anything to return of its stream, be it nothing where the consumer asks for what is pending. */
function isServed(call: Call, i: number): boolean {
  names.keyAt = options.keysAt + i;
  findGroup(call, names.keyAt, options.groupAt);
  if (options.limit === 0) return false;
  if (!after[i]!.isMax) return true;
  claimable = findClaimable(call, names.keyAt, options);
  if (claimable.length > 0) return true;
  const { streams, arena } = call.keyspaceOf(names.keyAt);
  start.load(arena.i32, found.group * 2 + GroupWord.lastId);
  return streams.hasAfter(found.head, start);
}

function noteSeen(call: Call, consumer: number): void {
  if (consumerSeen(call.keyspaceOf(names.keyAt).arena, consumer, call.nowMs)) logSeen(call, names);
}

function serve(call: Call, i: number): void {
  const consumer = meetConsumer(call);
  if (call.reply.resp === 2) call.reply.array(2);
  call.reply.bulk(call.bytes, call.offset(names.keyAt), call.length(names.keyAt));
  call.changes++;
  if (after[i]!.isMax) {
    serveNew(call, consumer);
  } else {
    start.copy(after[i]!);
    start.increment();
    servePending(call, consumer);
  }
}

/** Delivers what is claimed, then entries behind the group's last one. */
function serveNew(call: Call, consumer: number): void {
  const { arena, streams } = call.keyspaceOf(names.keyAt);
  const { head, group } = found;
  const claimed = claimable.length === 0 ? 0 : admitClaimed(call);
  start.load(arena.i32, group * 2 + GroupWord.lastId);
  start.increment();
  const cursor = streams.readCursor;
  const available = streams.countRange(head, start, end, Math.min(options.limit, options.count - claimed));
  const count = available === 0 ? 0 : admitNew(arena, cursor, head, available, claimed === 0);
  isFirst = false;
  call.reply.array(claimed + count);
  for (let i = 0; i < claimed; i++) claimForReading(call, names, consumer, claimable[i]!);
  if (count > 0) deliverNew(call, consumer, count);
}

function admitClaimed(call: Call): number {
  if (!options.countsBytes) return options.admit(claimable.length);
  return options.admitBytes(claimable.length, isFirst, (i) => pendingReplyBytes(call, names.keyAt, claimable[i]!));
}

function admitNew(arena: Arena, cursor: StreamCursor, head: number, available: number, isAlone: boolean): number {
  if (!options.countsBytes) return options.admit(available);
  cursor.seek(head, start);
  return options.admitBytes(available, isFirst && isAlone, (i) => nextEntryReplyBytes(arena, cursor, i));
}

function deliverNew(call: Call, consumer: number, count: number): void {
  const { arena, streams } = call.keyspaceOf(names.keyAt);
  const { head, group } = found;
  const cursor = streams.readCursor;
  const isClaiming = !Number.isNaN(options.minIdleMs);
  cursor.seek(head, start);
  for (let left = count; left > 0; left--) {
    replyEntry(call.reply, arena, cursor.entry, isClaiming ? 2 : 0);
    if (isClaiming) replyNeverDelivered(call);
    countRead(arena, head, group, cursor.entry.id);
    cursor.entry.id.store(arena.i32, group * 2 + GroupWord.lastId);
    if (!options.noAck) deliver(call, consumer, cursor.entry.id);
    if (left > 1) cursor.next();
  }
  if (options.noAck) {
    noteSeen(call, consumer);
  } else {
    consumerSeen(arena, consumer, call.nowMs);
    markActive(arena, consumer, call.nowMs);
    cursor.seek(head, start);
    logDelivered(call, names, group, cursor, count);
  }
  logGroupId(call, names.keyAt, names.groupAt, group);
}

function deliver(call: Call, consumer: number, id: StreamId): void {
  const { arena, streams: { groups } } = call.keyspaceOf(names.keyAt);
  let pending = groups.findPending(found.group, id);
  if (pending === 0) pending = groups.addPending(found.group, consumer, id);
  else groups.assign(found.group, pending, consumer);
  writeLong(arena.i32, pending * 2 + PendingWord.deliveredAt, call.nowMs);
  writeLong(arena.i32, pending * 2 + PendingWord.deliveries, 1);
}

const id = new StreamId();

/** Answers with what is pending for the consumer; of entries that are gone with the id only. */
function servePending(call: Call, consumer: number): void {
  const { arena, streams } = call.keyspaceOf(names.keyAt);
  const cursor = new TreeCursor(arena);
  const has = streams.groups.seekPendingOf(consumer, start, cursor);
  const available = has ? Math.min(options.count, streams.groups.pendingCountOf(consumer) - cursor.rank) : 0;
  const count = admitPending(call, cursor, available);
  isFirst = false;
  streams.groups.seekPendingOf(consumer, start, cursor);
  call.reply.array(count);
  for (let left = count; left > 0; left--, cursor.next()) {
    id.load(arena.i32, cursor.ref * 2);
    if (streams.readCursor.seek(found.head, id) && streams.readCursor.entry.id.compare(id) === 0) {
      replyEntry(call.reply, arena, streams.readCursor.entry);
      writeLong(arena.i32, cursor.ref * 2 + PendingWord.deliveredAt, call.nowMs);
      incrementDeliveries(arena.i32, cursor.ref);
      consumerSeen(arena, consumer, call.nowMs);
      markActive(arena, consumer, call.nowMs);
      logClaimed(call, names, found.group, cursor.ref);
    } else {
      call.reply.array(2);
      replyId(call.reply, id);
      call.reply.nilArray();
    }
  }
  noteSeen(call, consumer);
}

function admitPending(call: Call, cursor: TreeCursor, available: number): number {
  if (!options.countsBytes) return options.admit(available);
  return options.admitBytes(available, isFirst, (i) => {
    if (i > 0) cursor.next();
    return pendingReplyBytes(call, names.keyAt, cursor.ref);
  });
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
