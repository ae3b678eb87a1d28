/** LINSERT, LSET, LREM, LTRIM: changing a list elsewhere than at its ends. */
import { encodingOf, ValueType } from '../../keyspace/entry.ts';
import type { Lists } from '../../keyspace/lists.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollectionForWrite, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { findList, finishRemoval, value } from './elements.ts';

const beforeWord = wordBytes('before');
const afterWord = wordBytes('after');
/** What is looked for, beside the element that is written. */
const sought = new ListpackValue();

export const linsert: ShardCommand = {
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  acl: ['list'],
  keys: oneKey('RW insert'),
  text: about(
    'list', '2.2.0', 'Adds an element before or behind the first one that equals another.',
    'LINSERT key <BEFORE | AFTER> pivot element', 'O(N) with N elements up to the pivot'),
  place: 'shard',
  execute(call) {
    const isAfter = call.is(2, afterWord);
    if (!isAfter && !call.is(2, beforeWord)) return call.fail(errors.syntax);
    const entry = findCollectionForWrite(call, 1, ValueType.list);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.integer(0);
    const { lists } = call.keyspaceOf(1);
    const index = findFirst(call, lists, entry, 3);
    if (index < 0) return call.reply.integer(-1);
    value.setBytes(call.bytes, call.offset(4), call.length(4));
    change(call, entry, 4, () => lists.insert(entry, index, isAfter, value));
    call.logVerbatim('LINSERT');
    call.reply.integer(lists.length(entry));
  },
};

export const lset: ShardCommand = {
  name: 'lset',
  arity: 4,
  flags: ['write', 'denyoom'],
  acl: ['list'],
  keys: oneKey('RW update'),
  text: about('list', '1.0.0', 'Sets the element at an index of a list.', 'LSET key index element', 'O(log N) with N the length of the list'),
  place: 'shard',
  execute(call) {
    const entry = findCollectionForWrite(call, 1, ValueType.list);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.fail(errors.noSuchKey);
    const given = call.int(2);
    if (Number.isNaN(given)) return call.fail(errors.notInteger);
    const { lists } = call.keyspaceOf(1);
    const length = lists.length(entry);
    const index = given < 0 ? given + length : given;
    if (!(index >= 0 && index < length)) return call.fail(errors.indexOutOfRange);
    value.setBytes(call.bytes, call.offset(3), call.length(3));
    change(call, entry, 3, () => lists.replace(entry, index, value));
    lists.settle(entry, true);
    call.logVerbatim('LSET');
    call.reply.ok();
  },
};

export const lrem: ShardCommand = {
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  acl: ['list'],
  keys: oneKey('RW delete'),
  text: about(
    'list', '1.0.0', 'Takes elements out of a list that equal a value, from its head or its tail.', 'LREM key count element',
    'O(N+M) with N the length of the list and M elements taken out'),
  place: 'shard',
  execute(call) {
    const given = call.int(2);
    if (Number.isNaN(given)) return call.fail(errors.notInteger);
    const entry = findList(call, 1);
    if (entry === wrongTypeEntry) return;
    if (entry === 0) return call.reply.integer(0);
    const removed = removeEqual(call, entry, given);
    if (removed > 0) {
      call.logVerbatim('LREM');
      call.changes += removed;
      finishRemoval(call, 1, entry);
    }
    call.reply.integer(removed);
  },
};

export const ltrim: ShardCommand = {
  name: 'ltrim',
  arity: 4,
  flags: ['write'],
  acl: ['list'],
  keys: oneKey('RW delete'),
  text: about('list', '1.0.0', 'Takes out of a list all elements but those of a range.', 'LTRIM key start stop', 'O(N) with N elements taken out'),
  place: 'shard',
  execute(call) {
    const [start, stop] = [call.int(2), call.int(3)];
    if (Number.isNaN(start) || Number.isNaN(stop)) return call.fail(errors.notInteger);
    const entry = findList(call, 1);
    if (entry === wrongTypeEntry) return;
    if (entry !== 0) trim(call, entry, start, stop);
    call.reply.ok();
  },
};

function trim(call: Call, entry: number, start: number, stop: number): void {
  const { lists } = call.keyspaceOf(1);
  const length = lists.length(entry);
  const first = Math.max(0, start < 0 ? start + length : start);
  const last = Math.min(length - 1, stop < 0 ? stop + length : stop);
  const kept = Math.max(0, last - first + 1);
  if (kept === length) return;
  if (kept === 0) {
    lists.remove(entry, 0, length);
  } else {
    lists.remove(entry, last + 1, length - 1 - last);
    lists.remove(entry, 0, first);
  }
  call.logVerbatim('LTRIM');
  call.changes += length - kept;
  finishRemoval(call, 1, entry);
}

/** Makes the list fit for argument `i` and does the work; when memory runs out the encoding is as before, too. */
function change(call: Call, entry: number, i: number, work: () => void): void {
  const keyspace = call.keyspaceOf(1);
  const encoding = encodingOf(keyspace.arena, entry);
  try {
    keyspace.lists.makeFit(entry, call.length(i), 1);
    work();
  } catch (error) {
    keyspace.lists.takeBack(entry, true, 0, encoding);
    throw error;
  }
  value.clear();
  call.changes++;
}

/** The index of the first element that equals argument `i`, or -1. */
function findFirst(call: Call, lists: Lists, entry: number, i: number): number {
  const { cursor } = lists;
  const length = lists.length(entry);
  sought.setBytes(call.bytes, call.offset(i), call.length(i));
  lists.seek(entry, 0, cursor);
  let index = 0;
  for (; index < length && !cursor.equals(sought); index++) cursor.next();
  sought.clear();
  return index < length ? index : -1;
}

/** Takes out elements that equal argument 3: all for 0, else so many, from the tail on when negative. Returns how many. */
function removeEqual(call: Call, entry: number, given: number): number {
  sought.setBytes(call.bytes, call.offset(3), call.length(3));
  const removed = call.keyspaceOf(1).lists.removeEqual(entry, sought, given === 0 ? Number.POSITIVE_INFINITY : Math.abs(given), given < 0);
  sought.clear();
  return removed;
}
