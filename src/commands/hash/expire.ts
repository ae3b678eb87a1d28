/** HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT and HPERSIST. Fields whose new time has come are removed. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { FieldBlock } from './field-block.ts';
import { readFieldTime } from './field-time.ts';
import { assureRoomForExpiries, findHashForRemoval, settle } from './key.ts';
import { logExpiries, logPersisted, logRemoved } from './log-fields.ts';
import { hasField } from './read.ts';
import { hashRow } from './row.ts';
import { removeField } from './write.ts';

const Condition = { none: 0, nx: 1, xx: 2, gt: 4, lt: 8 } as const;
const words: readonly (readonly [Uint8Array, number])[] = [
  [wordBytes('nx'), Condition.nx], [wordBytes('xx'), Condition.xx], [wordBytes('gt'), Condition.gt], [wordBytes('lt'), Condition.lt],
];
const noField = -2;
const noExpiry = -1;
const notMet = 0;
const isSet = 1;
const isRemoved = 2;
const block = new FieldBlock(1, errors.numFieldsNotPositive);
const lastBlock = new FieldBlock(1, errors.fieldCountNotPositive);
/** Arguments that name fields which have changed. */
const changed = new AddressList();

export const hexpire = expireRow('hexpire', 'seconds from now', 'seconds', 1000, true);
export const hpexpire = expireRow('hpexpire', 'milliseconds from now', 'milliseconds', 1, true);
export const hexpireat = expireRow('hexpireat', 'a time in seconds', 'unix-time-seconds', 1000, false);
export const hpexpireat = expireRow('hpexpireat', 'a time in milliseconds', 'unix-time-milliseconds', 1, false);

export const hpersist = hashRow('hpersist', -5, 'write fast', 'RW update', {
  since: '7.4.0', summary: 'Removes the expiry of fields.', syntax: 'HPERSIST key FIELDS numfields field [field ...]',
  complexity: 'O(N) with N fields',
}, (call) => {
  const entry = findHashForRemoval(call);
  if (entry === wrongTypeEntry || !lastBlock.readLast(call, 2)) return;
  assureRoomForExpiries(call, entry);
  changed.clear();
  call.reply.array(lastBlock.count);
  for (let i = lastBlock.first; i < call.argc; i++) call.reply.integer(persistField(call, entry, i));
  if (changed.length > 0) logExpiryChanges(call, entry, changed, -1);
});

function expireRow(name: string, what: string, unit: string, unitMs: number, isRelative: boolean): ShardCommand {
  return hashRow(name, -6, 'write fast', 'RW update', {
    since: '7.4.0', summary: `Sets the expiry of fields to ${what}.`,
    syntax: `${name.toUpperCase()} key ${unit} [NX | XX | GT | LT] FIELDS numfields field [field ...]`, complexity: 'O(N) with N fields',
  }, (call) => {
    const entry = findHashForRemoval(call);
    if (entry === wrongTypeEntry) return;
    const atMs = readFieldTime(call, 2, unitMs, isRelative ? call.nowMs : 0, name);
    if (Number.isNaN(atMs)) return;
    const condition = readWords(call);
    if (condition >= 0) expireFields(call, entry, atMs, condition);
  });
}

/** The condition, the block of fields having been read; -1 after an error reply. */
function readWords(call: Call): number {
  let conditions: number = Condition.none;
  block.first = 0;
  for (let i = 3; i < call.argc; i++) {
    if (block.isAt(call, i)) {
      if (!block.read(call, i)) return -1;
      i = block.end - 1;
      continue;
    }
    const word = words.find(([bytes]) => call.is(i, bytes));
    if (word === undefined) {
      call.fail(errors.unknownArgument(call.latin1(i)));
      return -1;
    }
    conditions |= word[1];
  }
  if (block.first === 0) call.fail(errors.fieldsAbsent);
  else if ((conditions & (conditions - 1)) !== 0) call.fail(errors.conditionsConflict);
  return call.failed ? -1 : conditions;
}

function expireFields(call: Call, entry: number, atMs: number, condition: number): void {
  assureRoomForExpiries(call, entry);
  changed.clear();
  call.reply.array(block.count);
  for (let i = block.first; i < block.end; i++) call.reply.integer(expireField(call, entry, i, atMs, condition));
  if (changed.length > 0) logExpiryChanges(call, entry, changed, atMs);
}

/** Gives the field that argument `i` names its expiry, or removes it if that time has come; what the client is told. */
function expireField(call: Call, entry: number, i: number, atMs: number, condition: number): number {
  if (!hasField(call, entry, i)) return noField;
  if (!meets(call.keyspaceOf(1).hashes.expiryMs, atMs, condition)) return notMet;
  changed.push(i);
  return expireFoundField(call, entry, i, atMs) ? isRemoved : isSet;
}

/** Gives a field that there is its expiry, or removes it (true) if that time has come. */
export function expireFoundField(call: Call, entry: number, i: number, atMs: number): boolean {
  if (atMs <= call.nowMs) return removeField(call, entry, i);
  call.keyspaceOf(1).hashes.setExpiry(entry, call.bytes, call.offset(i), call.length(i), atMs);
  return false;
}

/** `before` is 0 for a field that does not expire, which counts as one that expires last. */
function meets(before: number, atMs: number, condition: number): boolean {
  switch (condition) {
    case Condition.nx: return before === 0;
    case Condition.xx: return before !== 0;
    case Condition.gt: return before !== 0 && atMs > before;
    case Condition.lt: return before === 0 || atMs < before;
    default: return true;
  }
}

function persistField(call: Call, entry: number, i: number): number {
  if (!hasField(call, entry, i)) return noField;
  const { hashes } = call.keyspaceOf(1);
  if (hashes.expiryMs === 0) return noExpiry;
  hashes.setExpiry(entry, call.bytes, call.offset(i), call.length(i), 0);
  changed.push(i);
  return isSet;
}

/** Settles the key and leaves the effect of fields having been given a time, -1 for none, or removed if it has come. */
export function logExpiryChanges(call: Call, entry: number, fields: AddressList, atMs: number): void {
  settle(call, entry);
  if (atMs < 0) logPersisted(call, fields);
  else if (atMs <= call.nowMs) logRemoved(call, fields);
  else logExpiries(call, fields, atMs);
  call.changes += fields.length;
}
