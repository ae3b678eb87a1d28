/**
 * A value with its expiry under another key, as COPY, RENAME and MOVE make it. The two keys may live on
 * two shards. If memory runs out nothing has changed.
 */
import { encodingOf, expiryOf, typeOf, valueLength, valueOffset, ValueType } from '../../keyspace/entry.ts';
import { dumpValue, restorePayload } from '../../persistence/rdb/value-codec.ts';
import type { Call } from '../call.ts';
import { emitEntry } from '../emit-entry.ts';

/**
 * Puts the value and expiry of key argument 1's entry `source` under key argument `target` of `db`, in
 * place of what is there, and leaves the effect. `source` stays where it is. Returns the new entry.
 */
export function duplicate(call: Call, source: number, target: number, db: number): number {
  const placed = isString(call, source) ? placeString(call, source, target, db) : placeCopy(call, source, target, db);
  return settle(call, placed, target, db);
}

/** As `duplicate`, but `source` is removed: a value that is no string moves without being touched if it stays on its shard. */
export function relocateValue(call: Call, source: number, target: number, db: number): number {
  const from = call.keyspaceOf(1);
  const to = call.keyspaceOf(target);
  const isNear = from === to && !isString(call, source);
  const placed = isNear ? placeHusk(call, source, target, db)
    : isString(call, source) ? placeString(call, source, target, db) : placeCopy(call, source, target, db);
  if (isNear) from.handOver(call.db, call.slotOf(1), source, db, call.slotOf(target), placed);
  else from.remove(call.db, call.slotOf(1), source);
  return settle(call, placed, target, db);
}

function settle(call: Call, placed: number, target: number, db: number): number {
  const to = call.keyspaceOf(target);
  call.touch(to, placed);
  if (call.effects.enabled) emitEntry(call.effects, db, to, placed, call.bytes, call.offset(target), call.length(target));
  return placed;
}

function placeString(call: Call, source: number, target: number, db: number): number {
  const { arena } = call.keyspaceOf(1);
  return call.keyspaceOf(target).putString(
    db, call.slotOf(target), occupant(call, target, db), call.bytes, call.offset(target), call.length(target),
    arena.u8, valueOffset(arena, source), valueLength(arena, source), encodingOf(arena, source), expiryOf(arena, source));
}

function placeCopy(call: Call, source: number, target: number, db: number): number {
  const from = call.keyspaceOf(1);
  const payload = dumpValue(from, source);
  return restorePayload(payload, 0, payload.length, {
    keyspace: call.keyspaceOf(target), db, slot: call.slotOf(target), key: call.bytes, keyAt: call.offset(target),
    keyBytes: call.length(target), expiry: expiryOf(from.arena, source), old: occupant(call, target, db),
  });
}

/** An entry with the type and expiry of `source` and no value yet. */
function placeHusk(call: Call, source: number, target: number, db: number): number {
  const keyspace = call.keyspaceOf(1);
  const { arena } = keyspace;
  const entry = keyspace.prepare(call.bytes, call.offset(target), call.length(target), typeOf(arena, source), expiryOf(arena, source));
  keyspace.install(db, call.slotOf(target), occupant(call, target, db), entry);
  return entry;
}

function occupant(call: Call, target: number, db: number): number {
  return call.keyspaceOf(target).find(db, call.slotOf(target), call.bytes, call.offset(target), call.length(target));
}

function isString(call: Call, entry: number): boolean {
  return typeOf(call.keyspaceOf(1).arena, entry) === ValueType.string;
}
