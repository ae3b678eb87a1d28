/** XINFO STREAM, short and FULL. */
import { CONSUMER_BYTES, ConsumerWord, consumerOf, GROUP_BYTES, GroupWord, PendingWord } from '../../keyspace/streams/group-records.ts';
import { StateWord } from '../../keyspace/streams/producers.ts';
import { HeadWord, lengthOf } from '../../keyspace/streams/stream-head.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import type { Call } from '../call.ts';
import { replyProgress } from './group-progress.ts';
import { replyDeliveries, replyEntries, replyEntry, replyIdAt, replyLong } from './stream-replies.ts';

const full = wordBytes('full');
const countWord = wordBytes('count');
const PRODUCER_PAIRS = 6;
const FULL_AT = 3;
const COUNT_AT = 4;
const COUNT_DEFAULT = 10;
const FULL_ARGC = 4;
const COUNT_ARGC = 6;
const first = new StreamId();
const last = new StreamId();
last.setMax();

export function replyStream(call: Call, streams: Streams, head: number): void {
  if (call.argc === FULL_AT) return replyShort(call, streams, head);
  const limit = readLimit(call);
  if (limit !== undefined) replyFull(call, streams, head, limit === 0 ? Infinity : limit);
}

function readLimit(call: Call): number | undefined {
  const isFull = (call.argc === FULL_ARGC || call.argc === COUNT_ARGC) && call.is(FULL_AT, full);
  if (!isFull || (call.argc === COUNT_ARGC && !call.is(COUNT_AT, countWord))) {
    call.fail(errors.subcommandSyntax(call.latin1(1), 'xinfo'));
    return undefined;
  }
  if (call.argc === FULL_ARGC) return COUNT_DEFAULT;
  const count = call.int(COUNT_AT + 1);
  if (Number.isNaN(count)) {
    call.fail(errors.notInteger);
    return undefined;
  }
  return count < 0 ? COUNT_DEFAULT : count;
}

function replyShort(call: Call, streams: Streams, head: number): void {
  const { reply } = call;
  reply.map(10 + producerPairs(streams, head));
  replyFacts(call, streams, head);
  reply.bulkLatin1('groups');
  reply.integer(streams.groups.count(head));
  const cursor = streams.readCursor;
  reply.bulkLatin1('first-entry');
  first.setZero();
  if (cursor.seek(head, first)) replyEntry(reply, streams.arena, cursor.entry);
  else reply.nil();
  reply.bulkLatin1('last-entry');
  if (cursor.seekBack(head, last)) replyEntry(reply, streams.arena, cursor.entry);
  else reply.nil();
}

/** The seven pairs that both forms begin with. */
function replyFacts({ reply, nowMs }: Call, streams: Streams, head: number): void {
  const { arena } = streams;
  const at = head * 2;
  reply.bulkLatin1('length');
  reply.integer(lengthOf(arena, head));
  reply.bulkLatin1('radix-tree-keys');
  reply.integer(streams.nodeCount(head));
  reply.bulkLatin1('radix-tree-nodes');
  reply.integer(streams.radixNodeCount(head));
  reply.bulkLatin1('last-generated-id');
  replyIdAt(reply, arena, at + HeadWord.lastId);
  reply.bulkLatin1('max-deleted-entry-id');
  replyIdAt(reply, arena, at + HeadWord.maxDeletedId);
  reply.bulkLatin1('entries-added');
  replyLong(reply, arena.i32, at + HeadWord.entriesAdded);
  reply.bulkLatin1('recorded-first-entry-id');
  replyIdAt(reply, arena, at + HeadWord.firstId);
  if (producerPairs(streams, head) > 0) replyProducers(reply, streams, head, nowMs);
}

/** A stream whose producers have no ids of their own for entries, and never had, tells nothing of them. */
function producerPairs({ producers }: Streams, head: number): number {
  return producers.isPlain(head) ? 0 : PRODUCER_PAIRS;
}

