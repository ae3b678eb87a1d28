/** RENAME, RENAMENX, COPY, MOVE: a value gets another key or database. The keys may live on two shards. */
import { Setting } from '../../channel/control.ts';
import { encodingOf, expiry64, expiryFlag, valueLength, valueOffset } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { emitEntry } from '../emit-entry.ts';

export const rename: ShardCommand = {
  name: 'rename',
  arity: 3,
  flags: ['write'],
  acl: ['keyspace'],
  keys: [...oneKey('RW access delete'), ...oneKey('OW update', 2)],
  text: about('generic', '1.0.0', 'Gives a value another key, in place of what was there.', 'RENAME key newkey'),
  place: 'shard',
  execute: (call) => renameKey(call, false),
};

export const renamenx: ShardCommand = {
  name: 'renamenx',
  arity: 3,
  flags: ['write', 'fast'],
  acl: ['keyspace'],
  keys: [...oneKey('RW access delete'), ...oneKey('OW insert', 2)],
  text: about('generic', '1.0.0', 'Gives a value another key unless that is taken.', 'RENAMENX key newkey'),
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
  text: about('generic', '1.0.0', 'Moves a key to another database.', 'MOVE key db'),
  place: 'shard',
  execute: moveKey,
};

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
  call.effects.beginTransaction();
  duplicate(call, source, 2, call.db);
  removeSource(call);
  call.effects.endTransaction();
  call.changes++;
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
  if (db !== call.db && call.control.settings[Setting.clusterEnabled] === 1) return call.fail(errors.copyInCluster);
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
  if (call.control.settings[Setting.clusterEnabled] === 1) return call.fail(errors.moveInCluster);
  const db = parseDb(call, 2);
  if (db < 0) return;
  if (db === call.db) return call.fail(errors.sameObject);
  const source = call.findForWrite(1);
  if (source === 0 || call.peek(1, db) !== 0) {
    call.reply.integer(0);
    return;
  }
  call.effects.beginTransaction();
  duplicate(call, source, 1, db);
  removeSource(call);
  call.effects.endTransaction();
  call.changes++;
  call.reply.integer(1);
}

/** Puts the value and expiry of key argument 1's entry under key argument `target` of `db`, and leaves the effect. */
function duplicate(call: Call, source: number, target: number, db: number): void {
  const from = call.keyspaceOf(1);
  const to = call.keyspaceOf(target);
  const slot = call.slotOf(target);
  const old = to.find(db, slot, call.bytes, call.offset(target), call.length(target));
  const expiry = (from.arena.i32[source * 2]! & expiryFlag) === 0 ? undefined : expiry64(from.arena, source);
  const entry = to.putString(
    db, slot, old, call.bytes, call.offset(target), call.length(target),
    from.arena.u8, valueOffset(from.arena, source), valueLength(from.arena, source), encodingOf(from.arena, source), false);
  const placed = expiry === undefined ? entry : to.setExpiry(db, slot, entry, expiry);
  call.touch(to, placed);
  if (call.effects.enabled) emitEntry(call.effects, db, to.arena, placed, call.bytes, call.offset(target), call.length(target));
}

/** Looks the source up anew: writing the target may have moved it. */
function removeSource(call: Call): void {
  const from = call.keyspaceOf(1);
  const slot = call.slotOf(1);
  from.remove(call.db, slot, from.find(call.db, slot, call.bytes, call.offset(1), call.length(1)));
  call.logDelete(1);
}

function sameKey(call: Call): boolean {
  if (call.length(1) !== call.length(2)) return false;
  for (let i = 0; i < call.length(1); i++) if (call.bytes[call.offset(1) + i] !== call.bytes[call.offset(2) + i]) return false;
  return true;
}

/** A database index, or -1 after an error reply. */
function parseDb(call: Call, i: number): number {
  const db = call.int(i);
  if (Number.isNaN(db) || Math.abs(db) > 0x7fff_ffff) {
    call.fail(errors.notInteger);
    return -1;
  }
  if (db < 0 || db >= call.keyspaceOf(1).databaseCount) {
    call.fail(errors.dbIndexOutOfRange);
    return -1;
  }
  return db;
}
