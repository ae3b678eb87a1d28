/** The effects that make a key with its value and expiry, whatever was there before. */
import type { Effects } from '../channel/effects.ts';
import { expiry64, expiryFlag, expiryMs, valueLength, valueOffset } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';

/** `entry` of `keyspace`, under the key in `key[keyAt, keyAt + keyBytes)`. */
export function emitEntry(
  effects: Effects, db: number, { arena }: Keyspace, entry: number, key: Uint8Array, keyAt: number, keyBytes: number,
): void {
  const hasExpiry = (arena.i32[entry * 2]! & expiryFlag) !== 0;
  effects.command(db, 'SET', hasExpiry ? 4 : 2);
  effects.bytes(key, keyAt, keyBytes);
  effects.bytes(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  if (!hasExpiry) return;
  effects.text('PXAT');
  const atMs = expiryMs(arena, entry);
  if (Number.isSafeInteger(atMs)) effects.integer(atMs);
  else effects.text(String(expiry64(arena, entry)));
}
