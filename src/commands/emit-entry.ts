/** The effect that makes a key with its value and expiry, whatever was there before. */
import type { Effects } from '../channel/effects.ts';
import { expiryOf, typeOf, valueLength, valueOffset, ValueType } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { dumpValue } from '../persistence/rdb/value-codec.ts';

/** `entry` of `keyspace`, under the key in `key[keyAt, keyAt + keyBytes)`. */
export function emitEntry(
  effects: Effects, db: number, keyspace: Keyspace, entry: number, key: Uint8Array, keyAt: number, keyBytes: number,
): void {
  const { arena } = keyspace;
  const expiry = expiryOf(arena, entry);
  if (typeOf(arena, entry) !== ValueType.string) {
    const payload = dumpValue(keyspace, entry);
    effects.command(db, 'RESTORE', 5);
    effects.bytes(key, keyAt, keyBytes);
    effects.text(expiry === 'none' ? '0' : String(expiry));
    effects.bytes(payload, 0, payload.length);
    effects.text('REPLACE');
    effects.text('ABSTTL');
    return;
  }
  effects.command(db, 'SET', expiry === 'none' ? 2 : 4);
  effects.bytes(key, keyAt, keyBytes);
  effects.bytes(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  if (expiry === 'none') return;
  effects.text('PXAT');
  effects.text(String(expiry));
}
