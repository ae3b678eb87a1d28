/**
 * Sorted sets that a command makes. One is made as a draft, an entry in no table yet, so that nothing
 * has changed when memory runs out on the way. Stored under key argument 1 it takes the place of
 * whatever was there, and its effect is the whole value.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import type { Call } from '../call.ts';
import { emitEntry } from '../emit-entry.ts';

/** A draft in the keyspace of key argument `i`, to which `fill` gives its value; when that throws the draft is freed. */
export function makeDraft(call: Call, i: number, fill: (sortedSets: SortedSets, draft: number) => void): number {
  const keyspace = call.keyspaceOf(i);
  const draft = keyspace.prepare(call.bytes, call.offset(i), call.length(i), ValueType.zset, 'none');
  try {
    fill(keyspace.sortedSets, draft);
  } catch (error) {
    keyspace.discard(draft);
    throw error;
  }
  return draft;
}

/** Stores a draft of key argument 1, or removes the key if it is empty; answers with the number of its members. */
export function storeDraft(call: Call, draft: number): void {
  const keyspace = call.keyspaceOf(1);
  const count = keyspace.sortedSets.length(draft);
  if (count === 0) {
    keyspace.discard(draft);
    removeTarget(call);
  } else {
    keyspace.install(call.db, call.slotOf(1), call.findForWrite(1), draft);
    call.touch(keyspace, draft);
    if (call.effects.enabled) emitEntry(call.effects, call.db, keyspace, draft, call.bytes, call.offset(1), call.length(1));
    call.changes++;
  }
  call.reply.integer(count);
}

/** Removes what is at key argument 1. */
export function removeTarget(call: Call): void {
  const old = call.findForWrite(1);
  if (old === 0) return;
  call.keyspaceOf(1).remove(call.db, call.slotOf(1), old);
  call.logDelete(1);
  call.changes++;
}
