/** The effects that make a shard's whole content again: what the base of its log holds. */
import type { Effects } from '../channel/effects.ts';
import { expiryFlag, expiryMs, expiry64, keyLength, keyOffset, valueLength, valueOffset } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { AddressList } from '../structures/address-list.ts';

export function emitKeyspace(keyspace: Keyspace, effects: Effects): void {
  const found = new AddressList();
  for (let db = 0; db < keyspace.databaseCount; db++) {
    for (let slot = keyspace.nextUsedSlot(db, 0); slot >= 0; slot = keyspace.nextUsedSlot(db, slot + 1)) {
      for (let position = 0; position < 2 ** 32;) {
        found.clear();
        position = keyspace.scanSlot(db, slot, position, found);
        for (let i = 0; i < found.length; i++) emitEntry(keyspace, db, found.at(i), effects);
      }
    }
  }
}

function emitEntry({ arena }: Keyspace, db: number, entry: number, effects: Effects): void {
  const hasExpiry = (arena.i32[entry * 2]! & expiryFlag) !== 0;
  effects.command(db, 'SET', hasExpiry ? 4 : 2);
  effects.bytes(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
  effects.bytes(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
  if (!hasExpiry) return;
  effects.text('PXAT');
  if (Number.isSafeInteger(expiryMs(arena, entry))) effects.integer(expiryMs(arena, entry));
  else effects.text(String(expiry64(arena, entry)));
}
