/**
 * Hashes in RDB files and payloads. Without expiries they are what redis-server 7.0 knows: a listpack, or a
 * count and the fields with their values. With expiries they are what Redis 7.4 has made of these two, both
 * behind the earliest expiry, in 8 bytes of milliseconds:
 *
 *   hashListpackEx    a listpack of field, value, expiry (0: none), in the order of the expiries
 *   hashMetadata      a count, and for each field 0 or its expiry less the earliest plus 1, field, value
 *
 * The older forms of small hashes, zipmap and ziplist, are read as well.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { fieldExpiryFlag, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { validateListpack } from '../../structures/listpack-check.ts';
import { LISTPACK_END } from '../../structures/listpack-encoding.ts';
import { LISTPACK_HEADER_BYTES, nextOf, readAt, UNKNOWN_COUNT } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { TypeCodec } from './value-codec.ts';
import { eachOfZiplist } from './ziplist.ts';
import { readZipmap } from './zipmap.ts';

/** Expiries are below this, in Redis and here. */
const EXPIRY_END = 2 ** 46;
const LONGEST_INTEGER = 20;

const element = new ListpackValue();
const digits = new Uint8Array(LONGEST_INTEGER);

export const hashCodec: TypeCodec = {
  type: ValueType.hash,
  rdbTypes: [RdbType.hash, RdbType.hashZipmap, RdbType.hashZiplist, RdbType.hashListpack, RdbType.hashMetadata, RdbType.hashListpackEx],
  write(writer, keyspace, entry) {
    const { arena, hashes } = keyspace;
    const earliest = hashes.earliestExpiry(entry);
    if (hashes.isTable(entry)) return writeFields(writer, keyspace, entry, earliest);
    if (earliest === Infinity && hashes.isWide(entry)) return writeNarrowed(writer, keyspace, entry);
    writer.byte(earliest === Infinity ? RdbType.hashListpack : RdbType.hashListpackEx);
    if (earliest !== Infinity) writer.int64(BigInt(earliest));
    return writer.blob(arena.u8, hashes.listpackOffset(entry), hashes.listpackBytes(entry));
  },
  read(reader, rdbType, keyspace, entry) {
    switch (rdbType) {
      case RdbType.hashListpack: return readListpack(reader, keyspace, entry, 2);
      case RdbType.hashListpackEx:
        reader.int64();
        return readListpack(reader, keyspace, entry, 3);
      case RdbType.hash: return readFields(reader, keyspace, entry, false);
      case RdbType.hashMetadata: return readFields(reader, keyspace, entry, true);
      case RdbType.hashZiplist: return setAll(keyspace, entry, readZiplist(reader.string()));
      default: return setAll(keyspace, entry, readZipmap(reader.string()));
    }
  },
};

function writeFields(writer: RdbWriter, { hashes }: Keyspace, entry: number, earliest: number): void {
  const expires = earliest !== Infinity;
  writer.byte(expires ? RdbType.hashMetadata : RdbType.hash);
  if (expires) writer.int64(BigInt(earliest));
  writer.count(hashes.length(entry));
  hashes.startWalk(entry);
  while (hashes.nextField()) {
    if (expires) writer.count(hashes.expiryMs === 0 ? 0 : hashes.expiryMs - earliest + 1);
    writeText(writer, hashes.field);
    writeText(writer, hashes.value);
  }
}

/** A listpack of triplets without expiries as one of pairs: of each field the bytes up to the third element. */
function writeNarrowed(writer: RdbWriter, { arena, hashes }: Keyspace, entry: number): void {
  const base = hashes.listpackOffset(entry);
  const narrow = Buffer.alloc(hashes.listpackBytes(entry));
  let end = LISTPACK_HEADER_BYTES;
  for (let p = LISTPACK_HEADER_BYTES; p !== 0;) {
    const third = nextOf(arena.u8, base, nextOf(arena.u8, base, p));
    copyBytes(narrow, end, arena.u8, base + p, third - p);
    end += third - p;
    p = nextOf(arena.u8, base, third);
  }
  narrow[end] = LISTPACK_END;
  narrow.writeUInt32LE(end + 1, 0);
  narrow.writeUInt16LE(Math.min(hashes.length(entry) * 2, UNKNOWN_COUNT), 4);
  writer.byte(RdbType.hashListpack);
  writer.blob(narrow, 0, end + 1);
}

