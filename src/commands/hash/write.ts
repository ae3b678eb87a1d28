/** HSET, HMSET, HSETNX and HDEL. A field that is set expires no more. */
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { hasField, removeField, setField } from './field.ts';
import { assureRoomForFields, beginChange, findHashForRemoval, findHashForWrite, finishChange, settle, takeBack } from './key.ts';
import { hashRow } from './row.ts';

export const hset = hashRow('hset', -4, 'write denyoom fast', 'RW update', {
  since: '2.0.0', summary: 'Sets fields to values.', syntax: 'HSET key field value [field value ...]',
  complexity: 'O(1) for each field',
}, (call) => {
  const added = setPairs(call, 'hset');
  if (added >= 0) call.reply.integer(added);
});

export const hmset = hashRow('hmset', -4, 'write denyoom fast', 'RW update', {
  since: '2.0.0', summary: 'Sets fields to values: the old form of HSET.', syntax: 'HMSET key field value [field value ...]',
  complexity: 'O(N) with N fields',
}, (call) => {
  if (setPairs(call, 'hmset') >= 0) call.reply.ok();
});

export const hsetnx = hashRow('hsetnx', 4, 'write denyoom fast', 'RW insert', {
  since: '2.0.0', summary: 'Sets a field to a value unless it exists.', syntax: 'HSETNX key field value',
}, (call) => {
  const found = findHashForWrite(call);
  if (found === wrongTypeEntry) return;
  if (hasField(call, found, 2)) return call.reply.integer(0);
  setPairsFrom(call, found);
  call.logVerbatim('HSET');
  call.changes++;
  call.reply.integer(1);
});

export const hdel = hashRow('hdel', -3, 'write fast', 'RW delete', {
  since: '2.0.0', summary: 'Removes fields, and the key with its last one.', syntax: 'HDEL key field [field ...]',
  complexity: 'O(N) with N fields to remove',
}, (call) => {
  const entry = findHashForRemoval(call);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return call.reply.integer(0);
  let removed = 0;
  for (let i = 2; i < call.argc; i++) if (removeField(call, entry, i)) removed++;
  if (removed > 0) {
    settle(call, entry);
    call.logVerbatim('HDEL');
    call.changes += removed;
  }
  call.reply.integer(removed);
});

/** Sets the pairs from argument 2 on; returns how many fields are new, or -1 after an error reply that names `command`. */
function setPairs(call: Call, command: string): number {
  if (call.argc % 2 === 1) {
    call.fail(errors.wrongArity(command));
    return -1;
  }
  const found = findHashForWrite(call);
  if (found === wrongTypeEntry) return -1;
  const added = setPairsFrom(call, found);
  call.logVerbatim('HSET');
  call.changes += (call.argc - 2) / 2;
  return added;
}

/** Sets all pairs of the hash `found`, or of a new one for 0, or none; returns how many fields are new. */
function setPairsFrom(call: Call, found: number): number {
  if (call.argc > 4) assureRoomForFields(call, found);
  const entry = beginChange(call, found);
  let added = 0;
  try {
    for (let i = 2; i < call.argc; i += 2) {
      if (setField(call, entry, i, i + 1, false)) added++;
    }
  } catch (error) {
    takeBack(call, found, entry);
    throw error;
  }
  finishChange(call, found, entry);
  return added;
}
