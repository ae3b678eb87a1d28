/** The effects that make a shard's whole content again: what the base of its log holds. */
import type { Effects } from '../channel/effects.ts';
import { emitEntry } from '../commands/emit-entry.ts';
import { keyLength, keyOffset } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { AddressList } from '../structures/address-list.ts';

export function emitKeyspace(keyspace: Keyspace, effects: Effects): void {
  const found = new AddressList();
  const { arena } = keyspace;
  for (let db = 0; db < keyspace.databaseCount; db++) {
    for (let slot = keyspace.nextUsedSlot(db, 0); slot >= 0; slot = keyspace.nextUsedSlot(db, slot + 1)) {
      for (let position = 0; position < 2 ** 32;) {
        found.clear();
        position = keyspace.scanSlot(db, slot, position, found);
        for (let i = 0; i < found.length; i++) {
          const entry = found.at(i);
          emitEntry(effects, db, keyspace, entry, arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
        }
      }
    }
  }
}
