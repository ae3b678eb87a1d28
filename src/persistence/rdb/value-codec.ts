/**
 * A key's value in Redis's RDB format, as DUMP sends it:
 *
 *   type byte, value, version (2 bytes, little-endian), CRC-64 of all before (8 bytes, little-endian)
 *
 * The same values stand in RDB files, RESTORE effects, COPY and migration. Each type but string has a
 * codec of its own; what it writes is read by redis-server 7.0, except where the value has something
 * that only newer versions know.
 */
import { type NextExpiry, typeOf, valueLength, valueOffset, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { encodingOfBytes } from '../../keyspace/string-encoding.ts';
import { BadFormatError, expectFormat } from './bad-format.ts';
import { Crc64 } from './crc64.ts';
import { listCodec } from './list-codec.ts';
import { hashCodec } from './hash-codec.ts';
import { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import { RdbWriter } from './rdb-writer.ts';
import { sortedSetCodec } from './sorted-set-codec.ts';
import { setCodec } from './set-codec.ts';
import { streamCodec } from './stream-codec.ts';

/** What serializes the values of one type. */
export interface TypeCodec {
  readonly type: number;
  /** The RDB types that `read` understands. */
  readonly rdbTypes: readonly number[];
  /** Writes the RDB type and the value of an entry. */
  readonly write: (writer: RdbWriter, keyspace: Keyspace, entry: number) => void;
  /** Gives a prepared entry its value; throws BadFormatError or ArenaFullError, then the entry is discarded. */
  readonly read: (reader: RdbReader, rdbType: number, keyspace: Keyspace, entry: number) => void;
}

const codecs: readonly TypeCodec[] = [
  listCodec,
  sortedSetCodec,
  setCodec,
  streamCodec,
  hashCodec,
];
const writers = new Map(codecs.map((codec) => [codec.type, codec]));
const readers = new Map(codecs.flatMap((codec) => codec.rdbTypes.map((rdbType) => [rdbType, codec] as const)));

/** Of what is written: redis-server 7.0's, so that it restores what we dump. */
const WRITTEN_VERSION = 10;
/** Valkey 9's; the newer types of any version up to here are refused one by one. */
const READ_VERSION_MAX = 80;
const FOOTER_BYTES = 10;

/** The value of an entry as DUMP sends it. */
export function dumpValue(keyspace: Keyspace, entry: number): Buffer {
  const writer = new RdbWriter();
  writeValue(writer, keyspace, entry);
  writer.byte(WRITTEN_VERSION);
  writer.byte(0);
  const { low, high } = new Crc64().update(writer.bytes, 0, writer.length);
  writer.int64((BigInt(high) << 32n) | BigInt(low >>> 0));
  return writer.view();
}

/** Writes the RDB type and the value of an entry. */
export function writeValue(writer: RdbWriter, keyspace: Keyspace, entry: number): void {
  const { arena } = keyspace;
  if (typeOf(arena, entry) !== ValueType.string) {
    writers.get(typeOf(arena, entry))!.write(writer, keyspace, entry);
    return;
  }
  writer.byte(RdbType.string);
  writer.string(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
}

/** Whether the footer of a payload is whole: a version that is known, and the checksum. */
export function hasValidFooter(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < FOOTER_BYTES) return false;
  const footer = offset + length - FOOTER_BYTES;
  if ((bytes[footer]! | (bytes[footer + 1]! << 8)) > READ_VERSION_MAX) return false;
  const { low, high } = new Crc64().update(bytes, offset, length - 8);
  return int32At(bytes, footer + 2) === low && int32At(bytes, footer + 6) === high;
}

/** Where a value is to be stored. */
export interface RestoreTarget {
  readonly keyspace: Keyspace;
  readonly db: number;
  readonly slot: number;
  readonly key: Uint8Array;
  readonly keyAt: number;
  readonly keyBytes: number;
  readonly expiry: NextExpiry;
  /** The entry to be replaced, or 0. */
  readonly old: number;
}

/** Stores the value of a payload with a valid footer; its entry, or 0 for a value without elements. Throws BadFormatError or ArenaFullError, nothing changed. */
export function restorePayload(bytes: Uint8Array, offset: number, length: number, target: RestoreTarget): number {
  const reader = new RdbReader(bytes, offset, length - FOOTER_BYTES);
  return readValue(reader, target);
}

/** Reads an RDB type and a value that ends with the payload, and stores it. */
export function readValue(reader: RdbReader, target: RestoreTarget): number {
  const rdbType = reader.byte();
  const { keyspace, db, slot, key, keyAt, keyBytes, expiry, old } = target;
  if (rdbType === RdbType.string) {
    const value = reader.string();
    expectFormat(reader.isAtEnd, 'a payload ends with its value');
    const encoding = encodingOfBytes(value, 0, value.length);
    return keyspace.putString(db, slot, old, key, keyAt, keyBytes, value, 0, value.length, encoding, expiry);
  }
  const codec = readers.get(rdbType);
  if (codec === undefined) throw new BadFormatError('the type of a value is known');
  const entry = keyspace.prepare(key, keyAt, keyBytes, codec.type, expiry);
  try {
    codec.read(reader, rdbType, keyspace, entry);
    expectFormat(reader.isAtEnd, 'a payload ends with its value');
    expectFormat(keyspace.kindOf(entry).length(entry) > 0 || codec.type === ValueType.stream, 'a collection has elements');
  } catch (error) {
    keyspace.discard(entry);
    throw error;
  }
  keyspace.install(db, slot, old, entry);
  return entry;
}

/** The bytes that an entry's value takes in an RDB file. */
export function savedBytes(keyspace: Keyspace, entry: number): number {
  const writer = new RdbWriter();
  writeValue(writer, keyspace, entry);
  return writer.length - 1;
}

function int32At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
