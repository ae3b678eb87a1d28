/** Making keys that hold streams. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import { createCollection } from '../collection.ts';

/** A new key with an empty stream under key argument `i`. Throws ArenaFullError, without a key then. */
export function createStream(call: Call, i: number): number {
  const keyspace = call.keyspaceOf(i);
  const entry = createCollection(call, i, ValueType.stream);
  try {
    keyspace.streams.create(entry);
  } catch (error) {
    keyspace.remove(call.db, call.slotOf(i), entry);
    throw error;
  }
  return entry;
}
