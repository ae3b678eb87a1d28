/** DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, RANDOMKEY: commands about whole databases, on every shard at once. */
import { keySlot } from '../../base/crc16.ts';
import { Setting } from '../../channel/control.ts';
import { keyLength, keyOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as clusterErrors from '../../protocol/cluster-errors.ts';
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';

const asyncWord = wordBytes('async');
const syncWord = wordBytes('sync');
/** RANDOMKEY draws so often among keys that are mostly hidden. */
const hiddenDrawsMax = 1000;

export const dbsize: ShardCommand = {
  name: 'dbsize',
  arity: 1,
  flags: ['readonly', 'fast'],
  acl: ['keyspace'],
  keys: [],
  text: about('server', '1.0.0', 'Counts the keys of the database.', 'DBSIZE'),
  place: 'every-shard',
  execute: (call) => call.reply.integer(countKeys(call)),
};

export const flushdb: ShardCommand = {
  name: 'flushdb',
  arity: -1,
  flags: ['write'],
  acl: ['keyspace', 'dangerous'],
  keys: [],
  text: about('server', '1.0.0', 'Removes all keys of the database.', 'FLUSHDB [ASYNC | SYNC]', 'O(N) with N keys'),
  place: 'every-shard',
  execute(call) {
    const isLazy = readMode(call);
    if (isLazy === undefined) return;
    for (const keyspace of call.heldKeyspaces()) empty(keyspace, call.db, isLazy);
    call.control.settings[Setting.flushes]!++;
    call.effects.command(call.db, 'FLUSHDB', 0);
    call.changes++;
    call.reply.ok();
  },
};

export const flushall: ShardCommand = {
  name: 'flushall',
  arity: -1,
  flags: ['write'],
  acl: ['keyspace', 'dangerous'],
  keys: [],
  text: about('server', '1.0.0', 'Removes all keys of all databases.', 'FLUSHALL [ASYNC | SYNC]', 'O(N) with N keys'),
  place: 'every-shard',
  execute(call) {
    const isLazy = readMode(call);
    if (isLazy === undefined) return;
    for (const keyspace of call.heldKeyspaces()) for (let db = 0; db < keyspace.databaseCount; db++) empty(keyspace, db, isLazy);
    call.control.settings[Setting.flushes]!++;
    call.effects.command(call.db, 'FLUSHALL', 0);
    call.changes++;
    call.reply.ok();
  },
};

export const swapdb: ShardCommand = {
  name: 'swapdb',
  arity: 3,
  flags: ['write', 'fast'],
  acl: ['keyspace', 'dangerous'],
  keys: [],
  text: about('server', '4.0.0', 'Exchanges two databases.', 'SWAPDB index1 index2', 'O(1) for each shard'),
  place: 'every-shard',
  execute(call) {
    if (call.control.settings[Setting.clusterEnabled] === 1) return call.fail(clusterErrors.swapDbInCluster);
    const [first, second] = [call.int(1), call.int(2)];
    if (!isInt32(first)) return call.fail(errors.invalidFirstDb);
    if (!isInt32(second)) return call.fail(errors.invalidSecondDb);
    const { databaseCount } = call.keyspaceOfSlot(call.participants[0]!);
    if (Math.min(first, second) < 0 || Math.max(first, second) >= databaseCount) return call.fail(errors.dbIndexOutOfRange);
    for (const keyspace of call.heldKeyspaces()) keyspace.swap(first, second);
    call.effects.command(call.db, 'SWAPDB', 2);
    call.effects.integer(first);
    call.effects.integer(second);
    call.changes++;
    call.reply.ok();
  },
};

export const randomkey: ShardCommand = {
  name: 'randomkey',
  arity: 1,
  flags: ['readonly'],
  acl: ['keyspace'],
  keys: [],
  text: about('generic', '1.0.0', 'Draws a key at random.', 'RANDOMKEY'),
  place: 'every-shard',
  execute(call) {
    // Each expired key that is drawn is gone afterwards, so this ends.
    for (let draws = 0; countKeys(call) > 0; draws++) {
      const keyspace = drawKeyspace(call);
      const { arena } = keyspace;
      const entry = keyspace.random(call.db, call.random);
      if (call.control.isHidden(keySlot(arena.u8, keyOffset(arena, entry), keyLength(arena, entry)))) {
        if (draws < hiddenDrawsMax) continue;
        replyFirstVisible(call);
        return;
      }
      if (!call.isExpired(keyspace, entry)) {
        call.reply.bulk(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
        return;
      }
      call.expire(keyspace, keySlot(arena.u8, keyOffset(arena, entry), keyLength(arena, entry)), entry);
    }
    call.reply.nil();
  },
};

function countKeys(call: Call): number {
  let count = 0;
  for (const keyspace of call.heldKeyspaces()) count += keyspace.keyCount(call.db);
  const { control } = call;
  let hidden = control.settings[Setting.hiddenSlots]!;
  for (let slot = 0; hidden > 0; slot++) {
    if (!control.isHidden(slot)) continue;
    count -= call.keyspaceOfSlot(slot).slotKeyCount(call.db, slot);
    hidden--;
  }
  return count;
}

/** Where nearly all keys are hidden, the first that is not has to do. */
function replyFirstVisible(call: Call): void {
  for (const keyspace of call.heldKeyspaces()) {
    let slot = keyspace.nextUsedSlot(call.db, 0);
    while (slot >= 0 && call.control.isHidden(slot)) slot = keyspace.nextUsedSlot(call.db, slot + 1);
    if (slot < 0) continue;
    const found = new AddressList();
    const { arena } = keyspace;
    for (let at = 0; found.length === 0; ) at = keyspace.scanSlot(call.db, slot, at, found);
    call.reply.bulk(arena.u8, keyOffset(arena, found.at(0)), keyLength(arena, found.at(0)));
    return;
  }
  call.reply.nil();
}

/** One of the keyspaces, by its share of the keys. */
function drawKeyspace(call: Call): Keyspace {
  let rank = call.random.below(countKeys(call));
  for (const keyspace of call.heldKeyspaces()) {
    rank -= keyspace.keyCount(call.db);
    if (rank < 0) return keyspace;
  }
  return call.keyspaceOfSlot(call.participants[0]!);
}

/** Whether the memory may come back later; undefined after an error reply. */
function readMode(call: Call): boolean | undefined {
  if (call.argc === 1) return call.control.settings[Setting.lazyUserFlush] === 1;
  if (call.argc === 2 && call.is(1, asyncWord)) return true;
  if (call.argc === 2 && call.is(1, syncWord)) return false;
  call.fail(errors.syntax);
  return undefined;
}

function empty(keyspace: Keyspace, db: number, isLazy: boolean): void {
  if (isLazy) keyspace.unlinkDatabase(db);
  else keyspace.flush(db);
}

function isInt32(n: number): boolean {
  return !Number.isNaN(n) && n === (n | 0);
}
