/** Ids and 64-bit integers of streams as elements of Redis's RDB format. */
import { readLong64 } from '../../keyspace/streams/group-records.ts';
import { StreamId } from '../../structures/stream-id.ts';
import type { RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';

export const ID_BYTES = 16;
const id = new StreamId();
const idBytes = new Uint8Array(ID_BYTES);

/** Writes the id at an Int32 index as two counts. */
export function writeId(writer: RdbWriter, i32: Int32Array, at: number): void {
  writeUnsigned(writer, i32, at);
  writeUnsigned(writer, i32, at + 2);
}

/** Writes the 64-bit integer at an Int32 index, taken as unsigned, as a count. */
export function writeUnsigned(writer: RdbWriter, i32: Int32Array, at: number): void {
  if (i32[at] === 0) writer.count(i32[at + 1]! >>> 0);
  else writer.count64(BigInt.asUintN(64, readLong64(i32, at)));
}

/** Writes the id at an Int32 index as 16 bytes. */
export function writeIdBytes(writer: RdbWriter, i32: Int32Array, at: number): void {
  id.load(i32, at);
  id.storeBytes(idBytes, 0);
  writer.raw(idBytes, 0, ID_BYTES);
}

/** Reads an id of two counts. */
export function readId(reader: RdbReader, out: StreamId): void {
  const ms = reader.count64();
  const seq = reader.count64();
  out.set(word(ms >> 32n), word(ms), word(seq >> 32n), word(seq));
}

function word(n: bigint): number {
  return Number(BigInt.asIntN(32, n));
}
