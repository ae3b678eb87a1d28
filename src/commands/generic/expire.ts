/** EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT and PERSIST. All leave PEXPIREAT, PERSIST or DEL as their effect. */
import { addInt64, INT64_MAX, INT64_MIN, type Int64 } from '../../base/int64.ts';
import { expiry64, expiryFlag } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

const Condition = { nx: 1, xx: 2, gt: 4, lt: 8 } as const;
const words: readonly (readonly [Uint8Array, number])[] = Object.entries(Condition).map(([name, bit]) => [wordBytes(name), bit]);

export const expire = expireRow('expire', '1.0.0', 'seconds from now', 'seconds', 1000n, true);
export const pexpire = expireRow('pexpire', '2.6.0', 'milliseconds from now', 'milliseconds', 1n, true);
export const expireat = expireRow('expireat', '1.2.0', 'a time in seconds', 'unix-time-seconds', 1000n, false);
export const pexpireat = expireRow('pexpireat', '2.6.0', 'a time in milliseconds', 'unix-time-milliseconds', 1n, false);

export const persist: ShardCommand = {
  name: 'persist',
  arity: 2,
  flags: ['write', 'fast'],
  acl: ['keyspace'],
  keys: oneKey('RW update'),
  text: about('generic', '2.2.0', 'Removes the expiry of a key.', 'PERSIST key'),
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(1);
    const removed = entry !== 0 && call.keyspaceOf(1).clearExpiry(call.db, call.slotOf(1), entry);
    if (removed) {
      call.logVerbatim('PERSIST');
      call.changes++;
    }
    call.reply.integer(removed ? 1 : 0);
  },
};

function expireRow(name: string, since: string, what: string, unit: string, unitMs: bigint, isRelative: boolean): ShardCommand {
  return {
    name,
    arity: -3,
    flags: ['write', 'fast'],
    acl: ['keyspace'],
    keys: oneKey('RW update'),
    text: about('generic', since, `Sets the expiry of a key to ${what}.`, `${name.toUpperCase()} key ${unit} [NX | XX | GT | LT]`),
    place: 'shard',
    execute: (call) => execute(call, name, unitMs, isRelative),
  };
}

function execute(call: Call, name: string, unitMs: bigint, isRelative: boolean): void {
  const conditions = call.argc === 3 ? 0 : parseConditions(call);
  if (conditions < 0) return;
  const atMs = parseTime(call, name, unitMs, isRelative);
  if (atMs === undefined) return;
  const entry = call.findForWrite(1);
  if (entry === 0 || !holds(call, entry, conditions, atMs)) {
    call.reply.integer(0);
    return;
  }
  setOrDelete(call, entry, atMs);
  call.changes++;
  call.reply.integer(1);
}

/** Condition bits, or -1 after an error reply. */
function parseConditions(call: Call): number {
  let bits = 0;
  for (let i = 3; i < call.argc; i++) {
    const word = words.find(([bytes]) => call.is(i, bytes));
    if (word === undefined) {
      call.fail(errors.unsupportedOption(call.latin1(i)));
      return -1;
    }
    bits |= word[1];
  }
  if ((bits & Condition.nx) !== 0 && bits !== Condition.nx) call.fail(errors.expireNxConflict);
  else if ((bits & Condition.gt) !== 0 && (bits & Condition.lt) !== 0) call.fail(errors.expireGtLtConflict);
  return call.failed ? -1 : bits;
}

/** Milliseconds since 1970, or undefined after an error reply. */
function parseTime(call: Call, name: string, unitMs: bigint, isRelative: boolean): Int64 | undefined {
  const small = call.int(2);
  const ms = small * Number(unitMs) + (isRelative ? call.nowMs : 0);
  if (Number.isSafeInteger(ms)) return ms;
  const value = call.int64(2);
  if (value === undefined) {
    call.fail(errors.notInteger);
    return undefined;
  }
  const inRange = value <= INT64_MAX / unitMs && value >= INT64_MIN / unitMs;
  const atMs = inRange ? addInt64(value * unitMs, isRelative ? call.nowMs : 0) : undefined;
  if (atMs === undefined) call.fail(errors.invalidExpire(name));
  return atMs;
}

/** A key without expiry counts as one that never expires. */
function holds(call: Call, entry: number, conditions: number, atMs: Int64): boolean {
  if (conditions === 0) return true;
  const { arena } = call.keyspaceOf(1);
  const hasExpiry = (arena.i32[entry * 2]! & expiryFlag) !== 0;
  if ((conditions & Condition.nx) !== 0) return !hasExpiry;
  if ((conditions & Condition.xx) !== 0 && !hasExpiry) return false;
  if ((conditions & Condition.gt) !== 0) return hasExpiry && BigInt(atMs) > expiry64(arena, entry);
  if ((conditions & Condition.lt) !== 0) return !hasExpiry || BigInt(atMs) < expiry64(arena, entry);
  return true;
}

/** Gives the key its expiry, or deletes it if that time has come; leaves the effect. */
function setOrDelete(call: Call, entry: number, atMs: Int64): void {
  const keyspace = call.keyspaceOf(1);
  if (atMs <= call.nowMs) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    call.logDelete(1);
    return;
  }
  keyspace.setExpiry(call.db, call.slotOf(1), entry, atMs);
  if (!call.effects.enabled) return;
  call.effects.command(call.db, 'PEXPIREAT', 2);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
  if (typeof atMs === 'number') call.effects.integer(atMs);
  else call.effects.text(String(atMs));
}
