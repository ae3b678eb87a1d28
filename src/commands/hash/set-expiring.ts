/** HSETEX: fields with their values and one expiry, on conditions about the fields. */
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import { hasField, removeField, setField, setFieldExpiry } from './field.ts';
import { FieldOptions } from './field-options.ts';
import { assureRoomForFields, beginChange, findHashForWrite, finishChange, settle, takeBack } from './key.ts';
import { logExpiries, logFieldExpiry, logRemoved } from './log-fields.ts';
import { hashRow } from './row.ts';

const options = new FieldOptions('hsetex', 2, 'keepttl', errors.keepTtlConflict, true);
/** Arguments that name fields. */
const fields = new AddressList();

export const hsetex = hashRow('hsetex', -6, 'write denyoom fast', 'RW update', {
  since: '8.0.0', summary: 'Sets fields to values and sets their expiry.',
  syntax: 'HSETEX key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] ' +
    'FIELDS numfields field value [field value ...]',
  complexity: 'O(N) with N fields',
}, (call) => {
  if (!options.read(call)) return;
  const entry = findHashForWrite(call);
  if (entry === wrongTypeEntry) return;
  if (!isMet(call, entry)) return call.reply.integer(0);
  if (options.isTimeGiven && options.atMs <= call.nowMs) removeAll(call, entry);
  else setAll(call, entry);
  call.reply.integer(1);
});

/** Whether none, or all, of the fields are there, as the options want it. */
function isMet(call: Call, entry: number): boolean {
  if (!options.wantsNone && !options.wantsAll) return true;
  const { block } = options;
  for (let i = block.first; i < block.end; i += 2) if (hasField(call, entry, i) !== options.wantsAll) return false;
  return true;
}

/** Fields whose time has come when they are set are only removed. */
function removeAll(call: Call, entry: number): void {
  if (entry === 0) return;
  const { block } = options;
  fields.clear();
  for (let i = block.first; i < block.end; i += 2) if (removeField(call, entry, i)) fields.push(i);
  if (fields.length === 0) return;
  settle(call, entry);
  logRemoved(call, fields);
  call.changes += fields.length;
}

function setAll(call: Call, found: number): void {
  const { block } = options;
  assureRoomForFields(call, found);
  const entry = beginChange(call, found);
  fields.clear();
  try {
    for (let i = block.first; i < block.end; i += 2) {
      setOne(call, entry, i);
      fields.push(i);
    }
  } catch (error) {
    takeBack(call, found, entry);
    throw error;
  }
  finishChange(call, found, entry);
  call.changes += block.count;
  if (call.effects.enabled) logAll(call, entry);
}

function setOne(call: Call, entry: number, i: number): void {
  setField(call, entry, i, i + 1, options.changesExpiry);
  if (options.isTimeGiven) setFieldExpiry(call, entry, i, options.atMs);
}

/** HSET, which takes expiries away, and HPEXPIREAT. */
function logAll(call: Call, entry: number): void {
  const { effects } = call;
  const { block } = options;
  effects.beginTransaction();
  effects.command(call.db, 'HSET', 1 + block.count * 2);
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  for (let i = block.first; i < block.end; i++) effects.bytes(call.bytes, call.offset(i), call.length(i));
  if (options.isTimeGiven) logExpiries(call, fields, options.atMs);
  else if (options.isKeepGiven) for (let at = 0; at < fields.length; at++) logFieldExpiry(call, entry, fields.at(at));
  effects.endTransaction();
}
