/** SCARD, SISMEMBER, SMISMEMBER, SMEMBERS and SSCAN. */
import { ValueType } from '../../keyspace/entry.ts';
import { SCAN_END } from '../../keyspace/sets/member-table.ts';
import { SetCursor } from '../../keyspace/sets/set-cursor.ts';
import type { Sets } from '../../keyspace/sets.ts';
import { AddressList } from '../../structures/address-list.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import type { ShardCommand } from '../command.ts';
import { Extent } from '../extent.ts';
import { oneKey } from '../key-specs.ts';
import { matchesPattern, readCursor, readScanOptions, type ScanOptions } from '../scan-arguments.ts';
import { memberText, readMember, replyMember } from './members.ts';

const member = new ListpackValue();
const cursor = new SetCursor();
const found = new AddressList();

export const scard: ShardCommand = {
  name: 'scard',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['set'],
  keys: oneKey('RO'),
  text: about('set', '1.0.0', 'Counts the members of a set.', 'SCARD key'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.set);
    if (entry !== wrongTypeEntry) call.reply.integer(entry === 0 ? 0 : call.keyspaceOf(1).sets.length(entry));
  },
};

export const sismember: ShardCommand = {
  name: 'sismember',
  arity: 3,
  flags: ['readonly', 'fast'],
  acl: ['set'],
  keys: oneKey('RO'),
  text: about('set', '1.0.0', 'Tells whether a set has a member.', 'SISMEMBER key member'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.set);
    if (entry !== wrongTypeEntry) replyPresence(call, entry, 2);
  },
};

export const smismember: ShardCommand = {
  name: 'smismember',
  arity: -3,
  flags: ['readonly', 'fast'],
  acl: ['set'],
  keys: oneKey('RO access'),
  text: about('set', '6.2.0', 'Tells which of some members a set has.', 'SMISMEMBER key member [member ...]', 'O(N) with N members to look for'),
  place: 'shard',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.set);
    if (entry === wrongTypeEntry) return;
    call.reply.array(call.argc - 2);
    for (let i = 2; i < call.argc; i++) replyPresence(call, entry, i);
  },
};

export const smembers: ShardCommand = {
  name: 'smembers',
  arity: 2,
  flags: ['readonly'],
  acl: ['set'],
  keys: oneKey('RO access'),
  text: about('set', '1.0.0', 'Returns all members of a set.', 'SMEMBERS key', 'O(N) with N members'),
  place: 'shard',
  extent: Extent.value,
  execute(call) {
    const entry = findCollection(call, 1, ValueType.set);
    if (entry === wrongTypeEntry) return;
    const { sets } = call.keyspaceOf(1);
    call.reply.set(entry === 0 ? 0 : sets.length(entry));
    if (entry !== 0) replyAll(call, sets, entry);
  },
};

export const sscan: ShardCommand = {
  name: 'sscan',
  arity: -3,
  flags: ['readonly'],
  acl: ['set'],
  keys: oneKey('RO access'),
  text: about('set', '2.8.0', 'Walks through the members of a set.', 'SSCAN key cursor [MATCH pattern] [COUNT count]', 'O(N) with N members to look at in this call'),
  place: 'shard',
  execute(call) {
    const from = readCursor(call, 2);
    if (from === undefined) return;
    const entry = findCollection(call, 1, ValueType.set);
    if (entry === wrongTypeEntry) return;
    const options = entry === 0 ? undefined : readScanOptions(call, 3);
    if (options !== undefined) {
      replyPage(call, entry, from % SCAN_END, options);
    } else if (entry === 0) {
      call.reply.array(2);
      call.reply.bulkInteger(0);
      call.reply.array(0);
    }
  },
};

/** Every member, without the header. */
export function replyAll(call: Call, sets: Sets, entry: number): void {
  for (cursor.start(sets, entry); cursor.next();) replyMember(call, cursor.member);
}

function replyPresence(call: Call, entry: number, i: number): void {
  call.reply.integer(entry !== 0 && call.keyspaceOf(1).sets.has(entry, readMember(call, i, member)) ? 1 : 0);
}

/** A table's members from a position in hash order on, which is the cursor; of a compact set all at once. */
function replyPage(call: Call, entry: number, from: number, options: ScanOptions): void {
  const { sets } = call.keyspaceOf(1);
  const next = sets.isTable(entry) ? collectRecords(sets, entry, from, options.count) : SCAN_END;
  call.reply.array(2);
  call.reply.bulkInteger(next === SCAN_END ? 0 : next);
  const deferred = call.reply.arrayDeferred();
  const count = sets.isTable(entry) ? replyRecords(call, sets, options.match) : replyCompact(call, sets, entry, options.match);
  call.reply.closeArray(deferred, count);
}

/** Walks on until at least `count` records are found or all is seen; returns where to go on. */
function collectRecords(sets: Sets, entry: number, from: number, count: number): number {
  found.clear();
  let position = from;
  do position = sets.scanTable(entry, position, found);
  while (position < SCAN_END && found.length < count);
  return position;
}

function replyRecords(call: Call, sets: Sets, match: number): number {
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    sets.readRecord(found.at(i), member);
    if (replyIfMatching(call, match, member)) count++;
  }
  return count;
}

function replyCompact(call: Call, sets: Sets, entry: number, match: number): number {
  let count = 0;
  for (cursor.start(sets, entry); cursor.next();) if (replyIfMatching(call, match, cursor.member)) count++;
  return count;
}

function replyIfMatching(call: Call, match: number, scanned: ListpackValue): boolean {
  const { bytes, offset, length } = memberText(scanned);
  if (match !== 0 && !matchesPattern(call, match, bytes, offset, length)) return false;
  call.reply.bulk(bytes, offset, length);
  return true;
}
