/**
 * Streams in Redis's RDB format:
 *
 *   nodes     count, per node its id (16 bytes, as a string) and its listpack
 *   facts     length, last id; since type 19: first id, greatest deleted id, entries added
 *   groups    count, per group: name, last id, since type 19: entries read;
 *             pending: count, per entry id (16 bytes), time (8 bytes), deliveries
 *             consumers: count, per consumer: name, time seen, since type 21: time active,
 *                        pending: count, ids (16 bytes)
 *
 * An id is two counts unless it is said to be 16 bytes. We write type 19, which redis-server 7.0 reads;
 * the times when consumers were last active are not in it.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import {
  CONSUMER_BYTES, ConsumerWord, GROUP_BYTES, GroupWord, PendingWord, readLong64, writeLong64,
} from '../../keyspace/streams/group-records.ts';
import { estimateEntriesRead } from '../../keyspace/streams/lag.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { NodeCheck } from './stream-check.ts';
import type { TypeCodec } from './value-codec.ts';

const ID_BYTES = 16;
/** A pending entry, a consumer and a group take at least so many bytes. */
const PENDING_BYTES_LEAST = 25;
const CONSUMER_BYTES_LEAST = 10;
const GROUP_BYTES_LEAST = 5;
const NODE_BYTES_LEAST = 18;

const id = new StreamId();
const idBytes = new Uint8Array(ID_BYTES);

export const streamCodec: TypeCodec = {
  type: ValueType.stream,
  rdbTypes: [RdbType.streamListpacks, RdbType.streamListpacks2, RdbType.streamListpacks3],
  write(writer, { streams }, entry) {
    const head = streams.headOf(entry);
    writer.byte(RdbType.streamListpacks2);
    writeNodes(writer, streams, head);
    writeFacts(writer, streams, head);
    writeGroups(writer, streams, head);
  },
  read(reader, rdbType, { streams }: Keyspace, entry) {
    const head = streams.create(entry);
    readNodes(reader, streams, head);
    readFacts(reader, rdbType, streams, head);
    readGroups(reader, rdbType, streams, head);
  },
};

// Writing.

function writeNodes(writer: RdbWriter, streams: Streams, head: number): void {
  writer.count(streams.nodeCount(head));
  streams.forEachNode(head, (node) => {
    const { i32, u8 } = streams.arena;
    writer.count(ID_BYTES);
    writeIdBytes(writer, i32, node * 2);
    writer.blob(u8, streams.nodes.listpackOf(node) * 8, streams.nodes.totalBytes(node));
  });
}

function writeFacts(writer: RdbWriter, { arena: { i32 } }: Streams, head: number): void {
  const at = head * 2;
  writer.count(i32[at + HeadWord.length]!);
  writeId(writer, i32, at + HeadWord.lastId);
  writeId(writer, i32, at + HeadWord.firstId);
  writeId(writer, i32, at + HeadWord.maxDeletedId);
  writeUnsigned(writer, i32, at + HeadWord.entriesAdded);
}

