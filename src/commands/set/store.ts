/** A set in the place of whatever key argument 1 holds, and its effects: a DEL and SADDs of many members each. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Sets } from '../../keyspace/sets.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import type { Call } from '../call.ts';
import { logMember } from './members.ts';

/** Of one effect, so that it is read again with little memory. */
const membersPerEffect = 1024;
const cursor = new SetCursor();

/** Stores the set that `fill` makes of an empty one, and answers with its size. An empty one leaves no key. */
export function storeSet(call: Call, fill: (sets: Sets, entry: number) => void): void {
  const keyspace = call.keyspaceOf(1);
  const { sets } = keyspace;
  const fresh = keyspace.prepare(call.bytes, call.offset(1), call.length(1), ValueType.set, 'none');
  try {
    fill(sets, fresh);
  } catch (error) {
    keyspace.discard(fresh);
    throw error;
  }
  const size = sets.length(fresh);
  if (size === 0) {
    keyspace.discard(fresh);
    removeOld(call);
  } else {
    const old = call.peek(1);
    keyspace.install(call.db, call.slotOf(1), old, fresh);
    call.touch(keyspace, fresh);
    logStored(call, sets, fresh, size, old !== 0);
    call.changes++;
  }
  call.reply.integer(size);
}

function removeOld(call: Call): void {
  const old = call.peek(1);
  if (old === 0) return;
  call.keyspaceOf(1).remove(call.db, call.slotOf(1), old);
  call.logDelete(1);
  call.changes++;
}

function logStored(call: Call, sets: Sets, entry: number, size: number, hasOld: boolean): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const isOne = !hasOld && size <= membersPerEffect;
  if (!isOne) effects.beginTransaction();
  if (hasOld) call.logDelete(1);
  cursor.start(sets, entry);
  for (let left = size; left > 0; left -= membersPerEffect) logMembers(call, Math.min(left, membersPerEffect));
  if (!isOne) effects.endTransaction();
}

/** The next `count` members of the walk. */
function logMembers(call: Call, count: number): void {
  call.effects.command(call.db, 'SADD', count + 1);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
  for (let i = 0; i < count && cursor.next(); i++) logMember(call, cursor.member);
}
