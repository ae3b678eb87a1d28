/**
 * A copy of a value and its expiry under another key, as COPY, RENAME and MOVE make it. The two may
 * live on two shards. If memory runs out nothing has changed.
 */
import { encodingOf, expiryOf, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { emitEntry } from '../emit-entry.ts';

/**
 * Puts the value and expiry of key argument 1's entry `source` under key argument `target` of `db`, in
 * place of what is there, and leaves the effect. `source` stays where it is. Returns the new entry.
 */
export function duplicate(call: Call, source: number, target: number, db: number): number {
  const from = call.keyspaceOf(1);
  const to = call.keyspaceOf(target);
  const slot = call.slotOf(target);
  const old = to.find(db, slot, call.bytes, call.offset(target), call.length(target));
  const placed = to.putString(
    db, slot, old, call.bytes, call.offset(target), call.length(target), from.arena.u8, valueOffset(from.arena, source),
    valueLength(from.arena, source), encodingOf(from.arena, source), expiryOf(from.arena, source));
  call.touch(to, placed);
  if (call.effects.enabled) emitEntry(call.effects, db, to, placed, call.bytes, call.offset(target), call.length(target));
  return placed;
}
