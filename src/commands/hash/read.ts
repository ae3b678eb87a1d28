/** HGET, HMGET, HEXISTS, HSTRLEN, HLEN, HGETALL, HKEYS and HVALS. Fields whose time is over are gone before. */
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { Extent } from '../extent.ts';
import { hasField, replyValueOf } from './field.ts';
import { findHash } from './key.ts';
import { Part, replyAll } from './reply-all.ts';
import { hashRow } from './row.ts';

export const hget = hashRow('hget', 3, 'readonly fast', 'RO access', {
  since: '2.0.0', summary: 'Returns the value of a field.', syntax: 'HGET key field',
}, (call) => {
  const entry = findHash(call);
  if (entry !== wrongTypeEntry) replyValueOf(call, entry, 2);
});

export const hmget = hashRow('hmget', -3, 'readonly fast', 'RO access', {
  since: '2.0.0', summary: 'Returns the values of several fields.', syntax: 'HMGET key field [field ...]', complexity: 'O(N) with N fields asked for',
}, (call) => {
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) replyValueOf(call, entry, i);
});

export const hexists = hashRow('hexists', 3, 'readonly fast', 'RO', {
  since: '2.0.0', summary: 'Tells whether a hash has a field.', syntax: 'HEXISTS key field',
}, (call) => {
  const entry = findHash(call);
  if (entry !== wrongTypeEntry) call.reply.integer(hasField(call, entry, 2) ? 1 : 0);
});

export const hstrlen = hashRow('hstrlen', 3, 'readonly fast', 'RO', {
  since: '3.2.0', summary: 'Tells how long the value of a field is.', syntax: 'HSTRLEN key field',
}, (call) => {
  const entry = findHash(call);
  if (entry !== wrongTypeEntry) call.reply.integer(hasField(call, entry, 2) ? call.keyspaceOf(1).hashes.value.byteLength() : 0);
});

export const hlen = hashRow('hlen', 2, 'readonly fast', 'RO', {
  since: '2.0.0', summary: 'Tells how many fields a hash has.', syntax: 'HLEN key',
}, (call) => {
  const entry = findHash(call);
  if (entry !== wrongTypeEntry) call.reply.integer(entry === 0 ? 0 : call.keyspaceOf(1).hashes.length(entry));
});

export const hgetall = hashRow('hgetall', 2, 'readonly', 'RO access', {
  since: '2.0.0', summary: 'Returns all fields with their values.', syntax: 'HGETALL key', complexity: 'O(N) with N fields', extent: Extent.value,
}, (call) => {
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  call.reply.map(entry === 0 ? 0 : call.keyspaceOf(1).hashes.length(entry));
  if (entry !== 0) replyAll(call, entry, Part.both);
});

export const hkeys = hashRow('hkeys', 2, 'readonly', 'RO access', {
  since: '2.0.0', summary: 'Returns the names of all fields.', syntax: 'HKEYS key', complexity: 'O(N) with N fields', extent: Extent.value,
}, (call) => replyOne(call, Part.field));

export const hvals = hashRow('hvals', 2, 'readonly', 'RO access', {
  since: '2.0.0', summary: 'Returns the values of all fields.', syntax: 'HVALS key', complexity: 'O(N) with N fields', extent: Extent.value,
}, (call) => replyOne(call, Part.value));

function replyOne(call: Call, part: Part): void {
  const entry = findHash(call);
  if (entry === wrongTypeEntry) return;
  call.reply.array(entry === 0 ? 0 : call.keyspaceOf(1).hashes.length(entry));
  if (entry !== 0) replyAll(call, entry, part);
}
