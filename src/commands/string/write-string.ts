/**
 * Storing a string value with the expiry it is to have, and the effect that says so:
 * `SET key value`, `SET key value KEEPTTL` or `SET key value PXAT ms`.
 *
 * A key's expiry is set before its value is replaced, or after a new key is made, so that whichever
 * allocation fails can be taken back: nothing has changed then.
 */
import type { Int64 } from '../../base/int64.ts';
import { expiry64, expiryMs } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { Call } from '../call.ts';
import { encodingOfBytes } from './encoding.ts';

/** What becomes of a key's expiry: milliseconds since 1970, as it was, or none. */
export type NextExpiry = Int64 | 'keep' | 'none';

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
  const slot = call.slotOf(i);
  const stored = typeof expiry === 'string'
    ? put(call, i, keyspace, slot, entry, bytes, offset, length, encoding, expiry === 'keep')
    : putExpiring(call, i, keyspace, slot, entry, bytes, offset, length, encoding, expiry);
  call.touch(keyspace, stored);
  logSet(call, i, bytes, offset, length, expiry);
}

function put(
  call: Call, i: number, keyspace: Keyspace, slot: number, entry: number,
  bytes: Uint8Array, offset: number, length: number, encoding: number, keepExpiry: boolean,
): number {
  return keyspace.putString(
    call.db, slot, entry, call.bytes, call.offset(i), call.length(i), bytes, offset, length, encoding, keepExpiry);
}

function putExpiring(
  call: Call, i: number, keyspace: Keyspace, slot: number, entry: number,
  bytes: Uint8Array, offset: number, length: number, encoding: number, atMs: Int64,
): number {
  if (entry === 0) {
    const fresh = put(call, i, keyspace, slot, 0, bytes, offset, length, encoding, false);
    try {
      return keyspace.setExpiry(call.db, slot, fresh, atMs);
    } catch (error) {
      keyspace.remove(call.db, slot, fresh);
      throw error;
    }
  }
  const before = expiryOf(keyspace, entry);
  const expiring = keyspace.setExpiry(call.db, slot, entry, atMs);
  try {
    return put(call, i, keyspace, slot, expiring, bytes, offset, length, encoding, true);
  } catch (error) {
    if (before < 0) keyspace.clearExpiry(call.db, slot, expiring);
    else keyspace.setExpiry(call.db, slot, expiring, before);
    throw error;
  }
}

/** Milliseconds since 1970, or -1. */
function expiryOf({ arena }: Keyspace, entry: number): Int64 {
  const ms = expiryMs(arena, entry);
  return Number.isSafeInteger(ms) ? ms : expiry64(arena, entry);
}

function logSet(call: Call, i: number, bytes: Uint8Array, offset: number, length: number, expiry: NextExpiry): void {
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