function writeGroups(writer: RdbWriter, streams: Streams, head: number): void {
  const { groups, arena } = streams;
  writer.count(groups.count(head));
  const cursor = new TreeCursor(arena);
  for (let on = groups.first(head, cursor); on; on = cursor.next()) {
    const group = cursor.ref;
    writer.string(arena.u8, group * 8 + GROUP_BYTES, arena.i32[group * 2]!);
    writeId(writer, arena.i32, group * 2 + GroupWord.lastId);
    writeUnsigned(writer, arena.i32, group * 2 + GroupWord.entriesRead);
    writePending(writer, streams, group);
    writeConsumers(writer, streams, group);
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

function writeConsumers(writer: RdbWriter, { groups, arena }: Streams, group: number): void {
  writer.count(groups.consumerCount(group));
  const cursor = new TreeCursor(arena);
  const pending = new TreeCursor(arena);
  for (let on = groups.firstConsumer(group, cursor); on; on = cursor.next()) {
    const consumer = cursor.ref;
    writer.string(arena.u8, consumer * 8 + CONSUMER_BYTES, arena.i32[consumer * 2]!);
    writer.int64(readLong64(arena.i32, consumer * 2 + ConsumerWord.seenAt));
    writer.count(groups.pendingCountOf(consumer));
    id.setZero();
    for (let has = groups.seekPendingOf(consumer, id, pending); has; has = pending.next()) writeIdBytes(writer, arena.i32, pending.ref * 2);
  }
}

function writeId(writer: RdbWriter, i32: Int32Array, at: number): void {
  writeUnsigned(writer, i32, at);
  writeUnsigned(writer, i32, at + 2);
}

function writeUnsigned(writer: RdbWriter, i32: Int32Array, at: number): void {
  if (i32[at] === 0) writer.count(i32[at + 1]! >>> 0);
  else writer.count64(BigInt.asUintN(64, readLong64(i32, at)));
}

function writeIdBytes(writer: RdbWriter, i32: Int32Array, at: number): void {
  id.load(i32, at);
  id.storeBytes(idBytes, 0);
  writer.raw(idBytes, 0, ID_BYTES);
}

// Reading.

const nodeCheck = new NodeCheck();
const nodeId = new StreamId();
const lastId = new StreamId();

function readNodes(reader: RdbReader, streams: Streams, head: number): void {
  lastId.setZero();
  let length = 0;
  let isFirst = true;
  for (let left = reader.countOf(NODE_BYTES_LEAST); left > 0; left--) {
    const name = reader.string();
    expectFormat(name.length === ID_BYTES, "a node's id has 16 bytes");
    id.loadBytes(name, 0);
    expectFormat(isFirst || id.compare(nodeId) > 0, 'the ids of nodes ascend');
    isFirst = false;
    nodeId.copy(id);
    const bytes = reader.string();
    nodeCheck.check(bytes, id, lastId);
    lastId.copy(nodeCheck.lastId);
    length += nodeCheck.liveCount;
    linkNode(streams, head, bytes);
  }
  streams.arena.i32[head * 2 + HeadWord.length] = length;
}

function linkNode(streams: Streams, head: number, bytes: Uint8Array): void {
  const node = streams.nodes.fromBytes(id, bytes);
  try {
    streams.linkNode(head, node);
  } catch (error) {
    streams.nodes.free(node);
    throw error;
  }
}

/** Of what can be seen from the entries, only what agrees with them is accepted; the first id is not even read. */
function readFacts(reader: RdbReader, rdbType: number, streams: Streams, head: number): void {
  const { i32 } = streams.arena;
  const at = head * 2;
  const length = reader.count();
  expectFormat(length === i32[at + HeadWord.length], 'a stream has as many entries as it says');
  readId(reader);
  expectFormat(id.compare(lastId) >= 0, "a stream's last id is not below that of its last entry");
  id.store(i32, at + HeadWord.lastId);
  streams.settleFirstId(head);
  writeLong64(i32, at + HeadWord.entriesAdded, BigInt(length));
  if (rdbType === RdbType.streamListpacks) return;
  readId(reader);
  readId(reader);
  id.store(i32, at + HeadWord.maxDeletedId);
  writeLong64(i32, at + HeadWord.entriesAdded, reader.count64());
}

function readGroups(reader: RdbReader, rdbType: number, streams: Streams, head: number): void {
  for (let left = reader.countOf(GROUP_BYTES_LEAST); left > 0; left--) {
    const name = reader.string();
    expectFormat(streams.groups.find(head, name, 0, name.length) === 0, 'a group is there once');
    readId(reader);
    const group = streams.groups.create(head, name, 0, name.length, id, -1);
    const entriesRead = rdbType === RdbType.streamListpacks ? BigInt(estimateEntriesRead(streams.arena, head, id)) : reader.count64();
    writeLong64(streams.arena.i32, group * 2 + GroupWord.entriesRead, entriesRead);
    readPending(reader, streams, group);
    readConsumers(reader, rdbType, streams, group);
    expectFormat(streams.arena.i32[group * 2 + GroupWord.unowned] === 0, 'an entry that is pending is some consumer\'s');
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
    writeLong64(arena.i32, consumer * 2 + ConsumerWord.activeAt, rdbType === RdbType.streamListpacks3 ? reader.int64() : seenAt);
    for (let own = reader.countOf(ID_BYTES); own > 0; own--) {
      id.loadBytes(reader.raw(ID_BYTES), 0);
      const pending = groups.findPending(group, id);
      expectFormat(pending !== 0 && arena.i32[pending * 2 + PendingWord.consumer] === 0, 'an entry is pending for one consumer of its group');
      groups.assign(group, pending, consumer);
    }
  }
}

function readId(reader: RdbReader): void {
  const ms = reader.count64();
  const seq = reader.count64();
  id.set(word(ms >> 32n), word(ms), word(seq >> 32n), word(seq));
}

function word(n: bigint): number {
  return Number(BigInt.asIntN(32, n));
}
