/** HGETDEL and HGETEX: the values of fields, and the fields' end or their new expiry in one step. */
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { expireFoundField, logExpiryChanges } from './expire.ts';
import { removeField, replyValueOf, setFieldExpiry } from './field.ts';
import { FieldBlock } from './field-block.ts';
import { FieldOptions } from './field-options.ts';
import { assureRoomForFields, findHashForRemoval, settle } from './key.ts';
import { logRemoved } from './log-fields.ts';
import { hashRow } from './row.ts';

const block = new FieldBlock(1, errors.fieldCountNotPositive);
const options = new FieldOptions('hgetex', 1, 'persist', errors.persistConflict, false);
/** Arguments that name fields which have changed. */
const changed = new AddressList();

export const hgetdel = hashRow('hgetdel', -5, 'write fast', 'RW access delete', {
  since: '8.0.0', summary: 'Returns the values of fields and removes the fields.', syntax: 'HGETDEL key FIELDS numfields field [field ...]',
  complexity: 'O(N) with N fields',
}, (call) => {
  const entry = findHashForRemoval(call);
  if (entry === wrongTypeEntry || !block.readLast(call, 2)) return;
  changed.clear();
  call.reply.array(block.count);
  for (let i = block.first; i < call.argc; i++) {
    if (!replyValueOf(call, entry, i)) continue;
    removeField(call, entry, i);
    changed.push(i);
  }
  if (changed.length === 0) return;
  settle(call, entry);
  logRemoved(call, changed);
  call.changes += changed.length;
});

export const hgetex = hashRow('hgetex', -5, 'write fast', 'RW access update', {
  since: '8.0.0', summary: 'Returns the values of fields and sets or removes their expiry.',
  syntax: 'HGETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] ' +
    'FIELDS numfields field [field ...]',
  complexity: 'O(N) with N fields',
}, (call) => {
  const entry = findHashForRemoval(call);
  if (entry === wrongTypeEntry || !options.read(call)) return;
  const { block: fields } = options;
  if (options.changesExpiry && fields.count > 1) assureRoomForFields(call, entry);
  changed.clear();
  call.reply.array(fields.count);
  for (let i = fields.first; i < fields.end; i++) if (replyValueOf(call, entry, i)) changeExpiry(call, entry, i);
  if (changed.length > 0) logExpiryChanges(call, entry, changed, options.atMs);
});

/** Carries out the options on a field that was found. */
function changeExpiry(call: Call, entry: number, i: number): void {
  if (options.isTimeGiven) {
    expireFoundField(call, entry, i, options.atMs);
    changed.push(i);
  } else if (options.isKeepGiven && call.keyspaceOf(1).hashes.expiryMs !== 0) {
    setFieldExpiry(call, entry, i, 0);
    changed.push(i);
  }
}
