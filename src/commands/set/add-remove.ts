/** SADD, SREM and SMOVE. */
import { ValueType } from '../../keyspace/entry.ts';
import { equalBytes } from '../../protocol/ascii.ts';
import { AddressList } from '../../structures/address-list.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { createCollection, findCollectionForWrite, removeIfEmpty, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findForRemoval, readMember } from './members.ts';

const member = new ListpackValue();
/** Arguments whose member the command has added so far. */
const added = new AddressList();

export const sadd: ShardCommand = {
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['set'],
  keys: oneKey('RW insert'),
  text: about('set', '1.0.0', 'Adds members to a set; creates the key if need be.', 'SADD key member [member ...]', 'O(1) for each member'),
  place: 'shard',
  execute(call) {
    const found = findCollectionForWrite(call, 1, ValueType.set);
    if (found === wrongTypeEntry) return;
    const entry = found === 0 ? createCollection(call, 1, ValueType.set) : found;
    addArguments(call, entry);
    if (added.length > 0) {
      call.logVerbatim('SADD');
      call.changes += added.length;
    }
    call.reply.integer(added.length);
  },
};

export const srem: ShardCommand = {
  name: 'srem',
  arity: -3,
  flags: ['write', 'fast'],
  acl: ['set'],
  keys: oneKey('RW delete'),
  text: about('set', '1.0.0', 'Removes members from a set; with the last one goes the key.', 'SREM key member [member ...]', 'O(N) with N members to remove'),
  place: 'shard',
  execute(call) {
    const entry = findForRemoval(call, 1);
    if (entry === wrongTypeEntry) return;
    const count = entry === 0 ? 0 : removeArguments(call, entry);
    if (count > 0) {
      removeIfEmpty(call, 1, entry);
      call.logVerbatim('SREM');
      call.changes += count;
    }
    call.reply.integer(count);
  },
};

export const smove: ShardCommand = {
  name: 'smove',
  arity: 4,
  flags: ['write', 'fast'],
  acl: ['set'],
  keys: [...oneKey('RW access delete'), ...oneKey('RW insert', 2)],
  text: about('set', '1.0.0', 'Moves a member from one set to another.', 'SMOVE source destination member'),
  place: 'shard',
  execute(call) {
    const source = call.findForWrite(1);
    const target = call.findForWrite(2);
    if (source === 0) return call.reply.integer(0);
    if (!call.hasType(call.keyspaceOf(1), source, ValueType.set)) return;
    if (target !== 0 && !call.hasType(call.keyspaceOf(2), target, ValueType.set)) return;
    const isThere = call.keyspaceOf(1).sets.has(source, readMember(call, 3, member));
    if (isThere && !isSameKey(call)) moveMember(call, source, target);
    call.reply.integer(isThere ? 1 : 0);
  },
};

/** Adds all member arguments, or none: what was added before memory ran out is taken back. */
function addArguments(call: Call, entry: number): void {
  const { sets } = call.keyspaceOf(1);
  added.clear();
  try {
    for (let i = 2; i < call.argc; i++) {
      if (sets.add(entry, readMember(call, i, member))) added.push(i);
    }
  } catch (error) {
    for (let i = 0; i < added.length; i++) sets.remove(entry, readMember(call, added.at(i), member));
    removeIfEmpty(call, 1, entry);
    throw error;
  }
}

function removeArguments(call: Call, entry: number): number {
  const { sets } = call.keyspaceOf(1);
  let count = 0;
  for (let i = 2; i < call.argc; i++) if (sets.remove(entry, readMember(call, i, member))) count++;
  return count;
}

/** Moves the member of argument 3, which the source has. It is added first, as only that may fail. */
function moveMember(call: Call, source: number, target: number): void {
  const entry = target === 0 ? createCollection(call, 2, ValueType.set) : target;
  const isNew = addTo(call, entry);
  call.keyspaceOf(1).sets.remove(source, member);
  removeIfEmpty(call, 1, source);
  logMove(call, isNew);
  call.changes += isNew ? 2 : 1;
}

function addTo(call: Call, entry: number): boolean {
  try {
    return call.keyspaceOf(2).sets.add(entry, member);
  } catch (error) {
    removeIfEmpty(call, 2, entry);
    throw error;
  }
}

function logMove(call: Call, isNew: boolean): void {
  const { effects } = call;
  if (isNew) effects.beginTransaction();
  logOne(call, 'SREM', 1);
  if (!isNew) return;
  logOne(call, 'SADD', 2);
  effects.endTransaction();
}

/** Argument 3 added to or removed from the set of argument `key`. */
function logOne(call: Call, name: string, key: number): void {
  call.effects.command(call.db, name, 2);
  call.effects.bytes(call.bytes, call.offset(key), call.length(key));
  call.effects.bytes(call.bytes, call.offset(3), call.length(3));
}

function isSameKey(call: Call): boolean {
  return equalBytes(call.bytes, call.offset(1), call.length(1), call.bytes, call.offset(2), call.length(2));
}
