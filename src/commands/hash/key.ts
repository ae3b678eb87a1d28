/** The hash at key argument 1, as the handlers meet it, make it, and leave it. */
import { fieldExpiryFlag, typeOf, ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { createCollection, findCollection, findCollectionForWrite, wrongTypeEntry } from '../collection.ts';

/** More than a field's record, its place in the table and its expiry take, whatever its size. */
const recordBytesMax = 2560;

/** The live entry for reading, 0 if there is none, or wrongTypeEntry. */
export function findHash(call: Call): number {
  return findCollection(call, 1, ValueType.hash);
}

/** The live entry for a removal, which needs no room: 0 if there is none, or wrongTypeEntry. */
export function findHashForRemoval(call: Call): number {
  const entry = call.findForWrite(1);
  if (entry === 0 || typeOf(call.keyspaceOf(1).arena, entry) === ValueType.hash) return entry;
  call.failType();
  return wrongTypeEntry;
}

/** The live entry for setting fields. Throws ArenaFullError if there is no room for the arguments. */
export function findHashForWrite(call: Call): number {
  const entry = findCollectionForWrite(call, 1, ValueType.hash);
  if (entry > 0 && call.argc > 4) assureRoomToConvert(call, entry);
  return entry;
}

/** Throws ArenaFullError unless all fields of the arguments can be given an expiry; `entry` may be 0. */
export function assureRoomForExpiries(call: Call, entry: number): void {
  if (entry !== 0) assureRoomToConvert(call, entry);
  call.keyspaceOf(1).assureRoom(call.argc * recordBytesMax);
}

/** `entry`, or that of a new hash without fields for 0. */
export function hashOrNew(call: Call, entry: number): number {
  if (entry !== 0) return entry;
  const created = createCollection(call, 1, ValueType.hash);
  call.keyspaceOf(1).hashes.begin(created);
  return created;
}

/** After a change: removes the key with its last field, and lets the keyspace know whether fields expire. */
export function settle(call: Call, entry: number): void {
  const keyspace = call.keyspaceOf(1);
  const { arena, hashes } = keyspace;
  if (hashes.length(entry) === 0) {
    keyspace.remove(call.db, call.slotOf(1), entry);
    return;
  }
  const has = hashes.hasExpiries(entry);
  if (has !== ((arena.i32[entry * 2]! & fieldExpiryFlag) !== 0)) keyspace.setFieldExpiry(call.db, call.slotOf(1), entry, has);
}

/** A small hash may have to be copied as a whole, if the limits of small ones are large. */
function assureRoomToConvert(call: Call, entry: number): void {
  const keyspace = call.keyspaceOf(1);
  if (!keyspace.hashes.isTable(entry)) keyspace.assureRoom(keyspace.hashes.usedBytes(entry) * 8);
}
