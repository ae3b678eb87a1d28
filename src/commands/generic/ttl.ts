/** TTL, PTTL, EXPIRETIME, PEXPIRETIME. */
import { expiry64, expiryMs } from '../../keyspace/entry.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

export const ttl = row('ttl', '1.0.0', 'Tells in how many seconds a key expires.', 1000, true);
export const pttl = row('pttl', '2.6.0', 'Tells in how many milliseconds a key expires.', 1, true);
export const expiretime = row('expiretime', '7.0.0', 'Tells when a key expires, in seconds since 1970.', 1000, false);
export const pexpiretime = row('pexpiretime', '7.0.0', 'Tells when a key expires, in milliseconds since 1970.', 1, false);

function row(name: string, since: string, summary: string, unitMs: number, isRelative: boolean): ShardCommand {
  return {
    name,
    arity: 2,
    flags: ['readonly', 'fast'],
    acl: ['keyspace'],
    keys: oneKey('RO access'),
    text: about('generic', since, summary, `${name.toUpperCase()} key`),
    place: 'shard',
    execute: (call) => execute(call, unitMs, isRelative),
  };
}

function execute(call: Call, unitMs: number, isRelative: boolean): void {
  const entry = call.findUntouched(1);
  if (entry === 0) {
    call.reply.integer(-2);
    return;
  }
  const { arena } = call.keyspaceOf(1);
  const atMs = expiryMs(arena, entry);
  if (atMs === -1) {
    call.reply.integer(-1);
    return;
  }
  if (!Number.isSafeInteger(atMs)) {
    replyLarge(call, expiry64(arena, entry) - (isRelative ? BigInt(call.nowMs) : 0n), unitMs);
    return;
  }
  const ms = isRelative ? Math.max(0, atMs - call.nowMs) : atMs;
  call.reply.integer(unitMs === 1 ? ms : Math.floor((ms + 500) / 1000));
}

function replyLarge(call: Call, ms: bigint, unitMs: number): void {
  call.reply.integer64(unitMs === 1 ? ms : (ms + 500n) / 1000n);
}
