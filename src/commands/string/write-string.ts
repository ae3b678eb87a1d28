/**
 * Storing a string value with the expiry it is to have, and the effect that says so:
 * `SET key value`, `SET key value KEEPTTL` or `SET key value PXAT ms`.
 */
import type { Int64 } from '../../base/int64.ts';
import type { NextExpiry } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { encodingOfBytes } from '../../keyspace/string-encoding.ts';

const keepTtl = Buffer.from('KEEPTTL');
const pxat = Buffer.from('PXAT');

/** Stores argument `value` under key argument `i`, whose present entry is `entry` or 0. */
export function writeArgument(call: Call, i: number, entry: number, value: number, expiry: NextExpiry): void {
  const offset = call.offset(value);
  const length = call.length(value);
  writeString(call, i, entry, call.bytes, offset, length, encodingOfBytes(call.bytes, offset, length), expiry);
}

/** Stores `length` bytes from `offset` under key argument `i`, whose present entry is `entry` or 0. */
export function writeString(
  call: Call, i: number, entry: number, bytes: Uint8Array, offset: number, length: number, encoding: number, expiry: NextExpiry,
): void {
  const keyspace = call.keyspaceOf(i);
  const stored = keyspace.putString(
    call.db, call.slotOf(i), entry, call.bytes, call.offset(i), call.length(i), bytes, offset, length, encoding, expiry);
  call.touch(keyspace, stored);
  logSet(call, i, bytes, offset, length, expiry);
}

/** The effect of storing a string. */
export function logSet(call: Call, i: number, bytes: Uint8Array, offset: number, length: number, expiry: NextExpiry): void {
  const { effects } = call;
  if (!effects.enabled) return;
  effects.command(call.db, 'SET', expiry === 'none' ? 2 : expiry === 'keep' ? 3 : 4);
  effects.bytes(call.bytes, call.offset(i), call.length(i));
  effects.bytes(bytes, offset, length);
  if (expiry === 'keep') effects.bytes(keepTtl, 0, keepTtl.length);
  else if (expiry !== 'none') logTime(call, expiry);
}

function logTime({ effects }: Call, atMs: Int64): void {
  effects.bytes(pxat, 0, pxat.length);
  if (typeof atMs === 'number') effects.integer(atMs);
  else effects.text(atMs.toString());
}
