/** The hash at key argument 1, as the handlers meet it, make it, change it and leave it. */
import { fieldExpiryFlag, typeOf, ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { findCollection, findCollectionForWrite, wrongTypeEntry } from '../collection.ts';

/** A page for each size of blocks there is, and some for tables and trees that grow. */
const leastBytes = 5 * 2 ** 20;
/** More than a field's record and its place among those that expire take, apart from large values. */
const recordBytesMax = 4096;

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
  return findCollectionForWrite(call, 1, ValueType.hash);
}

/**
 * Throws ArenaFullError unless all fields of the arguments can be set and given an expiry. A single change is
 * carried out or refused as a whole by itself, so this is for commands that make several. `entry` may be 0.
 */
export function assureRoomForFields(call: Call, entry: number): void {
  const keyspace = call.keyspaceOf(1);
  const { hashes } = keyspace;
  let bytes = leastBytes + call.spanBytes * 2 + call.argc * recordBytesMax;
  if (entry !== 0) bytes += hashes.isTable(entry) ? hashes.length(entry) : hashes.usedBytes(entry) * 8;
  keyspace.assureRoom(bytes);
}

/**
 * The hash `found`, or a new one for 0, which is no key yet. What follows ends with `finishChange`, or with
 * `takeBack` after an ArenaFullError.
 */
export function beginChange(call: Call, found: number): number {
  if (found !== 0) return found;
  const keyspace = call.keyspaceOf(1);
  const entry = keyspace.prepare(call.bytes, call.offset(1), call.length(1), ValueType.hash, 'none');
  try {
    keyspace.hashes.begin(entry);
  } catch (error) {
    keyspace.discard(entry);
    throw error;
  }
  return entry;
}

export function takeBack(call: Call, found: number, entry: number): void {
  if (found === 0) call.keyspaceOf(1).discard(entry);
}

export function finishChange(call: Call, found: number, entry: number): void {
  if (found === 0) {
    const keyspace = call.keyspaceOf(1);
    keyspace.install(call.db, call.slotOf(1), 0, entry);
    call.touch(keyspace, entry);
  }
  settle(call, entry);
}

/** Removes the key with its last field, and lets the keyspace know whether fields expire. */
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
