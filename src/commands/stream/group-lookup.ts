/** Finding the group and the consumer that arguments name. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { assureRoomForArguments, findCollection, wrongTypeEntry } from '../collection.ts';

/** A stream's head and a group of it: the one that was found last. */
export const found = { head: 0, group: 0 };

/** Finds the group that argument `groupAt` names of the stream of key argument `keyAt`; 0 for none in `found`. False after an error. */
export function findGroup(call: Call, keyAt: number, groupAt: number): boolean {
  const entry = findCollection(call, keyAt, ValueType.stream);
  if (entry === wrongTypeEntry) return false;
  found.head = 0;
  found.group = 0;
  if (entry === 0) return true;
  const { streams } = call.keyspaceOf(keyAt);
  found.head = streams.headOf(entry);
  found.group = streams.groups.find(found.head, call.bytes, call.offset(groupAt), call.length(groupAt));
  return true;
}

/** As `findGroup`, for writing: throws ArenaFullError if there is no room for the arguments. */
export function findGroupForWrite(call: Call, keyAt: number, groupAt: number): boolean {
  assureRoomForArguments(call, keyAt);
  return findGroup(call, keyAt, groupAt);
}

/** The consumer of `group` that argument `at` names, or 0. */
export function findConsumer(call: Call, keyAt: number, group: number, at: number): number {
  return call.keyspaceOf(keyAt).streams.groups.findConsumer(group, call.bytes, call.offset(at), call.length(at));
}

export function createConsumer(call: Call, keyAt: number, group: number, at: number): number {
  return call.keyspaceOf(keyAt).streams.groups.createConsumer(group, call.bytes, call.offset(at), call.length(at));
}
