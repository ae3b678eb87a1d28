/**
 * The result of SORT as a list, in place of whatever the destination holds. Its effects are a DEL, if there
 * was something, and RPUSHes of many elements each.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { Lists } from '../../keyspace/lists.ts';
import type { ByteStrings } from '../../structures/byte-strings.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Call } from '../call.ts';

/** Of one effect, so that it is read again with little memory. */
const elementsPerEffect = 1024;
const element = new ListpackValue();

/** No elements leave no key. */
export function storeList(call: Call, destination: number, elements: ByteStrings): void {
  if (elements.length === 0) removeOld(call, destination);
  else replaceOld(call, destination, elements);
}

function removeOld(call: Call, destination: number): void {
  const old = call.peek(destination);
  if (old === 0) return;
  call.keyspaceOf(destination).remove(call.db, call.slotOf(destination), old);
  call.logDelete(destination);
  call.changes++;
}

function replaceOld(call: Call, destination: number, elements: ByteStrings): void {
  const keyspace = call.keyspaceOf(destination);
  const fresh = keyspace.prepare(call.bytes, call.offset(destination), call.length(destination), ValueType.list, 'none');
  try {
    fill(keyspace.lists, fresh, elements);
  } catch (error) {
    keyspace.discard(fresh);
    throw error;
  }
  const old = call.peek(destination);
  keyspace.install(call.db, call.slotOf(destination), old, fresh);
  call.touch(keyspace, fresh);
  logStored(call, destination, elements, old !== 0);
  call.changes += elements.length;
}

function fill(lists: Lists, entry: number, elements: ByteStrings): void {
  lists.begin(entry);
  for (let i = 0; i < elements.length; i++) {
    element.setBytes(elements.bytes, elements.offsetOf(i), elements.lengthOf(i));
    lists.push(entry, false, element);
  }
  lists.settle(entry, false);
}

function logStored(call: Call, destination: number, elements: ByteStrings, hasOld: boolean): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const isOne = !hasOld && elements.length <= elementsPerEffect;
  if (!isOne) effects.beginTransaction();
  if (hasOld) call.logDelete(destination);
  for (let from = 0; from < elements.length; from += elementsPerEffect) {
    logElements(call, destination, elements, from, Math.min(elements.length, from + elementsPerEffect));
  }
  if (!isOne) effects.endTransaction();
}

/** The elements from `from` to before `end`. */
function logElements(call: Call, destination: number, elements: ByteStrings, from: number, end: number): void {
  const { effects } = call;
  effects.command(call.db, 'RPUSH', 1 + end - from);
  effects.bytes(call.bytes, call.offset(destination), call.length(destination));
  for (let i = from; i < end; i++) effects.bytes(elements.bytes, elements.offsetOf(i), elements.lengthOf(i));
}
