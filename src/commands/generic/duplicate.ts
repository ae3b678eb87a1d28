/**
 * A copy of a value and its expiry under another key, as COPY, RENAME and MOVE make it. The two may
 * live on two shards. An expiry is set before a value is replaced, or after a new key is made, so
 * that whichever allocation fails can be taken back: nothing has changed then.
 */
import { encodingOf, expiry64, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { Call } from '../call.ts';
import { emitEntry } from '../emit-entry.ts';

const never = -1n;

/**
 * Puts the value and expiry of key argument 1's entry `source` under key argument `target` of `db`, in
 * place of what is there, and leaves the effect. `source` stays where it is. Returns the new entry.
 */
export function duplicate(call: Call, source: number, target: number, db: number): number {
  const from = call.keyspaceOf(1);
  const to = call.keyspaceOf(target);
  const slot = call.slotOf(target);
  const old = to.find(db, slot, call.bytes, call.offset(target), call.length(target));
  const atMs = expiry64(from.arena, source);
  const put = (over: number, keepExpiry: boolean): number => to.putString(
    db, slot, over, call.bytes, call.offset(target), call.length(target),
    from.arena.u8, valueOffset(from.arena, source), valueLength(from.arena, source), encodingOf(from.arena, source), keepExpiry);
  const placed = atMs === never ? put(old, false) : old === 0 ? createExpiring(to, db, slot, atMs, put) : replaceExpiring(to, db, slot, old, atMs, put);
  call.touch(to, placed);
  if (call.effects.enabled) emitEntry(call.effects, db, to.arena, placed, call.bytes, call.offset(target), call.length(target));
  return placed;
}

type Put = (over: number, keepExpiry: boolean) => number;

function createExpiring(to: Keyspace, db: number, slot: number, atMs: bigint, put: Put): number {
  const fresh = put(0, false);
  try {
    return to.setExpiry(db, slot, fresh, atMs);
  } catch (error) {
    to.remove(db, slot, fresh);
    throw error;
  }
}

function replaceExpiring(to: Keyspace, db: number, slot: number, old: number, atMs: bigint, put: Put): number {
  const before = expiry64(to.arena, old);
  const expiring = to.setExpiry(db, slot, old, atMs);
  try {
    return put(expiring, true);
  } catch (error) {
    if (before === never) to.clearExpiry(db, slot, expiring);
    else to.setExpiry(db, slot, expiring, before);
    throw error;
  }
}
