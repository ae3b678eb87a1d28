/**
 * What changes in groups, as commands that redis-server understands. Times are in them: an XCLAIM that is
 * replayed happens at its TIME, so that it also tells when its consumer was seen and active. One that
 * claims nothing tells only when the consumer was seen.
 */
import { GroupWord, PendingWord, readLong, readLong64 } from '../../keyspace/streams/group-records.ts';
import type { StreamCursor } from '../../keyspace/streams/stream-cursor.ts';
import { ID_TEXT_BYTES, StreamId } from '../../structures/stream-id.ts';
import type { Call } from '../call.ts';

const id = new StreamId();
const text = new Uint8Array(ID_TEXT_BYTES);
const nullId = Buffer.from('0-0');
const timeWord = Buffer.from('TIME');
const retryCountWord = Buffer.from('RETRYCOUNT');
const forceWord = Buffer.from('FORCE');
const justIdWord = Buffer.from('JUSTID');
const lastIdWord = Buffer.from('LASTID');
const setIdWord = Buffer.from('SETID');
const entriesReadWord = Buffer.from('ENTRIESREAD');
const createConsumerWord = Buffer.from('CREATECONSUMER');
/** A command has not endlessly many arguments. */
const IDS_PER_CLAIM = 1000;
const CLAIM_ARGUMENTS = 12;

/** Where the names of an effect are among the arguments. */
export interface GroupNames {
  readonly keyAt: number;
  readonly groupAt: number;
  readonly consumerAt: number;
}

/** `count` entries from the cursor's on were delivered for the first time, now. */
export function logDelivered(call: Call, names: GroupNames, group: number, cursor: StreamCursor, count: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  let left = count;
  while (left > 0) {
    const batch = Math.min(left, IDS_PER_CLAIM);
    beginClaim(call, names, batch);
    for (let i = 0; i < batch; i++, left--) {
      effects.bytes(text, 0, cursor.entry.id.writeText(text, 0));
      if (left > 1) cursor.next();
    }
    endIds(call, call.nowMs);
    effects.integer(1);
    endClaim(call, names.keyAt, group);
  }
}

/** A pending entry is the consumer's now, with the time and the number of deliveries that it has. */
export function logClaimed(call: Call, names: GroupNames, group: number, pending: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const { i32 } = call.keyspaceOf(names.keyAt).arena;
  beginClaim(call, names, 1);
  id.load(i32, pending * 2);
  effects.bytes(text, 0, id.writeText(text, 0));
  const deliveredAt = readLong(i32, pending * 2 + PendingWord.deliveredAt);
  endIds(call, deliveredAt);
  effects.text(String(readLong64(i32, pending * 2 + PendingWord.deliveries)));
  endClaim(call, names.keyAt, group);
}

/** The consumer was seen now. */
export function logSeen(call: Call, names: GroupNames): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XCLAIM', 8);
  writeNames(call, names);
  effects.integer(0);
  effects.bytes(nullId, 0, nullId.length);
  effects.bytes(timeWord, 0, timeWord.length);
  effects.integer(call.nowMs);
  effects.bytes(justIdWord, 0, justIdWord.length);
}

export function logConsumerCreated(call: Call, names: GroupNames): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XGROUP', 4);
  effects.bytes(createConsumerWord, 0, createConsumerWord.length);
  writeNames(call, names);
}

/** The group's last id and its counter of entries are what they are now. */
export function logGroupId(call: Call, keyAt: number, groupAt: number, group: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const { i32 } = call.keyspaceOf(keyAt).arena;
  effects.command(call.db, 'XGROUP', 6);
  effects.bytes(setIdWord, 0, setIdWord.length);
  effects.bytes(call.bytes, call.offset(keyAt), call.length(keyAt));
  effects.bytes(call.bytes, call.offset(groupAt), call.length(groupAt));
  writeLastId(call, i32, group);
  effects.bytes(entriesReadWord, 0, entriesReadWord.length);
  const entriesRead = readLong(i32, group * 2 + GroupWord.entriesRead);
  if (Number.isSafeInteger(entriesRead)) effects.integer(entriesRead);
  else effects.text(String(readLong64(i32, group * 2 + GroupWord.entriesRead)));
}

/** An entry is no longer pending. */
export function logAcknowledged(call: Call, keyAt: number, groupAt: number, acknowledged: StreamId): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XACK', 3);
  effects.bytes(call.bytes, call.offset(keyAt), call.length(keyAt));
  effects.bytes(call.bytes, call.offset(groupAt), call.length(groupAt));
  effects.bytes(text, 0, acknowledged.writeText(text, 0));
}

function beginClaim(call: Call, names: GroupNames, ids: number): void {
  call.effects.command(call.db, 'XCLAIM', CLAIM_ARGUMENTS + ids);
  writeNames(call, names);
  call.effects.integer(0);
}

/** Behind the ids: the number of deliveries must follow. */
function endIds({ effects }: Call, atMs: number): void {
  effects.bytes(timeWord, 0, timeWord.length);
  effects.integer(atMs);
  effects.bytes(retryCountWord, 0, retryCountWord.length);
}

function endClaim(call: Call, keyAt: number, group: number): void {
  const { effects } = call;
  effects.bytes(forceWord, 0, forceWord.length);
  effects.bytes(justIdWord, 0, justIdWord.length);
  effects.bytes(lastIdWord, 0, lastIdWord.length);
  writeLastId(call, call.keyspaceOf(keyAt).arena.i32, group);
}

function writeNames(call: Call, { keyAt, groupAt, consumerAt }: GroupNames): void {
  const { effects, bytes } = call;
  effects.bytes(bytes, call.offset(keyAt), call.length(keyAt));
  effects.bytes(bytes, call.offset(groupAt), call.length(groupAt));
  effects.bytes(bytes, call.offset(consumerAt), call.length(consumerAt));
}

function writeLastId({ effects }: Call, i32: Int32Array, group: number): void {
  id.load(i32, group * 2 + GroupWord.lastId);
  effects.bytes(text, 0, id.writeText(text, 0));
}
