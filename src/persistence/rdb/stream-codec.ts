/**
 * Streams in Redis's RDB format:
 *
 *   nodes      count, per node its id (16 bytes, as a string) and its listpack
 *   facts      length, last id; since type 19: first id, greatest deleted id, entries added
 *   groups     stream-groups-codec.ts
 *   producers  since type 26: stream-producers-codec.ts
 *
 * An id is two counts unless it is said to be 16 bytes. We write type 19, which redis-server 7.0 reads, and
 * a newer one only where the stream has what only newer servers know: 26 for producers, 27 for entries that
 * are pending for no consumer. The times when consumers were last active are not in 19.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { writeLong64 } from '../../keyspace/streams/group-records.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { NodeCheck } from './stream-check.ts';
import { hasUnowned, readGroups, writeGroups } from './stream-groups-codec.ts';
import { ID_BYTES, readId, writeId, writeIdBytes, writeUnsigned } from './stream-id-codec.ts';
import { readProducers, writeProducers } from './stream-producers-codec.ts';
import type { TypeCodec } from './value-codec.ts';

/** A node takes at least so many bytes. */
const NODE_BYTES_LEAST = 18;

const id = new StreamId();

export const streamCodec: TypeCodec = {
  type: ValueType.stream,
  rdbTypes: [
    RdbType.streamListpacks, RdbType.streamListpacks2, RdbType.streamListpacks3, RdbType.streamListpacks4, RdbType.streamListpacks5,
  ],
  write(writer, { streams }, entry) {
    const head = streams.headOf(entry);
    const rdbType = typeFor(streams, head);
    writer.byte(rdbType);
    writeNodes(writer, streams, head);
    writeFacts(writer, streams, head);
    writeGroups(writer, streams, head, rdbType);
    if (rdbType >= RdbType.streamListpacks4) writeProducers(writer, streams, head);
  },
  read(reader, rdbType, { streams }: Keyspace, entry) {
    const head = streams.create(entry);
    readNodes(reader, streams, head);
    readFacts(reader, rdbType, streams, head);
    readGroups(reader, rdbType, streams, head);
    if (rdbType >= RdbType.streamListpacks4) readProducers(reader, streams, head);
  },
};

function typeFor(streams: Streams, head: number): number {
  if (hasUnowned(streams, head)) return RdbType.streamListpacks5;
  return streams.producers.isPlain(head) ? RdbType.streamListpacks2 : RdbType.streamListpacks4;
}

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
  readId(reader, id);
  expectFormat(id.compare(lastId) >= 0, "a stream's last id is not below that of its last entry");
  id.store(i32, at + HeadWord.lastId);
  streams.settleFirstId(head);
  writeLong64(i32, at + HeadWord.entriesAdded, BigInt(length));
  if (rdbType === RdbType.streamListpacks) return;
  readId(reader, id);
  readId(reader, id);
  id.store(i32, at + HeadWord.maxDeletedId);
  writeLong64(i32, at + HeadWord.entriesAdded, reader.count64());
}
