/** HINCRBY on int64 values, HINCRBYFLOAT on long doubles. A field that is counted keeps its expiry. */
import { addInt64, type Int64 } from '../../base/int64.ts';
import { addLongDoubles, formatLongDouble, LONG_DOUBLE_ZERO, parseLongDouble } from '../../base/long-double.ts';
import { parseInteger, parseInteger64, writeInteger } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { elementText } from '../element.ts';
import { hasField } from './field.ts';
import { beginChange, findHashForWrite, finishChange, takeBack } from './key.ts';
import { logFieldExpiry } from './log-fields.ts';
import { hashRow } from './row.ts';

const digits = Buffer.alloc(24);

export const hincrby = hashRow('hincrby', 4, 'write denyoom fast', 'RW access update', {
  since: '2.0.0', summary: 'Adds a number to the integer value of a field; an absent field counts as 0.', syntax: 'HINCRBY key field increment',
}, (call) => {
  const amount = integerArgument(call, 3);
  if (amount === undefined) return call.fail(errors.notInteger);
  const entry = findHashForWrite(call);
  if (entry !== wrongTypeEntry) add(call, entry, amount);
});

export const hincrbyfloat = hashRow('hincrbyfloat', 4, 'write denyoom fast', 'RW access update', {
  since: '2.6.0', summary: 'Adds a floating point number to the value of a field; an absent field counts as 0.',
  syntax: 'HINCRBYFLOAT key field increment',
}, (call) => {
  const amount = parseLongDouble(call.bytes, call.offset(3), call.length(3));
  if (amount === undefined) return call.fail(errors.notFloat);
  if (!Number.isFinite(amount.exponent)) return call.fail(errors.infiniteIncrement);
  const entry = findHashForWrite(call);
  if (entry === wrongTypeEntry) return;
  const value = hasField(call, entry, 2) ? readFloat(call) : LONG_DOUBLE_ZERO;
  if (value === undefined) return call.fail(errors.hashValueNotFloat);
  const sum = addLongDoubles(value, amount);
  if (!Number.isFinite(sum.exponent)) return call.fail(errors.nanOrInfinity);
  storeFloat(call, entry, Buffer.from(formatLongDouble(sum), 'latin1'));
});

/** Argument `i`, or undefined if it is no int64. */
function integerArgument(call: Call, i: number): Int64 | undefined {
  const amount = call.int(i);
  if (Number.isNaN(amount)) return undefined;
  return Number.isFinite(amount) ? amount : call.int64(i);
}

function add(call: Call, entry: number, amount: Int64): void {
  const value = hasField(call, entry, 2) ? readInteger(call) : 0;
  if (value === undefined) return call.fail(errors.hashValueNotInteger);
  const sum = typeof value === 'number' && typeof amount === 'number' ? value + amount : Number.NaN;
  if (!Number.isSafeInteger(sum)) return addLarge(call, entry, value, amount);
  store(call, entry, digits, writeInteger(digits, 0, sum));
  call.logVerbatim('HINCRBY');
  call.reply.integer(sum);
}

/** Where a number may not be exact. */
function addLarge(call: Call, entry: number, value: Int64, amount: Int64): void {
  const sum = addInt64(value, amount);
  if (sum === undefined) return call.fail(errors.overflow);
  store(call, entry, digits, digits.write(sum.toString(), 'latin1'));
  call.logVerbatim('HINCRBY');
  call.reply.integer64(BigInt(sum));
}

/** The value that was read last, or undefined if it is no int64. */
function readInteger(call: Call): Int64 | undefined {
  const { value } = call.keyspaceOf(1).hashes;
  if (value.isInteger) return value.toInt64();
  const { bytes, offset, length } = value;
  const integer = parseInteger(bytes, offset, length);
  if (Number.isNaN(integer)) return undefined;
  return Number.isFinite(integer) ? integer : parseInteger64(bytes, offset, length);
}

function readFloat(call: Call): ReturnType<typeof parseLongDouble> {
  const { bytes, offset, length } = elementText(call.keyspaceOf(1).hashes.value);
  return parseLongDouble(bytes, offset, length);
}

/** Sets the field of the hash `found`, or of a new one for 0, to the first `length` of `text`. Returns the hash. */
function store(call: Call, found: number, text: Uint8Array, length: number): number {
  const entry = beginChange(call, found);
  try {
    call.keyspaceOf(1).hashes.set(entry, call.bytes, call.offset(2), call.length(2), text, 0, length, true);
  } catch (error) {
    takeBack(call, found, entry);
    throw error;
  }
  finishChange(call, found, entry);
  call.changes++;
  return entry;
}

/** Stores a sum and leaves it as the effect: other versions may add otherwise. */
function storeFloat(call: Call, found: number, text: Buffer): void {
  const entry = store(call, found, text, text.length);
  const { effects } = call;
  if (effects.enabled) {
    effects.beginTransaction();
    effects.command(call.db, 'HSET', 3);
    effects.bytes(call.bytes, call.offset(1), call.length(1));
    effects.bytes(call.bytes, call.offset(2), call.length(2));
    effects.bytes(text, 0, text.length);
    logFieldExpiry(call, entry, 2);
    effects.endTransaction();
  }
  call.reply.bulk(text, 0, text.length);
}
