/**
 * A stream's producers in Redis's RDB format of type 26: duration in seconds, greatest number of records of
 * a producer, count of producers; per producer its name, count of records, per record its own id, which is
 * a string, and the entry's id; then how many entries were recorded and how many were sent again.
 */
import { writeLong64 } from '../../keyspace/streams/group-records.ts';
import { PRODUCER_BYTES, RECORD_BYTES, RECORD_LENGTH, StateWord } from '../../keyspace/streams/producers.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { readId, writeId, writeUnsigned } from './stream-id-codec.ts';

const PRODUCER_BYTES_LEAST = 3;
const RECORD_BYTES_LEAST = 4;
const INT32_MAX = 2 ** 31 - 1;
const id = new StreamId();

export function writeProducers(writer: RdbWriter, { producers, arena }: Streams, head: number): void {
  const { durationSeconds, maxSize } = producers.configOf(head);
  writer.count(durationSeconds);
  writer.count(maxSize);
  const state = producers.stateOf(head);
  if (state === 0) {
    for (let counts = 0; counts < 3; counts++) writer.count(0);
    return;
  }
  writer.count(producers.count(state));
  const cursor = new TreeCursor(arena);
  for (let on = producers.first(state, cursor); on; on = cursor.next()) writeProducer(writer, { producers, arena }, cursor.ref);
  writeUnsigned(writer, arena.i32, state * 2 + StateWord.added);
  writeUnsigned(writer, arena.i32, state * 2 + StateWord.duplicates);
}

function writeProducer(writer: RdbWriter, { producers, arena }: Pick<Streams, 'producers' | 'arena'>, producer: number): void {
  const { i32, u8 } = arena;
  writer.string(u8, producer * 8 + PRODUCER_BYTES, i32[producer * 2]!);
  writer.count(producers.recordCount(producer));
  const records = new TreeCursor(arena);
  for (let on = producers.firstRecord(producer, records); on; on = records.next()) {
    writer.string(u8, records.ref * 8 + RECORD_BYTES, i32[records.ref * 2 + RECORD_LENGTH]!);
    writeId(writer, i32, records.ref * 2);
  }
}

export function readProducers(reader: RdbReader, { producers, arena }: Streams, head: number): void {
  const state = producers.stateForWrite(head);
  const duration = reader.count();
  const maxSize = reader.count();
  expectFormat(duration <= INT32_MAX && maxSize <= INT32_MAX, 'a configuration of producers is within bounds');
  producers.configure(state, duration, maxSize);
  for (let left = reader.countOf(PRODUCER_BYTES_LEAST); left > 0; left--) {
    const name = nameOf(reader.string());
    for (let records = reader.countOf(RECORD_BYTES_LEAST); records > 0; records--) {
      const own = nameOf(reader.string());
      readId(reader, id);
      expectFormat(producers.find(state, name, own, 0) === 0, "a producer's own id is there once");
      producers.record(state, name, own, id);
    }
  }
  writeLong64(arena.i32, state * 2 + StateWord.added, reader.count64());
  writeLong64(arena.i32, state * 2 + StateWord.duplicates, reader.count64());
}

function nameOf(bytes: Uint8Array): { bytes: Uint8Array; offset: number; length: number } {
  return { bytes, offset: 0, length: bytes.length };
}
