/** GETRANGE, SUBSTR, SETRANGE and APPEND: parts of a string value. */
import { copyBytes } from '../../base/copy-bytes.ts';
import { ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { growString, isTooLong } from './grow-string.ts';
import { writeArgument } from './write-string.ts';

export const getrange: ShardCommand = {
  name: 'getrange',
  arity: 4,
  flags: ['readonly'],
  acl: ['string'],
  keys: oneKey('RO access'),
  text: {
    group: 'string', since: '2.4.0', summary: 'Returns a part of a string value.',
    complexity: 'O(N) where N is the length of the returned string.', syntax: 'GETRANGE key start end',
  },
  place: 'shard',
  execute: replyRange,
};

export const substr: ShardCommand = {
  name: 'substr',
  arity: 4,
  flags: ['readonly'],
  acl: ['string'],
  keys: oneKey('RO access'),
  text: {
    group: 'string', since: '1.0.0', summary: 'Returns a part of a string value: the old name of GETRANGE.',
    complexity: 'O(N) where N is the length of the returned string.', syntax: 'SUBSTR key start end',
  },
  place: 'shard',
  execute: replyRange,
};

export const setrange: ShardCommand = {
  name: 'setrange',
  arity: 4,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: oneKey('RW update'),
  text: {
    group: 'string', since: '2.2.0', summary: 'Overwrites a part of a string value, which grows as needed; creates the key if need be.',
    complexity: 'O(1) for a small value argument, else O(M) with M its length; a value that has to move is copied.',
    syntax: 'SETRANGE key offset value',
  },
  movesValue: true,
  place: 'shard',
  execute(call) {
    const start = call.int(2);
    if (Number.isNaN(start)) return call.fail(errors.notInteger);
    if (start < 0) return call.fail(errors.offsetOutOfRange);
    const entry = call.findForWrite(1);
    const keyspace = call.keyspaceOf(1);
    if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
    if (call.length(3) === 0) return call.reply.integer(entry === 0 ? 0 : valueLength(keyspace.arena, entry));
    if (isTooLong(call, start + call.length(3))) return call.fail(errors.stringTooLong);
    const bytes = overlay(call, keyspace, entry, start, 3);
    call.logVerbatim('SETRANGE');
    call.reply.integer(bytes);
  },
};

export const append: ShardCommand = {
  name: 'append',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['string'],
  keys: oneKey('RW insert'),
  text: {
    group: 'string', since: '2.0.0', summary: 'Appends to a string value; creates the key if it does not exist.',
    complexity: 'O(1) for a small appended value: a value that has to move gets room to grow.', syntax: 'APPEND key value',
  },
  movesValue: true,
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(1);
    if (entry === 0) {
      writeArgument(call, 1, 0, 2, 'none');
      return call.reply.integer(call.length(2));
    }
    const keyspace = call.keyspaceOf(1);
    if (!call.hasType(keyspace, entry, ValueType.string)) return;
    const start = valueLength(keyspace.arena, entry);
    if (isTooLong(call, start + call.length(2))) return call.fail(errors.stringTooLong);
    const bytes = overlay(call, keyspace, entry, start, 2);
    call.logVerbatim('APPEND');
    call.reply.integer(bytes);
  },
};

function replyRange(call: Call): void {
  const [start, end] = [call.int(2), call.int(3)];
  if (Number.isNaN(start) || Number.isNaN(end)) return call.fail(errors.notInteger);
  const entry = call.findForRead(1);
  if (entry === 0) return call.reply.bulk(call.bytes, 0, 0);
  const keyspace = call.keyspaceOf(1);
  if (!call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const bytes = valueLength(arena, entry);
  const from = start < 0 ? Math.max(0, bytes + start) : start;
  const to = Math.min(end < 0 ? Math.max(0, bytes + end) : end, bytes - 1);
  if (from > to || isReversedFromEnd(call, start, end)) return call.reply.bulk(call.bytes, 0, 0);
  call.reply.bulk(arena.u8, valueOffset(arena, entry) + from, to - from + 1);
}

/** Of two indexes, arguments 2 and 3, counted from the end: both may be before the string, where a range stands for its first byte. */
export function isReversedFromEnd(call: Call, start: number, end: number): boolean {
  if (start >= 0 || end >= 0) return false;
  if (start === Number.NEGATIVE_INFINITY && end === Number.NEGATIVE_INFINITY) return call.int64(2)! > call.int64(3)!;
  return start > end;
}

/** Puts argument `i` at byte `start` of the string at `entry` (0: of a new key); returns the string's length. */
function overlay(call: Call, keyspace: Keyspace, entry: number, start: number, i: number): number {
  const partBytes = call.length(i);
  const oldBytes = entry === 0 ? 0 : valueLength(keyspace.arena, entry);
  const bytes = Math.max(oldBytes, start + partBytes);
  const grown = growString(call, 1, entry, bytes);
  const { arena } = keyspace;
  copyBytes(arena.u8, valueOffset(arena, grown) + start, call.bytes, call.offset(i), partBytes);
  return bytes;
}
