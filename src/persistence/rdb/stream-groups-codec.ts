/**
 * A stream's groups in Redis's RDB format:
 *
 *   groups     count, per group: name, last id, since type 19: entries read
 *   pending    count, per entry id (16 bytes), time (8 bytes), deliveries
 *   consumers  count, per consumer: name, time seen, since type 21: time active; ids (16 bytes) of what is pending
 *   unowned    since type 27: ids (16 bytes) of what is pending for no consumer
 */
import {
  CONSUMER_BYTES, ConsumerWord, consumerOf, GROUP_BYTES, GroupWord, PendingWord, readLong64, writeLong64,
} from '../../keyspace/streams/group-records.ts';
import { estimateEntriesRead } from '../../keyspace/streams/lag.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { ID_BYTES, readId, writeId, writeIdBytes, writeUnsigned } from './stream-id-codec.ts';

/** A pending entry, a consumer and a group take at least so many bytes. */
const PENDING_BYTES_LEAST = 25;
const CONSUMER_BYTES_LEAST = 10;
const GROUP_BYTES_LEAST = 5;
const id = new StreamId();

/** Whether an entry is pending for no consumer. */
export function hasUnowned({ groups, arena }: Streams, head: number): boolean {
  const cursor = new TreeCursor(arena);
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    if (arena.i32[cursor.ref * 2 + GroupWord.unowned] !== 0) return true;
  }
  return false;
}

export function writeGroups(writer: RdbWriter, streams: Streams, head: number, rdbType: number): void {
  const { groups, arena } = streams;
  writer.count(groups.count(head));
  const cursor = new TreeCursor(arena);
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    const group = cursor.ref;
    writer.string(arena.u8, group * 8 + GROUP_BYTES, arena.i32[group * 2]!);
    writeId(writer, arena.i32, group * 2 + GroupWord.lastId);
    writeUnsigned(writer, arena.i32, group * 2 + GroupWord.entriesRead);
    writePending(writer, streams, group);
    writeConsumers(writer, streams, group, rdbType);
    if (rdbType >= RdbType.streamListpacks5) writeUnowned(writer, streams, group);
  }
}

function writePending(writer: RdbWriter, { groups, arena }: Streams, group: number): void {
  writer.count(groups.pendingCount(group));
  const cursor = new TreeCursor(arena);
  id.setZero();
  for (let on = groups.seekPending(group, id, cursor); on; on = cursor.next()) {
    const at = cursor.ref * 2;
    writeIdBytes(writer, arena.i32, at);
    writer.int64(readLong64(arena.i32, at + PendingWord.deliveredAt));
    writeUnsigned(writer, arena.i32, at + PendingWord.deliveries);
  }
}

function writeConsumers(writer: RdbWriter, { groups, arena }: Streams, group: number, rdbType: number): void {
  writer.count(groups.consumerCount(group));
  const cursor = new TreeCursor(arena);
  const pending = new TreeCursor(arena);
  for (let on = groups.firstConsumer(group, cursor); on; on = cursor.next()) {
    const consumer = cursor.ref;
    writer.string(arena.u8, consumer * 8 + CONSUMER_BYTES, arena.i32[consumer * 2]!);
    writer.int64(readLong64(arena.i32, consumer * 2 + ConsumerWord.seenAt));
    if (rdbType >= RdbType.streamListpacks3) writer.int64(readLong64(arena.i32, consumer * 2 + ConsumerWord.activeAt));
    writer.count(groups.pendingCountOf(consumer));
    id.setZero();
    for (let has = groups.seekPendingOf(consumer, id, pending); has; has = pending.next()) writeIdBytes(writer, arena.i32, pending.ref * 2);
  }
}

function writeUnowned(writer: RdbWriter, { groups, arena }: Streams, group: number): void {
  writer.count(arena.i32[group * 2 + GroupWord.unowned]!);
  const cursor = new TreeCursor(arena);
  id.setZero();
  for (let on = groups.seekPending(group, id, cursor); on; on = cursor.next()) {
    if (consumerOf(arena, cursor.ref) === 0) writeIdBytes(writer, arena.i32, cursor.ref * 2);
  }
}

export function readGroups(reader: RdbReader, rdbType: number, streams: Streams, head: number): void {
  for (let left = reader.countOf(GROUP_BYTES_LEAST); left > 0; left--) {
    const name = reader.string();
    expectFormat(streams.groups.find(head, name, 0, name.length) === 0, 'a group is there once');
    readId(reader, id);
    const group = streams.groups.create(head, name, 0, name.length, id, -1);
    const entriesRead = rdbType === RdbType.streamListpacks ? BigInt(estimateEntriesRead(streams.arena, head, id)) : reader.count64();
    writeLong64(streams.arena.i32, group * 2 + GroupWord.entriesRead, entriesRead);
    readPending(reader, streams, group);
    readConsumers(reader, rdbType, streams, group);
    const unowned = rdbType >= RdbType.streamListpacks5 ? readUnowned(reader, streams, group) : 0;
    expectFormat(streams.arena.i32[group * 2 + GroupWord.unowned] === unowned, "an entry that is pending is some consumer's or is said not to be");
  }
}

function readPending(reader: RdbReader, { groups, arena }: Streams, group: number): void {
  for (let left = reader.countOf(PENDING_BYTES_LEAST); left > 0; left--) {
    id.loadBytes(reader.raw(ID_BYTES), 0);
    expectFormat(groups.findPending(group, id) === 0, 'an entry is pending once');
    const pending = groups.addPending(group, 0, id);
    writeLong64(arena.i32, pending * 2 + PendingWord.deliveredAt, reader.int64());
    writeLong64(arena.i32, pending * 2 + PendingWord.deliveries, reader.count64());
  }
}

function readConsumers(reader: RdbReader, rdbType: number, { groups, arena }: Streams, group: number): void {
  for (let left = reader.countOf(CONSUMER_BYTES_LEAST); left > 0; left--) {
    const name = reader.string();
    expectFormat(groups.findConsumer(group, name, 0, name.length) === 0, 'a consumer is there once');
    const consumer = groups.createConsumer(group, name, 0, name.length);
    const seenAt = reader.int64();
    writeLong64(arena.i32, consumer * 2 + ConsumerWord.seenAt, seenAt);
    writeLong64(arena.i32, consumer * 2 + ConsumerWord.activeAt, rdbType >= RdbType.streamListpacks3 ? reader.int64() : seenAt);
    for (let own = reader.countOf(ID_BYTES); own > 0; own--) {
      id.loadBytes(reader.raw(ID_BYTES), 0);
      const pending = groups.findPending(group, id);
      expectFormat(pending !== 0 && arena.i32[pending * 2 + PendingWord.consumer] === 0, 'an entry is pending for one consumer of its group');
      groups.assign(group, pending, consumer);
    }
  }
}

/** The number of entries that are pending for no consumer. */
function readUnowned(reader: RdbReader, { groups, arena }: Streams, group: number): number {
  const count = reader.countOf(ID_BYTES);
  for (let left = count; left > 0; left--) {
    id.loadBytes(reader.raw(ID_BYTES), 0);
    const pending = groups.findPending(group, id);
    expectFormat(pending !== 0 && consumerOf(arena, pending) === 0, 'an entry that is said to be pending for no consumer is');
  }
  return count;
}
