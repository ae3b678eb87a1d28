/** HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT and HPERSIST. Fields whose new time has come are removed. */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { Call } from '../call.ts';
import { wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { hasField, removeField, setFieldExpiry } from './field.ts';
import { FieldBlock } from './field-block.ts';
import { readFieldTime } from './field-time.ts';
import { assureRoomForFields, findHashForRemoval, settle } from './key.ts';
import { logExpiries, logPersisted, logRemoved } from './log-fields.ts';
import { hashRow } from './row.ts';

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
/** What HEXPIRE and its likes are to do. */
const wanted: { atMs: number; condition: number } = { atMs: 0, condition: Condition.none };

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
  changeEach(call, entry, lastBlock, persistField, -1);
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
    if (condition < 0) return;
    wanted.atMs = atMs;
    wanted.condition = condition;
    changeEach(call, entry, block, expireField, atMs);
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

/** Changes each field of the block, or none if memory runs out, answers with what `change` says, and leaves the effect. */
function changeEach(call: Call, entry: number, { first, count, end }: FieldBlock, change: typeof expireField, atMs: number): void {
  if (count > 1) assureRoomForFields(call, entry);
  changed.clear();
  call.reply.array(count);
  for (let i = first; i < end; i++) call.reply.integer(change(call, entry, i));
  if (changed.length > 0) logExpiryChanges(call, entry, changed, atMs);
}

/** Gives the field that argument `i` names the wanted expiry, or removes it if that time has come; what the client is told. */
function expireField(call: Call, entry: number, i: number): number {
  if (!hasField(call, entry, i)) return noField;
  if (!meets(call.keyspaceOf(1).hashes.expiryMs, wanted.atMs, wanted.condition)) return notMet;
  changed.push(i);
  return expireFoundField(call, entry, i, wanted.atMs) ? isRemoved : isSet;
}

/** Gives a field that there is its expiry, or removes it (true) if that time has come. */
export function expireFoundField(call: Call, entry: number, i: number, atMs: number): boolean {
  if (atMs <= call.nowMs) return removeField(call, entry, i);
  setFieldExpiry(call, entry, i, atMs);
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
  if (call.keyspaceOf(1).hashes.expiryMs === 0) return noExpiry;
  setFieldExpiry(call, entry, i, 0);
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
