/**
 * Members of a sorted set in a reply, with or without their scores. The way from the first to the last,
 * which most ranges take, goes past the cursor: members are short and every step counts.
 */
import { parseDouble } from '../../base/parse-double.ts';
import { valueAddress } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { SortedSetCursor } from '../../keyspace/sorted-sets/cursor.ts';
import { recordScore } from '../../keyspace/sorted-sets/member-record.ts';
import { AddressList } from '../../structures/address-list.ts';
import { keyLengthOf, keyOffsetOf } from '../../structures/keyed-record.ts';
import { elementBytesAt, readElement } from '../../structures/listpack-encoding.ts';
import { seekIn } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';
import { replyElement } from '../element.ts';

const records = new AddressList();
const element = new ListpackValue();

/** The header of members: a flat array, in RESP3 one of pairs if they have scores. */
export function beginMembers(call: Call, count: number, hasScores: boolean): void {
  call.reply.array(hasScores && call.reply.resp === 2 ? count * 2 : count);
}

export function replyMember(call: Call, cursor: SortedSetCursor, hasScore: boolean): void {
  const { reply } = call;
  if (hasScore && reply.resp === 3) reply.array(2);
  reply.bulk(cursor.bytes, cursor.offset, cursor.length);
  if (hasScore) reply.double(cursor.score);
}

/** `count` members, which there are, from rank `first` on, of the sorted set of key argument 1. */
export function replyForward(call: Call, entry: number, first: number, count: number, hasScores: boolean): void {
  const keyspace = call.keyspaceOf(1);
  if (keyspace.sortedSets.isCompact(entry)) replyPairs(call, keyspace, entry, first, count, hasScores);
  else replyRecords(call, keyspace, entry, first, count, hasScores);
}

/** As `replyForward`, from rank `first` back. */
export function replyBackward(call: Call, entry: number, first: number, count: number, hasScores: boolean): void {
  const { cursor } = call.keyspaceOf(1).sortedSets;
  for (let on = cursor.moveTo(entry, first), left = count; on && left > 0; left--, on = cursor.prev()) replyMember(call, cursor, hasScores);
}

function replyRecords(call: Call, { arena, sortedSets }: Keyspace, entry: number, first: number, count: number, hasScores: boolean): void {
  const { reply } = call;
  const { i32, u8 } = arena;
  for (let done = 0; done < count;) {
    records.clear();
    done += sortedSets.recordsFrom(entry, first + done, count - done, records);
    for (let i = 0; i < records.length; i++) {
      const record = records.at(i);
      const head = i32[record * 2]!;
      if (hasScores && reply.resp === 3) reply.array(2);
      reply.bulk(u8, keyOffsetOf(i32, record, head), keyLengthOf(i32, record, head));
      if (hasScores) reply.double(recordScore(i32, record));
    }
  }
}

function replyPairs(call: Call, { arena }: Keyspace, entry: number, first: number, count: number, hasScores: boolean): void {
  const { reply } = call;
  const { u8 } = arena;
  const base = valueAddress(arena, entry) * 8;
  let at = base + seekIn(u8, base, first * 2);
  for (let left = count; left > 0; left--) {
    if (hasScores && reply.resp === 3) reply.array(2);
    const head = u8[at]!;
    if (head >= 0x80 && head < 0xc0) {
      reply.bulk(u8, at + 1, head & 63);
      at += (head & 63) + 2;
    } else {
      readElement(u8, at, element);
      replyElement(call, element);
      at += elementBytesAt(u8, at);
    }
    if (hasScores) replyScoreAt(call, u8, at);
    at += elementBytesAt(u8, at);
  }
}

function replyScoreAt(call: Call, u8: Uint8Array, at: number): void {
  readElement(u8, at, element);
  call.reply.double(element.isInteger ? element.integer : parseDouble(element.bytes, element.offset, element.length));
}
