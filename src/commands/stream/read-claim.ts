/** CLAIM of XREADGROUP: what has been pending for long is returned before new entries, the longest idle first. */
import { consumerSeen, markActive } from '../../keyspace/streams/consumer-times.ts';
import { consumerOf, incrementDeliveries, PendingWord, readLong, readLong64, writeLong } from '../../keyspace/streams/group-records.ts';
import { ID_TEXT_BYTES, StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import type { Call } from '../call.ts';
import { type GroupNames, logAcknowledged, logClaimed } from './group-effects.ts';
import { found } from './group-lookup.ts';
import type { ReadOptions } from './read-options.ts';
import { entryReplyBytes, replyEntry } from './stream-replies.ts';

const id = new StreamId();
const nothing: readonly number[] = [];

/** The entries of the group that may be claimed and returned. What is pending though it is no longer in the stream is forgotten. */
export function findClaimable(call: Call, keyAt: number, { minIdleMs, limit, groupAt }: ReadOptions): readonly number[] {
  if (Number.isNaN(minIdleMs)) return nothing;
  const { streams, arena } = call.keyspaceOf(keyAt);
  const idle: number[] = [];
  const cursor = new TreeCursor(arena);
  id.setZero();
  for (let on = streams.groups.seekPending(found.group, id, cursor); on; on = cursor.next()) {
    if (call.nowMs - deliveredAt(call, keyAt, cursor.ref) >= minIdleMs) idle.push(cursor.ref);
  }
  // In the order of their ids already, which stays among equal times.
  idle.sort((a, b) => deliveredAt(call, keyAt, a) - deliveredAt(call, keyAt, b));
  const claimable: number[] = [];
  for (const pending of idle) {
    if (claimable.length >= limit) break;
    id.load(arena.i32, pending * 2);
    if (streams.has(found.head, id)) claimable.push(pending);
    else forget(call, keyAt, groupAt, pending);
  }
  return claimable;
}

/** Hands the pending entry to the consumer and answers with it, how long it was idle and how often it was delivered. */
export function claimForReading(call: Call, names: GroupNames, consumer: number, pending: number): void {
  const { streams, arena } = call.keyspaceOf(names.keyAt);
  const { i32 } = arena;
  id.load(i32, pending * 2);
  streams.readCursor.seek(found.head, id);
  replyEntry(call.reply, arena, streams.readCursor.entry, 2);
  call.reply.integer(consumerOf(arena, pending) === 0 ? -1 : call.nowMs - deliveredAt(call, names.keyAt, pending));
  call.reply.integer64(readLong64(i32, pending * 2 + PendingWord.deliveries));
  streams.groups.assign(found.group, pending, consumer);
  writeLong(arena.i32, pending * 2 + PendingWord.deliveredAt, call.nowMs);
  incrementDeliveries(arena.i32, pending);
  consumerSeen(arena, consumer, call.nowMs);
  markActive(arena, consumer, call.nowMs);
  logClaimed(call, names, found.group, pending);
}

/** The bytes of a pending entry in a reply; few when it is no longer in the stream. */
export function pendingReplyBytes(call: Call, keyAt: number, pending: number): number {
  const { streams, arena } = call.keyspaceOf(keyAt);
  id.load(arena.i32, pending * 2);
  if (!streams.readCursor.seek(found.head, id) || streams.readCursor.entry.id.compare(id) !== 0) return ID_TEXT_BYTES;
  return entryReplyBytes(arena, streams.readCursor.entry);
}

/** What stands behind a new entry in the same reply. */
export function replyNeverDelivered({ reply }: Call): void {
  reply.integer(0);
  reply.integer(0);
}

function deliveredAt(call: Call, keyAt: number, pending: number): number {
  return readLong(call.keyspaceOf(keyAt).arena.i32, pending * 2 + PendingWord.deliveredAt);
}

function forget(call: Call, keyAt: number, groupAt: number, pending: number): void {
  call.keyspaceOf(keyAt).streams.groups.removePending(found.group, pending);
  call.changes++;
  logAcknowledged(call, keyAt, groupAt, id);
}
