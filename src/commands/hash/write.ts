/** HSET, HMSET, HSETNX and HDEL. A field that is set expires no more. */
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { findHashForRemoval, findHashForWrite, hashOrNew, settle } from './key.ts';
import { hasField } from './read.ts';
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
  setField(call, hashOrNew(call, found), 2, 3, false);
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

/** Sets the field that argument `field` names to argument `value`; true when it is new. */
export function setField(call: Call, entry: number, field: number, value: number, keepsExpiry: boolean): boolean {
  return call.keyspaceOf(1).hashes.set(
    entry, call.bytes, call.offset(field), call.length(field), call.bytes, call.offset(value), call.length(value), keepsExpiry);
}

/** Removes the field that argument `i` names; false if there is none. */
export function removeField(call: Call, entry: number, i: number): boolean {
  return call.keyspaceOf(1).hashes.remove(entry, call.bytes, call.offset(i), call.length(i));
}

/** Sets the pairs from argument 2 on; returns how many fields are new, or -1 after an error reply that names `command`. */
function setPairs(call: Call, command: string): number {
  if (call.argc % 2 === 1) {
    call.fail(errors.wrongArity(command));
    return -1;
  }
  const found = findHashForWrite(call);
  if (found === wrongTypeEntry) return -1;
  const entry = hashOrNew(call, found);
  let added = 0;
  for (let i = 2; i < call.argc; i += 2) if (setField(call, entry, i, i + 1, false)) added++;
  if (found !== 0) settle(call, entry);
  call.logVerbatim('HSET');
  call.changes += (call.argc - 2) / 2;
  return added;
}
