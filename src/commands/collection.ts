/**
 * Keys that hold collections, as the handlers of lists, hashes, sets, sorted sets and streams meet
 * them: found with their type checked, made when they are not there, removed with their last element.
 *
 * A write first makes sure that there is room for all that its arguments can add, so that it either
 * fails before it has changed anything or comes through.
 */
import { typeOf } from '../keyspace/entry.ts';
import type { Call } from './call.ts';

/** The key holds another type; the call has been answered. */
export const wrongTypeEntry = -1;

/** Blocks that grow with a small change: table buckets, tree nodes, a listpack that is converted. */
const overheadBytes = 256 * 1024;
const argumentOverheadBytes = 128;
/** Above so much free address space nothing needs to be added up. */
const plentyBytes = 64 * 2 ** 20;

/** The live entry of key argument `i` for reading, 0 if there is none, or wrongTypeEntry. */
export function findCollection(call: Call, i: number, type: number): number {
  const entry = call.findForRead(i);
  if (entry === 0 || typeOf(call.keyspaceOf(i).arena, entry) === type) return entry;
  call.failType();
  return wrongTypeEntry;
}

/** As findCollection, for writing. Throws ArenaFullError if there is no room for the arguments. */
export function findCollectionForWrite(call: Call, i: number, type: number): number {
  assureRoomForArguments(call, i);
  const entry = call.findForWrite(i);
  if (entry === 0 || typeOf(call.keyspaceOf(i).arena, entry) === type) return entry;
  call.failType();
  return wrongTypeEntry;
}

/** A new key under key argument `i`, without a value yet, which its kind must give it at once. */
export function createCollection(call: Call, i: number, type: number): number {
  const keyspace = call.keyspaceOf(i);
  const entry = keyspace.prepare(call.bytes, call.offset(i), call.length(i), type, 'none');
  keyspace.install(call.db, call.slotOf(i), 0, entry);
  call.touch(keyspace, entry);
  return entry;
}

/** Removes the key of argument `i` if its value has become empty. No effect: replay removes it as well. */
export function removeIfEmpty(call: Call, i: number, entry: number): void {
  const keyspace = call.keyspaceOf(i);
  if (keyspace.kindOf(entry).length(entry) === 0) keyspace.remove(call.db, call.slotOf(i), entry);
}

/** Throws ArenaFullError unless the shard of key argument `i` can take all arguments. */
export function assureRoomForArguments(call: Call, i: number): void {
  const keyspace = call.keyspaceOf(i);
  const { arena } = keyspace;
  if (call.argc < 64 && arena.maxBytes - arena.reservedBytes > plentyBytes && call.spanBytes < plentyBytes / 4) return;
  let bytes = overheadBytes + call.argc * argumentOverheadBytes;
  for (let at = 1; at < call.argc; at++) bytes += call.length(at) * 1.25;
  keyspace.assureRoom(Math.ceil(bytes));
}