function writeText(writer: RdbWriter, { bytes, offset, length }: ListpackValue): void {
  writer.string(bytes, offset, length);
}

/** `width`: elements a field. */
function readListpack(reader: RdbReader, keyspace: Keyspace, entry: number, width: 2 | 3): void {
  const bytes = reader.string();
  const count = validateListpack(bytes, 0, bytes.length, true);
  expectFormat(count > 0 && count % width === 0, 'a listpack of a hash has whole fields');
  const names = new Set<string>();
  let before = 0;
  let isInOrder = true;
  for (let p = LISTPACK_HEADER_BYTES; p !== 0; p = nextOf(bytes, 0, p)) {
    readAt(bytes, 0, p, element);
    names.add(textOf(element).toString('latin1'));
    p = nextOf(bytes, 0, p);
    if (width === 2) continue;
    p = nextOf(bytes, 0, p);
    readAt(bytes, 0, p, element);
    expectFormat(element.isInteger && element.integer >= 0 && element.integer < EXPIRY_END, 'an expiry of a field is in range');
    const atMs = element.integer || Infinity;
    isInOrder &&= atMs >= before;
    before = atMs;
  }
  expectFormat(names.size === count / width, 'a hash has no field twice');
  if (isInOrder) keyspace.hashes.adopt(entry, bytes, 0, bytes.length, width);
  else setTriplets(keyspace, entry, bytes);
  markExpiries(keyspace, entry);
}

/** Sets the fields of a listpack whose order is not that of their expiries. */
function setTriplets(keyspace: Keyspace, entry: number, bytes: Uint8Array): void {
  const { hashes } = keyspace;
  hashes.begin(entry);
  for (let p = LISTPACK_HEADER_BYTES; p !== 0; p = nextOf(bytes, 0, p)) {
    readAt(bytes, 0, p, element);
    const field = textOf(element);
    p = nextOf(bytes, 0, p);
    readAt(bytes, 0, p, element);
    const value = textOf(element);
    p = nextOf(bytes, 0, p);
    readAt(bytes, 0, p, element);
    hashes.set(entry, field, 0, field.length, value, 0, value.length, false);
    hashes.setExpiry(entry, field, 0, field.length, element.integer);
  }
}

function readFields(reader: RdbReader, keyspace: Keyspace, entry: number, expires: boolean): void {
  const earliest = expires ? Number(reader.int64()) : 0;
  expectFormat(earliest >= 0 && earliest < EXPIRY_END, 'the earliest expiry is in range');
  keyspace.hashes.begin(entry);
  for (let left = reader.countOf(expires ? 3 : 2); left > 0; left--) {
    const ttl = expires ? reader.count() : 0;
    expectFormat(earliest + ttl <= EXPIRY_END, 'an expiry of a field is in range');
    const field = reader.string();
    setNew(keyspace, entry, field, reader.string());
    if (ttl !== 0) keyspace.hashes.setExpiry(entry, field, 0, field.length, earliest + ttl - 1);
  }
  markExpiries(keyspace, entry);
}

/** Fields and values in turn. */
function readZiplist(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  eachOfZiplist(bytes, element, () => parts.push(textOf(element)));
  return parts;
}

/** Sets fields and values that come in turn. */
function setAll(keyspace: Keyspace, entry: number, parts: readonly Uint8Array[]): void {
  expectFormat(parts.length % 2 === 0, 'every field has a value');
  keyspace.hashes.begin(entry);
  for (let i = 0; i < parts.length; i += 2) setNew(keyspace, entry, parts[i]!, parts[i + 1]!);
}

function setNew(keyspace: Keyspace, entry: number, field: Uint8Array, value: Uint8Array): void {
  const isNew = keyspace.hashes.set(entry, field, 0, field.length, value, 0, value.length, false);
  expectFormat(isNew, 'a hash has no field twice');
}

/** Says in the entry, which is in no table yet, whether fields expire. */
function markExpiries({ arena, hashes }: Keyspace, entry: number): void {
  if (hashes.hasExpiries(entry)) arena.i32[entry * 2]! |= fieldExpiryFlag;
}

/** A copy of the element's bytes. */
function textOf(value: ListpackValue): Buffer {
  const end = value.isInteger ? value.writeText(digits, 0) : 0;
  return value.isInteger ? Buffer.from(digits.subarray(0, end)) : Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length));
}