function replyProducers(reply: Call['reply'], { producers, arena }: Streams, head: number, nowMs: number): void {
  const { durationSeconds, maxSize } = producers.configOf(head);
  const state = producers.stateOf(head);
  const tracked = producers.tracked(state, nowMs);
  reply.bulkLatin1('idmp-duration');
  reply.integer(durationSeconds);
  reply.bulkLatin1('idmp-maxsize');
  reply.integer(maxSize);
  reply.bulkLatin1('pids-tracked');
  reply.integer(tracked.producers);
  reply.bulkLatin1('iids-tracked');
  reply.integer(tracked.records);
  reply.bulkLatin1('iids-added');
  replyLong(reply, arena.i32, state * 2 + StateWord.added);
  reply.bulkLatin1('iids-duplicates');
  replyLong(reply, arena.i32, state * 2 + StateWord.duplicates);
}

function replyFull(call: Call, streams: Streams, head: number, limit: number): void {
  const { reply } = call;
  reply.map(9 + producerPairs(streams, head));
  replyFacts(call, streams, head);
  reply.bulkLatin1('entries');
  const count = Math.min(limit, lengthOf(streams.arena, head));
  reply.array(count);
  first.setZero();
  streams.readCursor.seek(head, first);
  replyEntries(reply, streams.arena, streams.readCursor, count);
  reply.bulkLatin1('groups');
  reply.array(streams.groups.count(head));
  const cursor = new TreeCursor(streams.arena);
  for (let on = streams.groups.first(head, cursor); on; on = cursor.next()) replyGroup(call, streams, head, cursor.ref, limit);
}

function replyGroup({ reply }: Call, streams: Streams, head: number, group: number, limit: number): void {
  const { groups, arena } = streams;
  const unowned = arena.i32[group * 2 + GroupWord.unowned]!;
  reply.map(unowned === 0 ? 7 : 8);
  reply.bulkLatin1('name');
  reply.bulk(arena.u8, group * 8 + GROUP_BYTES, arena.i32[group * 2]!);
  replyProgress(reply, arena, head, group);
  reply.bulkLatin1('pel-count');
  reply.integer(groups.pendingCount(group));
  reply.bulkLatin1('pending');
  replyPending(reply, streams, group, limit);
  reply.bulkLatin1('consumers');
  reply.array(groups.consumerCount(group));
  const cursor = new TreeCursor(arena);
  for (let on = groups.firstConsumer(group, cursor); on; on = cursor.next()) replyConsumer(reply, streams, cursor.ref, limit);
  if (unowned === 0) return;
  reply.bulkLatin1('nacked-count');
  reply.integer(unowned);
}

function replyPending(reply: Call['reply'], { groups, arena }: Streams, group: number, limit: number): void {
  const count = Math.min(limit, groups.pendingCount(group));
  reply.array(count);
  const cursor = new TreeCursor(arena);
  first.setZero();
  groups.seekPending(group, first, cursor);
  for (let left = count; left > 0; left--, cursor.next()) {
    const consumer = consumerOf(arena, cursor.ref);
    reply.array(4);
    replyIdAt(reply, arena, cursor.ref * 2);
    if (consumer === 0) reply.bulkLatin1('');
    else reply.bulk(arena.u8, consumer * 8 + CONSUMER_BYTES, arena.i32[consumer * 2]!);
    replyLong(reply, arena.i32, cursor.ref * 2 + PendingWord.deliveredAt);
    replyDeliveries(reply, arena, cursor.ref);
  }
}

function replyConsumer(reply: Call['reply'], { groups, arena }: Streams, consumer: number, limit: number): void {
  const { i32, u8 } = arena;
  reply.map(5);
  reply.bulkLatin1('name');
  reply.bulk(u8, consumer * 8 + CONSUMER_BYTES, i32[consumer * 2]!);
  reply.bulkLatin1('seen-time');
  replyLong(reply, i32, consumer * 2 + ConsumerWord.seenAt);
  reply.bulkLatin1('active-time');
  replyLong(reply, i32, consumer * 2 + ConsumerWord.activeAt);
  reply.bulkLatin1('pel-count');
  reply.integer(groups.pendingCountOf(consumer));
  reply.bulkLatin1('pending');
  const count = Math.min(limit, groups.pendingCountOf(consumer));
  reply.array(count);
  const cursor = new TreeCursor(arena);
  first.setZero();
  groups.seekPendingOf(consumer, first, cursor);
  for (let left = count; left > 0; left--, cursor.next()) {
    reply.array(3);
    replyIdAt(reply, arena, cursor.ref * 2);
    replyLong(reply, arena.i32, cursor.ref * 2 + PendingWord.deliveredAt);
    replyDeliveries(reply, arena, cursor.ref);
  }
}
