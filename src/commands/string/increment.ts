/**
 * INCR, DECR, INCRBY, DECRBY on int64 values, INCRBYFLOAT on long doubles. Within the safe integers
 * counting allocates nothing, and a new number that fits is written over the old one.
 */
import { addInt64, INT64_MIN, type Int64, subtractInt64 } from '../../base/int64.ts';
import { addLongDoubles, formatLongDouble, LONG_DOUBLE_ZERO, parseLongDouble } from '../../base/long-double.ts';
import { StringEncoding, ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { parseInteger, parseInteger64, writeInteger } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { CommandText, ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { encodingOfLength } from '../../keyspace/string-encoding.ts';
import { writeString } from './write-string.ts';

const digits = Buffer.alloc(24);

export const incr = counter('incr', 2, {
  since: '1.0.0', summary: 'Adds one to the integer value of a key; an absent key counts as 0.', syntax: 'INCR key',
}, (call) => add(call, 1, 'INCR'));

export const decr = counter('decr', 2, {
  since: '1.0.0', summary: 'Takes one from the integer value of a key; an absent key counts as 0.', syntax: 'DECR key',
}, (call) => add(call, -1, 'DECR'));

export const incrby = counter('incrby', 3, {
  since: '1.0.0', summary: 'Adds a number to the integer value of a key; an absent key counts as 0.', syntax: 'INCRBY key increment',
}, (call) => {
  const amount = integerArgument(call, 2);
  if (amount === undefined) call.fail(errors.notInteger);
  else add(call, amount, 'INCRBY');
});

export const decrby = counter('decrby', 3, {
  since: '1.0.0', summary: 'Takes a number from the integer value of a key; an absent key counts as 0.', syntax: 'DECRBY key decrement',
}, (call) => {
  const amount = integerArgument(call, 2);
  if (amount === undefined) call.fail(errors.notInteger);
  else if (amount === INT64_MIN) call.fail(errors.decrementOverflow);
  else add(call, subtractInt64(0, amount)!, 'DECRBY');
});

export const incrbyfloat = counter('incrbyfloat', 3, {
  since: '2.6.0', summary: 'Adds a floating point number to the value of a key; an absent key counts as 0.', syntax: 'INCRBYFLOAT key increment',
}, addFloat);

function counter(
  name: string, arity: number, text: Pick<CommandText, 'since' | 'summary' | 'syntax'>, execute: (call: Call) => void,
): ShardCommand {
  return {
    name, arity, flags: ['write', 'denyoom', 'fast'], acl: ['string'], keys: oneKey('RW access update'),
    text: { group: 'string', complexity: 'O(1)', ...text }, place: 'shard', execute,
  };
}

/** Argument `i`, or undefined if it is no int64. */
function integerArgument(call: Call, i: number): Int64 | undefined {
  const amount = call.int(i);
  if (Number.isNaN(amount)) return undefined;
  return Number.isFinite(amount) ? amount : call.int64(i);
}

/** `name`: the command, which is its own effect. */
function add(call: Call, amount: Int64, name: string): void {
  const keyspace = call.keyspaceOf(1);
  const entry = call.findForWrite(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const value = entry === 0 ? 0 : parseInteger(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  if (Number.isNaN(value)) return call.fail(errors.notInteger);
  const sum = typeof amount === 'number' ? value + amount : Number.NaN;
  if (!Number.isSafeInteger(sum)) return addLarge(call, keyspace, entry, amount, name);
  store(call, keyspace, entry, writeInteger(digits, 0, sum));
  call.logVerbatim(name);
  call.reply.integer(sum);
}

/** Where a number may not be exact. */
function addLarge(call: Call, keyspace: Keyspace, entry: number, amount: Int64, name: string): void {
  const { arena } = keyspace;
  const value = entry === 0 ? 0n : parseInteger64(arena.u8, valueOffset(arena, entry), valueLength(arena, entry))!;
  const sum = addInt64(value, amount);
  if (sum === undefined) return call.fail(errors.overflow);
  const text = sum.toString();
  store(call, keyspace, entry, digits.write(text, 'latin1'));
  call.logVerbatim(name);
  call.reply.integer64(BigInt(sum));
}

/** Stores the first `length` of `digits` under the key. */
function store(call: Call, keyspace: Keyspace, entry: number, length: number): void {
  const stored = keyspace.putString(
    call.db, call.slotOf(1), entry, call.bytes, call.offset(1), call.length(1), digits, 0, length, StringEncoding.int, 'keep');
  if (entry === 0) call.touch(keyspace, stored);
}

function addFloat(call: Call): void {
  const keyspace = call.keyspaceOf(1);
  const entry = call.findForWrite(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const value = entry === 0 ? LONG_DOUBLE_ZERO : parseLongDouble(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  const amount = value === undefined ? undefined : parseLongDouble(call.bytes, call.offset(2), call.length(2));
  if (value === undefined || amount === undefined) return call.fail(errors.notFloat);
  const sum = addLongDoubles(value, amount);
  if (!Number.isFinite(sum.exponent)) return call.fail(errors.nanOrInfinity);
  const text = Buffer.from(formatLongDouble(sum), 'latin1');
  writeString(call, 1, entry, text, 0, text.length, encodingOfLength(text.length), 'keep');
  call.reply.bulk(text, 0, text.length);
}
