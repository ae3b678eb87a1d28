/** RENAME, RENAMENX, COPY, MOVE: a value gets another key or database. The keys may live on two shards. */
import { Setting } from '../../channel/control.ts';
import { accessClock, setAccessClock } from '../../keyspace/entry.ts';
import { equalBytes, wordBytes } from '../../protocol/ascii.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { duplicate, relocateValue } from './duplicate.ts';

export const rename: ShardCommand = {
  name: 'rename',
  arity: 3,
  flags: ['write'],
  acl: ['keyspace'],
  keys: [...oneKey('RW access delete'), ...oneKey('OW update', 2)],
  text: about('generic', '1.0.0', 'Gives a value another key, in place of what was there.', 'RENAME key newkey', 'O(N) with N bytes of the value'),
  place: 'shard',
  execute: (call) => renameKey(call, false),
};

export const renamenx: ShardCommand = {
  name: 'renamenx',
  arity: 3,
  flags: ['write', 'fast'],
  acl: ['keyspace'],
  keys: [...oneKey('RW access delete'), ...oneKey('OW insert', 2)],
  text: about('generic', '1.0.0', 'Gives a value another key unless that is taken.', 'RENAMENX key newkey', 'O(N) with N bytes of the value'),
  quickArgc: 0,
  place: 'shard',
  execute: (call) => renameKey(call, true),
};

export const copy: ShardCommand = {
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  acl: ['keyspace'],
  keys: [...oneKey('RO access'), ...oneKey('OW update', 2)],
  text: about('generic', '6.2.0', 'Copies a value to another key.', 'COPY source destination [DB destination-db] [REPLACE]', 'O(N) with N bytes or elements of the value'),
  place: 'shard',
  execute: copyKey,
};

export const move: ShardCommand = {
  name: 'move',
  arity: 3,
  flags: ['write', 'fast'],
  acl: ['keyspace'],
  keys: oneKey('RW access update'),
  text: about('generic', '1.0.0', 'Moves a key to another database.', 'MOVE key db', 'O(N) with N bytes of the value'),
  quickArgc: 0,
  place: 'shard',
  execute: moveKey,
};

const [int32Min, int32Max] = [-(2 ** 31), 2 ** 31 - 1];
const dbWord = wordBytes('db');
const replaceWord = wordBytes('replace');

function renameKey(call: Call, onlyIfAbsent: boolean): void {
  const source = call.findForWrite(1);
  if (source === 0) {
    call.fail(errors.noSuchKey);
    return;
  }
  if (sameKey(call)) {
    if (onlyIfAbsent) call.reply.integer(0);
    else call.reply.ok();
    return;
  }
  if (onlyIfAbsent && call.findForWrite(2) !== 0) {
    call.reply.integer(0);
    return;
  }
  relocate(call, source, 2, call.db);
  if (onlyIfAbsent) call.reply.integer(1);
  else call.reply.ok();
}

function copyKey(call: Call): void {
  let db = call.db;
  let replaces = false;
  for (let i = 3; i < call.argc; i++) {
    if (call.is(i, replaceWord)) {
      replaces = true;
    } else if (call.is(i, dbWord) && i + 1 < call.argc) {
      db = parseDb(call, ++i);
      if (db < 0) return;
    } else {
      call.fail(errors.syntax);
      return;
    }
  }
  if (db !== call.db && call.control.settings[Setting.clusterEnabled] === 1) return call.fail(clusterErrors.copyInCluster);
  if (db === call.db && sameKey(call)) return call.fail(errors.sameObject);
  const source = call.findForRead(1);
  if (source === 0 || (!replaces && call.peek(2, db) !== 0)) {
    call.reply.integer(0);
    return;
  }
  duplicate(call, source, 2, db);
  call.changes++;
  call.reply.integer(1);
}

function moveKey(call: Call): void {
  if (call.control.settings[Setting.clusterEnabled] === 1) return call.fail(clusterErrors.moveInCluster);
  const db = parseDb(call, 2);
  if (db < 0) return;
  if (db === call.db) return call.fail(errors.sameObject);
  const source = call.findForWrite(1);
  if (source === 0 || call.peek(1, db) !== 0) {
    call.reply.integer(0);
    return;
  }
  relocate(call, source, 1, db);
  call.reply.integer(1);
}

/** Puts the value of key argument 1 under key argument `target` of `db` and removes it from where it was. */
function relocate(call: Call, source: number, target: number, db: number): void {
  const from = call.keyspaceOf(1);
  const to = call.keyspaceOf(target);
  call.effects.beginTransaction();
  try {
    const clock = accessClock(from.arena, source);
    const placed = relocateValue(call, source, target, db);
    setAccessClock(to.arena, placed, clock);
    call.logDelete(1);
  } finally {
    call.effects.endTransaction();
  }
  call.changes++;
}

function sameKey(call: Call): boolean {
  return equalBytes(call.bytes, call.offset(1), call.length(1), call.bytes, call.offset(2), call.length(2));
}

/** A database index, or -1 after an error reply. */
function parseDb(call: Call, i: number): number {
  const db = call.int(i);
  if (Number.isNaN(db)) {
    call.fail(errors.notInteger);
    return -1;
  }
  if (db < int32Min || db > int32Max) {
    call.fail(errors.outOfRangeBetween(int32Min, int32Max));
    return -1;
  }
  if (db < 0 || db >= call.keyspaceOf(1).databaseCount) {
    call.fail(errors.dbIndexOutOfRange);
    return -1;
  }
  return db;
}
