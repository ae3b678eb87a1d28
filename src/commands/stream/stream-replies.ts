/** Ids and entries of streams as replies. */
import type { Arena } from '../../memory/arena.ts';
import { PendingWord, readLong, readLong64 } from '../../keyspace/streams/group-records.ts';
import type { StreamCursor } from '../../keyspace/streams/stream-cursor.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import { elementBytesAt, readElement } from '../../structures/listpack-encoding.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { StreamEntry } from '../../structures/stream-entry.ts';
import { ID_TEXT_BYTES, StreamId } from '../../structures/stream-id.ts';

/** About what an element's type, length and line ends take. */
const FRAME_BYTES = 6;
const text = new Uint8Array(ID_TEXT_BYTES);
const value = new ListpackValue();
const idAt = new StreamId();

export function replyId(reply: ReplyWriter, id: StreamId): void {
  reply.bulk(text, 0, id.writeText(text, 0));
}

/** The id at an Int32 index of the arena. */
export function replyIdAt(reply: ReplyWriter, { i32 }: Arena, at: number): void {
  idAt.load(i32, at);
  replyId(reply, idAt);
}

/** An entry: its id, and an array of its fields and values. `more` elements are to follow. */
export function replyEntry(reply: ReplyWriter, { u8 }: Arena, entry: StreamEntry, more = 0): void {
  reply.array(2 + more);
  replyId(reply, entry.id);
  replyFields(reply, u8, entry);
}

/** The bytes of an entry in a reply: of its ids, fields and values with what frames them. */
export function entryReplyBytes({ u8 }: Arena, entry: StreamEntry): number {
  let bytes = FRAME_BYTES * 3 + entry.id.writeText(text, 0);
  let field = entry.base + entry.masterFieldsPosition;
  let data = entry.base + entry.dataPosition;
  for (let left = entry.fieldCount; left > 0; left--) {
    const own = entry.hasSameFields ? field : data;
    bytes += elementReplyBytes(u8, own);
    if (entry.hasSameFields) field += elementBytesAt(u8, own);
    else data += elementBytesAt(u8, own);
    bytes += elementReplyBytes(u8, data);
    data += elementBytesAt(u8, data);
  }
  return bytes;
}

/** As `entryReplyBytes`, of the cursor's entry, from where it steps on unless it is the first one that is asked for. */
export function nextEntryReplyBytes(arena: Arena, cursor: StreamCursor, i: number): number {
  if (i > 0) cursor.next();
  return entryReplyBytes(arena, cursor.entry);
}

function elementReplyBytes(u8: Uint8Array, at: number): number {
  readElement(u8, at, value);
  return FRAME_BYTES + value.byteLength();
}

/** An array of an entry's fields and values in turns. */
function replyFields(reply: ReplyWriter, u8: Uint8Array, entry: StreamEntry): void {
  const { base, fieldCount, hasSameFields } = entry;
  reply.array(fieldCount * 2);
  let field = base + entry.masterFieldsPosition;
  let data = base + entry.dataPosition;
  for (let left = fieldCount; left > 0; left--) {
    if (hasSameFields) {
      replyElement(reply, u8, field);
      field += elementBytesAt(u8, field);
    } else {
      replyElement(reply, u8, data);
      data += elementBytesAt(u8, data);
    }
    replyElement(reply, u8, data);
    data += elementBytesAt(u8, data);
  }
}

/** `count` entries from the cursor's on, which there are. */
export function replyEntries(reply: ReplyWriter, arena: Arena, cursor: StreamCursor, count: number): void {
  for (let left = count; left > 0; left--) {
    replyEntry(reply, arena, cursor.entry);
    if (left > 1) cursor.next();
  }
}

function replyElement(reply: ReplyWriter, u8: Uint8Array, at: number): void {
  readElement(u8, at, value);
  if (!value.isInteger) reply.bulk(value.bytes, value.offset, value.length);
  else if (value.isSafe) reply.bulkInteger(value.integer);
  else reply.bulkInteger64(BigInt(value.toInt64()));
}

/** How often a pending entry was delivered. */
export function replyDeliveries(reply: ReplyWriter, { i32 }: Arena, pending: number): void {
  replyLong(reply, i32, pending * 2 + PendingWord.deliveries);
}

/** The 64-bit integer at an Int32 index. */
export function replyLong(reply: ReplyWriter, i32: Int32Array, at: number): void {
  const n = readLong(i32, at);
  if (Number.isSafeInteger(n)) reply.integer(n);
  else reply.integer64(readLong64(i32, at));
}
