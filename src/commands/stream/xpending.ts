/** XPENDING: what is pending for a group or a consumer. */
import { CONSUMER_BYTES, consumerOf, PendingWord, readLong } from '../../keyspace/streams/group-records.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findConsumer, findGroup, found } from './group-lookup.ts';
import { readEnd, readStart } from './stream-ids.ts';
import { replyDeliveries, replyIdAt } from './stream-replies.ts';

const idleWord = wordBytes('idle');
const SUMMARY_ARGC = 3;
const RANGE_ARGC_LEAST = 6;
const RANGE_ARGC_MOST = 9;
/** With IDLE. */
const IDLE_ARGC_LEAST = 8;
const start = new StreamId();
const end = new StreamId();
const first = new StreamId();

interface Range {
  readonly minIdleMs: number;
  readonly count: number;
  /** Index of the consumer's name, or 0. */
  readonly consumerAt: number;
}

export const xpending: ShardCommand = {
  name: 'xpending',
  arity: -3,
  flags: ['readonly'],
  acl: ['stream'],
  keys: oneKey('RO access'),
  text: about(
    'stream', '5.0.0', 'Tells what is pending for a group of consumers.', 'XPENDING key group [[IDLE min-idle-time] start end count [consumer]]',
    'O(N) with N entries returned, or looked at with IDLE; O(1) for the summary of a group with few consumers'),
  place: 'shard',
  execute(call) {
    const isSummary = call.argc === SUMMARY_ARGC;
    if (!isSummary && (call.argc < RANGE_ARGC_LEAST || call.argc > RANGE_ARGC_MOST)) return call.fail(errors.syntax);
    const range = isSummary ? undefined : readRange(call);
    if ((range === undefined && !isSummary) || !findGroup(call, 1, 2)) return;
    if (found.group === 0) return call.fail(errors.noKeyOrGroup(call.latin1(1), call.latin1(2)));
    const { streams } = call.keyspaceOf(1);
    if (range === undefined) replySummary(call, streams);
    else replyRange(call, streams, range);
  },
};

function readRange(call: Call): Range | undefined {
  let at = 3;
  let minIdleMs = 0;
  if (call.is(at, idleWord)) {
    minIdleMs = call.int(4);
    if (Number.isNaN(minIdleMs)) return refuse(call, errors.notInteger);
    if (call.argc < IDLE_ARGC_LEAST) return refuse(call, errors.syntax);
    at = 5;
  }
  const count = call.int(at + 2);
  if (Number.isNaN(count)) return refuse(call, errors.notInteger);
  if (!readStart(call, at, start) || !readEnd(call, at + 1, end)) return undefined;
  return { minIdleMs, count: Math.max(count, 0), consumerAt: at + 3 < call.argc ? at + 3 : 0 };
}

function replySummary(call: Call, { groups, arena }: Streams): void {
  const { reply } = call;
  const { group } = found;
  const count = groups.pendingCount(group);
  reply.array(4);
  reply.integer(count);
  if (count === 0) {
    reply.nil();
    reply.nil();
    reply.nilArray();
    return;
  }
  const cursor = new TreeCursor(arena);
  first.setZero();
  groups.seekPending(group, first, cursor);
  replyIdAt(reply, arena, cursor.ref * 2);
  groups.lastPending(group, cursor);
  replyIdAt(reply, arena, cursor.ref * 2);
  replyConsumers(call, { groups, arena });
}

function replyConsumers({ reply }: Call, { groups, arena }: Pick<Streams, 'groups' | 'arena'>): void {
  const cursor = new TreeCursor(arena);
  const busy: number[] = [];
  for (let on = groups.firstConsumer(found.group, cursor); on; on = cursor.next()) {
    if (groups.pendingCountOf(cursor.ref) > 0) busy.push(cursor.ref);
  }
  reply.array(busy.length);
  for (const consumer of busy) {
    reply.array(2);
    reply.bulk(arena.u8, consumer * 8 + CONSUMER_BYTES, arena.i32[consumer * 2]!);
    reply.bulkInteger(groups.pendingCountOf(consumer));
  }
}

function replyRange(call: Call, streams: Streams, range: Range): void {
  const { groups } = streams;
  const consumer = range.consumerAt === 0 ? 0 : findConsumer(call, 1, found.group, range.consumerAt);
  if (range.consumerAt !== 0 && consumer === 0) return call.reply.array(0);
  const cursor = new TreeCursor(streams.arena);
  const on = consumer === 0 ? groups.seekPending(found.group, start, cursor) : groups.seekPendingOf(consumer, start, cursor);
  const listed = on ? gather(streams, cursor, range, call.nowMs) : [];
  call.reply.array(listed.length);
  for (const pending of listed) replyPending(call, streams, pending);
}

function gather({ arena: { i32 } }: Streams, cursor: TreeCursor, { count, minIdleMs }: Range, nowMs: number): number[] {
  const listed: number[] = [];
  for (let on = true; on && listed.length < count && end.compareAt(i32, cursor.ref * 2) >= 0; on = cursor.next()) {
    const idleMs = nowMs - readLong(i32, cursor.ref * 2 + PendingWord.deliveredAt);
    if (minIdleMs === 0 || idleMs >= minIdleMs) listed.push(cursor.ref);
  }
  return listed;
}

function replyPending({ reply, nowMs }: Call, { arena }: Streams, pending: number): void {
  const { i32, u8 } = arena;
  const consumer = consumerOf(arena, pending);
  reply.array(4);
  replyIdAt(reply, arena, pending * 2);
  if (consumer === 0) reply.bulkLatin1('');
  else reply.bulk(u8, consumer * 8 + CONSUMER_BYTES, i32[consumer * 2]!);
  reply.integer(consumer === 0 ? -1 : Math.max(nowMs - readLong(i32, pending * 2 + PendingWord.deliveredAt), 0));
  replyDeliveries(reply, arena, pending);
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
