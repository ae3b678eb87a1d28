/**
 * INCREX: a counter with bounds and an expiry in one step. A result out of bounds leaves everything
 * as it is, or with SATURATE becomes the bound. The reply is the value and the increment that was
 * applied. The effect is the SET of the result, or the DEL of a key whose new time has passed.
 */
import type { Int64 } from '../../base/int64.ts';
import { type NextExpiry, expiryFlag, ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { type CommandOption, CommandOptions } from '../options.ts';
import { int64Kind, longDoubleKind, type NumberKind } from './bounded-number.ts';
import { ExpiryOptions } from './expiry-options.ts';
import { writeString } from './write-string.ts';

const options = new CommandOptions({ repeatable: false });
const amount = options.group();
const byInt = options.valued('byint', amount);
const byFloat = options.valued('byfloat', amount);
const saturate = options.flag('saturate');
const lowerBound = options.valued('lbound');
const upperBound = options.valued('ubound');
const lifetime = options.group();
const expiry = new ExpiryOptions(options, lifetime);
const persist = options.flag('persist', lifetime);
const onlyWithoutExpiry = options.flag('enx');

/** What is asked for, once its arguments make sense. */
interface Request<T> {
  readonly kind: NumberKind<T>;
  readonly increment: T;
  readonly lower: T;
  readonly upper: T;
  readonly atMs: Int64 | undefined;
}

export const increx: ShardCommand = {
  name: 'increx',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['string'],
  keys: oneKey('RW access update'),
  text: {
    group: 'string', since: '8.8.0', complexity: 'O(1)',
    summary: 'Adds to the number at a key within bounds and sets its expiry; an absent key counts as 0.',
    syntax: 'INCREX key [BYFLOAT float | BYINT integer] [SATURATE] [LBOUND lowerbound] [UBOUND upperbound] ' +
      '[EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] [ENX]',
  },
  place: 'shard',
  execute(call) {
    if (!options.read(call, 2)) return;
    if (onlyWithoutExpiry.at !== 0 && persist.at !== 0) call.fail(errors.syntax);
    else if (onlyWithoutExpiry.at !== 0 && !expiry.isGiven) call.fail(errors.enxNeedsExpiry);
    else if (byFloat.at !== 0) count(call, longDoubleKind, byFloat);
    else count(call, int64Kind, byInt);
  },
};

function count<T>(call: Call, kind: NumberKind<T>, by: CommandOption): void {
  const request = readRequest(call, kind, by);
  if (request === undefined) return;
  const keyspace = call.keyspaceOf(1);
  const entry = call.findForWrite(1);
  if (entry !== 0 && !call.hasType(keyspace, entry, ValueType.string)) return;
  const { arena } = keyspace;
  const value = entry === 0 ? kind.zero : kind.parse(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  if (value === undefined) return call.fail(kind.errors.value);
  if (!kind.isInRange(value)) return call.fail(kind.errors.valueRange);
  const result = resultOf(request, value);
  if (result === undefined) return replyPair(call, kind, value, kind.zero);
  const applied = kind.subtract(result, value);
  if (!kind.isInRange(applied)) return call.fail(kind.errors.appliedRange);
  apply(call, keyspace, entry, request, kind.format(result));
  replyPair(call, kind, result, applied);
}

/** Reads the increment, the bounds and the expiry; undefined after an error reply. */
function readRequest<T>(call: Call, kind: NumberKind<T>, by: CommandOption): Request<T> | undefined {
  const increment = numberOr(call, kind, by, 'Increment', kind.one);
  if (increment === undefined) return undefined;
  if (!kind.isInRange(increment)) return refuse(call, kind.errors.amountRange);
  const lower = numberOr(call, kind, lowerBound, 'LBOUND', kind.least);
  if (lower === undefined) return undefined;
  const upper = numberOr(call, kind, upperBound, 'UBOUND', kind.greatest);
  if (upper === undefined) return undefined;
  if (kind.compare(lower, upper) > 0) return refuse(call, errors.boundsCrossed);
  const atMs = expiry.isGiven ? expiry.read(call, 'increx') : undefined;
  return expiry.isGiven && atMs === undefined ? undefined : { kind, increment, lower, upper, atMs };
}

function numberOr<T>(call: Call, kind: NumberKind<T>, { at }: CommandOption, name: string, absent: T): T | undefined {
  if (at === 0) return absent;
  return kind.parse(call.bytes, call.offset(at), call.length(at)) ?? refuse(call, kind.errors.argument(name));
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}

/** The new value, or undefined if it is out of bounds. */
function resultOf<T>({ kind, increment, lower, upper }: Request<T>, value: T): T | undefined {
  const sum = kind.add(value, increment);
  const isWithin = kind.compare(sum, lower) >= 0 && kind.compare(sum, upper) <= 0 && kind.isInRange(sum);
  if (isWithin) return sum;
  if (saturate.at === 0) return undefined;
  return kind.compare(sum, upper) >= 0 ? upper : lower;
}

/** Stores the result, or removes the key if its new time has passed. */
function apply<T>(call: Call, keyspace: Keyspace, entry: number, { kind, atMs }: Request<T>, text: string): void {
  const next = nextExpiry(keyspace, entry, atMs);
  if (typeof next !== 'string' && next <= call.nowMs) {
    if (entry === 0) return;
    keyspace.remove(call.db, call.slotOf(1), entry);
    call.logDelete(1);
    return;
  }
  const bytes = Buffer.from(text, 'latin1');
  writeString(call, 1, entry, bytes, 0, bytes.length, kind.encodingOf(text), next);
}

function nextExpiry({ arena }: Keyspace, entry: number, atMs: Int64 | undefined): NextExpiry {
  if (atMs === undefined) return persist.at !== 0 ? 'none' : 'keep';
  const hasExpiry = entry !== 0 && (arena.i32[entry * 2]! & expiryFlag) !== 0;
  return hasExpiry && onlyWithoutExpiry.at !== 0 ? 'keep' : atMs;
}

function replyPair<T>({ reply }: Call, kind: NumberKind<T>, value: T, applied: T): void {
  reply.array(2);
  kind.reply(reply, value);
  kind.reply(reply, applied);
}
