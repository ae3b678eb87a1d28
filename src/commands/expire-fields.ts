/**
 * Removing the fields of a hash whose time is over: as a command meets the hash, so that no command ever sees
 * one of them, and by the expiry cycle. They leave as HDEL.
 */
import { Counter } from '../channel/shard-stats.ts';
import { keyLength, keyOffset } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import type { Call } from './call.ts';
import { logElement } from './element.ts';

/** An effect is read as a request, which has a limit of arguments. */
const fieldsPerEffect = 1000;

/**
 * Removes up to `countMax` fields whose time is over from a hash that has others, or expires later, as a whole.
 * Returns how many.
 */
export function expireFields(call: Call, keyspace: Keyspace, slot: number, entry: number, db: number, countMax: number): number {
  const { hashes } = keyspace;
  if (hashes.earliestExpiry(entry) > call.nowMs) return 0;
  const count = Math.min(countMax, hashes.dueCount(entry, call.nowMs));
  for (let left = count; left > 0; left -= fieldsPerEffect) removeFirst(call, keyspace, entry, db, Math.min(left, fieldsPerEffect));
  call.stats.f64[Counter.expiredFields]! += count;
  if (!hashes.hasExpiries(entry)) keyspace.setFieldExpiry(db, slot, entry, false);
  return count;
}

function removeFirst(call: Call, keyspace: Keyspace, entry: number, db: number, count: number): void {
  const { arena, hashes } = keyspace;
  call.effects.command(db, 'HDEL', count + 1);
  call.effects.bytes(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
  hashes.startExpiring(entry);
  for (let i = 0; i < count; i++) {
    hashes.nextExpiring();
    logElement(call, hashes.field);
  }
  hashes.removeFirst(entry, count);
}
