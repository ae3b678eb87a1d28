/** XADD: appends an entry, and may trim the stream. Its effect has the id, and what was trimmed made exact. */
import { ValueType } from '../../keyspace/entry.ts';
import { HeadWord } from '../../keyspace/streams/stream-head.ts';
import { trimStream } from '../../keyspace/streams/stream-trim.ts';
import { ENTRY_BYTES_MAX, type Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { ID_TEXT_BYTES, StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { createStream } from './create-stream.ts';
import { ProducerOptions } from './producer-options.ts';
import { isCharacter, readNewId } from './stream-ids.ts';
import { replyIdAt } from './stream-replies.ts';
import { logTrimming, trimArguments } from './trim-effect.ts';
import { TrimOptions } from './trim-options.ts';

const nomkstream = wordBytes('nomkstream');
const STAR = 0x2a;
const FIRST_OPTION = 2;
const idmpWord = Buffer.from('IDMP');
/** IDMP, the producer and what it calls the entry. */
const SENDER_ARGUMENTS = 3;

const trim = new TrimOptions();
const sender = new ProducerOptions();
let isCreated = true;
/** Which parts of `given` the client has named. */
let givenParts: 'none' | 'open' | 'whole' = 'none';
const given = new StreamId();
const id = new StreamId();
const last = new StreamId();
const idText = new Uint8Array(ID_TEXT_BYTES);
let idBytes = 0;

export const xadd: ShardCommand = {
  name: 'xadd',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about(
    'stream', '5.0.0', 'Appends an entry to a stream, which is created if need be.',
    'XADD key [NOMKSTREAM] [KEEPREF | DELREF | ACKED] [IDMPAUTO pid | IDMP pid iid] ' +
    '[<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]',
    'O(1) to append; to trim, O(N) with N entries that go'),
  place: 'shard',
  execute(call) {
    const idAt = readOptions(call);
    if (idAt === 0) return;
    const fieldCount = call.argc - idAt - 1;
    if (fieldCount < 2 || fieldCount % 2 !== 0) return call.fail(errors.wrongArity('xadd'));
    if (givenParts === 'whole' && given.isZero) return call.fail(errors.streamIdZero);
    append(call, idAt);
  },
};

/** The index of the argument that is the id, or 0 after an error. */
function readOptions(call: Call): number {
  trim.forget();
  sender.forget();
  isCreated = true;
  givenParts = 'none';
  let i = FIRST_OPTION;
  for (; i < call.argc && !isCharacter(call, i, STAR); i++) {
    const end = trim.read(call, i) || sender.read(call, i);
    if (end < 0) return 0;
    if (end > 0) i = end;
    else if (call.is(i, nomkstream)) isCreated = false;
    else {
      const parts = readNewId(call, i, given);
      if (parts === undefined) return 0;
      givenParts = parts;
      // Only an effect has both.
      if (sender.isGiven && call.nowMs !== 0) {
        call.fail(errors.idmpNeedsNewId);
        return 0;
      }
      break;
    }
  }
  return trim.settle(call, call.keyspaceOf(1).limits, false) ? i : 0;
}

function append(call: Call, idAt: number): void {
  const found = findCollectionForWrite(call, 1, ValueType.stream);
  if (found === wrongTypeEntry) return;
  if (found === 0 && !isCreated) return call.reply.nil();
  const { streams } = call.keyspaceOf(1);
  sender.settle(call, idAt + 1);
  if (sender.isGiven && found !== 0 && call.nowMs !== 0 && replyDuplicate(call, streams, streams.headOf(found))) return;
  if (!chooseId(call, streams, found)) return;
  const argumentBytes = fieldBytes(call, idAt + 1);
  if (argumentBytes > ENTRY_BYTES_MAX) return call.fail(errors.streamEntryTooLarge);
  const head = streams.headOf(found === 0 ? createWithEntry(call, idAt, argumentBytes) : found);
  if (found !== 0) add(call, streams, head, idAt, argumentBytes);
  const removed = trim.thresholdAt === 0 ? 0 : trimStream(streams, head, trim.trimming);
  call.changes++;
  idBytes = id.writeText(idText, 0);
  logAdd(call, idAt, removed);
  call.reply.bulk(idText, 0, idBytes);
}

/** A new key with the entry; if there is no room for that, there is no key either. */
function createWithEntry(call: Call, idAt: number, argumentBytes: number): number {
  const entry = createStream(call, 1);
  const keyspace = call.keyspaceOf(1);
  const { streams } = keyspace;
  try {
    add(call, streams, streams.headOf(entry), idAt, argumentBytes);
  } catch (error) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    throw error;
  }
  return entry;
}

function add(call: Call, streams: Streams, head: number, idAt: number, argumentBytes: number): void {
  if (sender.isGiven) addOnce(call, streams, head, idAt, argumentBytes);
  else streams.add(head, id, call, idAt + 1, (call.argc - idAt - 1) / 2, argumentBytes);
}

/** Adds the entry and remembers what its producer calls it; both or neither. */
function addOnce(call: Call, streams: Streams, head: number, idAt: number, argumentBytes: number): void {
  const { producers } = streams;
  const state = producers.stateForWrite(head);
  const record = producers.record(state, sender.producer, sender.own, id);
  try {
    streams.add(head, id, call, idAt + 1, (call.argc - idAt - 1) / 2, argumentBytes);
  } catch (error) {
    producers.forget(state, sender.producer, record);
    throw error;
  }
  producers.settle(state, sender.producer, id);
}

/** Answers with the id of the entry that was added when this one was sent first; false when it is new. */
function replyDuplicate(call: Call, { producers, arena }: Streams, head: number): boolean {
  const state = producers.stateOf(head);
  const record = state === 0 ? 0 : producers.find(state, sender.producer, sender.own, call.nowMs);
  if (record === 0) return false;
  producers.countDuplicate(state);
  call.changes++;
  id.load(arena.i32, record * 2);
  idBytes = id.writeText(idText, 0);
  if (call.effects.enabled) {
    call.effects.command(call.db, 'XIDMPRECORD', 4);
    call.effects.bytes(call.bytes, call.offset(1), call.length(1));
    logSender(call);
    call.effects.bytes(idText, 0, idBytes);
  }
  replyIdAt(call.reply, arena, record * 2);
  return true;
}

function logSender({ effects }: Call): void {
  const { producer, own } = sender;
  effects.bytes(producer.bytes, producer.offset, producer.length);
  effects.bytes(own.bytes, own.offset, own.length);
}

/** Sets `id` to the new entry's; false after an error. */
function chooseId(call: Call, streams: Streams, entry: number): boolean {
  if (entry === 0) last.setZero();
  else last.load(streams.arena.i32, streams.headOf(entry) * 2 + HeadWord.lastId);
  if (last.isMax) return refuse(call, errors.streamIdsExhausted);
  if (givenParts === 'none') nextId(call.nowMs);
  else if (givenParts === 'open' && given.msHi === last.msHi && given.msLo === last.msLo) {
    if ((last.seqHi & last.seqLo) === -1) return refuse(call, errors.streamIdTooSmall);
    id.copy(last);
    id.increment();
  } else {
    id.copy(given);
  }
  return id.compare(last) > 0 || refuse(call, errors.streamIdTooSmall);
}

function nextId(nowMs: number): void {
  if (nowMs > last.ms) {
    id.setMs(nowMs);
  } else {
    id.copy(last);
    id.increment();
  }
}

function fieldBytes(call: Call, first: number): number {
  let bytes = 0;
  for (let i = first; i < call.argc; i++) bytes += call.length(i);
  return bytes;
}

function logAdd(call: Call, idAt: number, removed: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'XADD', 1 + (removed > 0 ? trimArguments(trim) : 0) + (sender.isGiven ? SENDER_ARGUMENTS : 0) + call.argc - idAt);
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  if (removed > 0) logTrimming(call, trim);
  if (sender.isGiven) {
    effects.bytes(idmpWord, 0, idmpWord.length);
    logSender(call);
  }
  effects.bytes(idText, 0, idBytes);
  for (let i = idAt + 1; i < call.argc; i++) effects.bytes(call.bytes, call.offset(i), call.length(i));
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
