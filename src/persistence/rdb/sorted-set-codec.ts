/**
 * Sorted sets in RDB files. A small one is its listpack; a large one is a count and, from the last
 * member to the first, as Redis writes them, a string and its score in 8 bytes. Read are also scores
 * as text and ziplists.
 */
import { compareBytes } from '../../base/compare-bytes.ts';
import { parseDouble } from '../../base/parse-double.ts';
import { valueAddress, ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { PutResult } from '../../keyspace/sorted-sets.ts';
import { validateListpack } from '../../structures/listpack-check.ts';
import { backlengthBytes, encodedBytesOf, LISTPACK_END, writeElement } from '../../structures/listpack-encoding.ts';
import {
  EMPTY_LISTPACK_BYTES, firstOf, LISTPACK_HEADER_BYTES, nextOf, readAt, totalBytesOf, UNKNOWN_COUNT,
} from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { expectFormat } from './bad-format.ts';
import type { RdbReader } from './rdb-reader.ts';
import { RdbType } from './rdb-types.ts';
import type { RdbWriter } from './rdb-writer.ts';
import type { TypeCodec } from './value-codec.ts';
import { eachOfZiplist } from './ziplist.ts';

const TEXT_NAN = 253;
const TEXT_INFINITY = 254;
const TEXT_MINUS_INFINITY = 255;
const value = new ListpackValue();

export const sortedSetCodec: TypeCodec = {
  type: ValueType.zset,
  rdbTypes: [RdbType.zset, RdbType.zset2, RdbType.zsetZiplist, RdbType.zsetListpack],
  write,
  read(reader, rdbType, keyspace, entry) {
    if (rdbType === RdbType.zsetListpack) takeListpack(reader.string(), keyspace, entry);
    else if (rdbType === RdbType.zsetZiplist) takeListpack(listpackOf(reader.string()), keyspace, entry);
    else readMembers(reader, rdbType, keyspace, entry);
  },
};

function write(writer: RdbWriter, { arena, sortedSets }: Keyspace, entry: number): void {
  if (sortedSets.isCompact(entry)) {
    const start = valueAddress(arena, entry) * 8;
    writer.byte(RdbType.zsetListpack);
    writer.blob(arena.u8, start, totalBytesOf(arena.u8, start));
    return;
  }
  const count = sortedSets.length(entry);
  const { cursor } = sortedSets;
  writer.byte(RdbType.zset2);
  writer.count(count);
  for (let on = cursor.moveTo(entry, count - 1); on; on = cursor.prev()) {
    writer.string(cursor.bytes, cursor.offset, cursor.length);
    writer.double(cursor.score);
  }
}

function readMembers(reader: RdbReader, rdbType: number, { sortedSets }: Keyspace, entry: number): void {
  const isBinary = rdbType === RdbType.zset2;
  const count = reader.countOf(isBinary ? 9 : 2);
  sortedSets.createLarge(entry);
  for (let left = count; left > 0; left--) {
    const member = reader.string();
    const score = isBinary ? reader.double() : textScore(reader);
    expectFormat(!Number.isNaN(score), 'a score is a number');
    expectFormat(sortedSets.put(entry, score, member, 0, member.length) === PutResult.added, 'a sorted set has each member once');
  }
  sortedSets.settle(entry);
}

function textScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === TEXT_NAN) return Number.NaN;
  if (length === TEXT_INFINITY) return Number.POSITIVE_INFINITY;
  if (length === TEXT_MINUS_INFINITY) return Number.NEGATIVE_INFINITY;
  const text = reader.raw(length);
  return parseDouble(text, 0, length);
}

function takeListpack(bytes: Uint8Array, { sortedSets }: Keyspace, entry: number): void {
  const count = validateListpack(bytes, 0, bytes.length, true);
  expectFormat(count > 0 && count % 2 === 0, 'a sorted set is a listpack of pairs');
  checkPairs(bytes, count / 2);
  sortedSets.createFromListpack(entry, bytes, 0, bytes.length);
}

/** A ziplist as the listpack of the same elements. */
function listpackOf(ziplist: Uint8Array): Uint8Array {
  const element = new ListpackValue();
  let bytes = EMPTY_LISTPACK_BYTES;
  eachOfZiplist(ziplist, element, () => (bytes += wholeBytesOf(element)));
  const listpack = Buffer.alloc(bytes);
  let at = LISTPACK_HEADER_BYTES;
  const count = eachOfZiplist(ziplist, element, () => {
    writeElement(listpack, at, element, encodedBytesOf(element));
    at += wholeBytesOf(element);
  });
  listpack.writeUInt32LE(bytes, 0);
  listpack.writeUInt16LE(Math.min(count, UNKNOWN_COUNT), 4);
  listpack[at] = LISTPACK_END;
  return listpack;
}

function wholeBytesOf(element: ListpackValue): number {
  const encodedBytes = encodedBytesOf(element);
  return encodedBytes + backlengthBytes(encodedBytes);
}

/** Pairs are in order, scores are numbers, and no member is there twice. */
function checkPairs(bytes: Uint8Array, pairCount: number): void {
  const members = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  let lastMember: Uint8Array = Buffer.alloc(0);
  for (let p = firstOf(bytes, 0); p !== 0;) {
    const member = textAt(bytes, p);
    const scoreAt = nextOf(bytes, 0, p);
    const score = scoreFrom(bytes, scoreAt);
    const isBehind = score > last || (score === last && (members.size === 0 || compareBytes(lastMember, 0, lastMember.length, member, 0, member.length) < 0));
    expectFormat(isBehind, 'a sorted set is in order, its scores numbers');
    members.add(member.toString('latin1'));
    last = score;
    lastMember = member;
    p = nextOf(bytes, 0, scoreAt);
  }
  expectFormat(members.size === pairCount, 'a sorted set has each member once');
}

function textAt(bytes: Uint8Array, p: number): Buffer {
  readAt(bytes, 0, p, value);
  const text = Buffer.alloc(value.byteLength());
  value.writeBytes(text, 0);
  value.clear();
  return text;
}

function scoreFrom(bytes: Uint8Array, p: number): number {
  readAt(bytes, 0, p, value);
  const score = value.isInteger ? value.integer : parseDouble(value.bytes, value.offset, value.length);
  value.clear();
  return score;
}
