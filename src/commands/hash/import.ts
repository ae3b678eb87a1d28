/**
 * HIMPORT: hashes that all have the same fields, whose names are told once and kept for the connection.
 * The door keeps them; SET takes them along to its shard as a last argument.
 */
import { typeOf, ValueType } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { CommandRow, ContainerCommand, DoorCommand, FlagName, ShardCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { oneKey } from '../key-specs.ts';
import { Fieldsets, FieldsetReader } from './fieldsets.ts';

const noFieldset = new Uint8Array(0);
const fieldset = new FieldsetReader();

export const himport: ContainerCommand = {
  ...facts('himport', -2, [], 'Holds the commands that make hashes of the same fields.', 'HIMPORT', 'Depends on subcommand.'),
  subcommands: [
    doorRow('discard', 3, [], 'Forgets a fieldset.', 'HIMPORT DISCARD fieldset-name', 'O(1)', (call) => {
      call.reply.integer(call.session.fieldsets?.discard(call.latin1(2)) === true ? 1 : 0);
    }),
    doorRow('discardall', 2, [], 'Forgets all fieldsets of the connection.', 'HIMPORT DISCARDALL', 'O(N) with N fieldsets', ({ session, reply }) => {
      reply.integer(session.fieldsets?.size ?? 0);
      session.fieldsets?.clear();
    }),
    doorRow(
      'prepare', -4, ['denyoom'], 'Keeps the names of fields for the connection.', 'HIMPORT PREPARE fieldset-name field [field ...]',
      'O(N) with N fields', prepare),
    setRow(),
  ],
};

function setRow(): ShardCommand {
  return {
    ...facts(
      'set', -5, ['write', 'denyoom'], 'Makes a hash of the fields of a fieldset.', 'HIMPORT SET key fieldset-name value [value ...]',
      'O(N) with N fields'),
    keys: oneKey('OW update', 2),
    place: 'shard',
    sessionArgument: ({ fieldsets }, request) => fieldsets?.packed(request.text(3)) ?? noFieldset,
    execute: set,
  };
}

function prepare(call: DoorCall): void {
  const { session } = call;
  const fields: Uint8Array[] = [];
  const names = new Set<string>();
  for (let i = 3; i < call.argc; i++) {
    fields.push(call.bytes(i));
    names.add(call.latin1(i));
  }
  if (names.size < fields.length) return call.fail(errors.fieldTwiceInFieldset);
  session.fieldsets ??= new Fieldsets();
  if (!session.fieldsets.keep(call.latin1(2), fields)) return call.fail(errors.fieldsetsTooLarge);
  call.reply.ok();
}

/** The fieldset is the last argument. Whatever the key held is replaced if it is a hash. */
function set(call: Call): void {
  const keyspace = call.keyspaceOf(2);
  const names = --call.argc;
  const old = call.findForWrite(2);
  if (old !== 0 && typeOf(keyspace.arena, old) !== ValueType.hash) return call.failType();
  if (call.length(names) === 0) return call.fail(errors.noFieldset);
  if (countFields(call, names) !== call.argc - 4) return call.fail(errors.fieldsetMismatch);
  const entry = keyspace.prepare(call.bytes, call.offset(2), call.length(2), ValueType.hash, 'none');
  try {
    fill(call, entry, names);
  } catch (error) {
    keyspace.discard(entry);
    throw error;
  }
  keyspace.install(call.db, call.slotOf(2), old, entry);
  call.touch(keyspace, entry);
  if (call.effects.enabled) logSet(call, names, old !== 0);
  call.changes++;
  call.reply.ok();
}

function countFields(call: Call, names: number): number {
  let count = 0;
  startFields(call, names);
  while (fieldset.next()) count++;
  return count;
}

function fill(call: Call, entry: number, names: number): void {
  const { hashes } = call.keyspaceOf(2);
  hashes.begin(entry);
  startFields(call, names);
  for (let i = 4; fieldset.next(); i++) {
    hashes.set(entry, fieldset.bytes, fieldset.offset, fieldset.length, call.bytes, call.offset(i), call.length(i), false);
  }
}

/** HSET, after a DEL of what it replaces. */
function logSet(call: Call, names: number, hasOld: boolean): void {
  const { effects } = call;
  if (hasOld) effects.beginTransaction();
  if (hasOld) call.logDelete(2);
  effects.command(call.db, 'HSET', 1 + (call.argc - 4) * 2);
  effects.bytes(call.bytes, call.offset(2), call.length(2));
  startFields(call, names);
  for (let i = 4; fieldset.next(); i++) {
    effects.bytes(fieldset.bytes, fieldset.offset, fieldset.length);
    effects.bytes(call.bytes, call.offset(i), call.length(i));
  }
  if (hasOld) effects.endTransaction();
}

function startFields(call: Call, names: number): void {
  fieldset.start(call.bytes, call.offset(names), call.length(names));
}

function doorRow(
  name: string, arity: number, flags: readonly FlagName[], summary: string, syntax: string, complexity: string,
  execute: DoorCommand['execute'],
): DoorCommand {
  return { ...facts(name, arity, flags, summary, syntax, complexity), place: 'door', execute };
}

function facts(
  name: string, arity: number, flags: readonly FlagName[], summary: string, syntax: string, complexity: string,
): Pick<CommandRow, 'name' | 'arity' | 'flags' | 'acl' | 'keys' | 'text'> {
  return { name, arity, flags, acl: ['hash'], keys: [], text: about('hash', '8.10.0', summary, syntax, complexity) };
}
