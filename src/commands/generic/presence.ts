/** DEL, UNLINK, EXISTS, TOUCH, TYPE. */
import { typeNames, typeOf } from '../../keyspace/entry.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, oneKey } from '../key-specs.ts';

export const del: ShardCommand = {
  name: 'del',
  arity: -2,
  flags: ['write'],
  acl: ['keyspace'],
  keys: allKeys('RM delete'),
  text: about('generic', '1.0.0', 'Deletes one or more keys.', 'DEL key [key ...]', 'O(N) with N keys to delete'),
  place: 'shard',
  execute: removeKeys,
};

export const unlink: ShardCommand = {
  name: 'unlink',
  arity: -2,
  flags: ['write', 'fast'],
  acl: ['keyspace'],
  keys: allKeys('RM delete'),
  text: about('generic', '4.0.0', 'Deletes one or more keys, large values bit by bit.', 'UNLINK key [key ...]', 'O(N) with N keys to delete'),
  quickArgc: 0,
  place: 'shard',
  execute: removeKeys,
};

export const exists: ShardCommand = {
  name: 'exists',
  arity: -2,
  flags: ['readonly', 'fast'],
  acl: ['keyspace'],
  keys: allKeys('RO'),
  text: about('generic', '1.0.0', 'Counts which of the keys exist.', 'EXISTS key [key ...]', 'O(N) with N keys to check'),
  place: 'shard',
  execute(call) {
    let count = 0;
    for (let i = 1; i < call.argc; i++) if (call.findUntouched(i) !== 0) count++;
    call.reply.integer(count);
  },
};

export const touch: ShardCommand = {
  name: 'touch',
  arity: -2,
  flags: ['readonly', 'fast'],
  acl: ['keyspace'],
  keys: allKeys('RO'),
  text: about('generic', '3.2.1', 'Counts which of the keys exist, and marks them as just used.', 'TOUCH key [key ...]', 'O(N) with N keys to touch'),
  place: 'shard',
  execute(call) {
    let count = 0;
    for (let i = 1; i < call.argc; i++) {
      const entry = call.findUntouched(i);
      if (entry === 0) continue;
      // Even for a client with NO-TOUCH.
      call.touch(call.keyspaceOf(i), entry);
      count++;
    }
    call.reply.integer(count);
  },
};

export const type: ShardCommand = {
  name: 'type',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['keyspace'],
  keys: oneKey('RO'),
  text: about('generic', '1.0.0', 'Tells the type of the value at a key.', 'TYPE key'),
  place: 'shard',
  execute(call) {
    const entry = call.findUntouched(1);
    call.reply.simple(entry === 0 ? 'none' : typeNames[typeOf(call.keyspaceOf(1).arena, entry)]!);
  },
};

function removeKeys(call: Call): void {
  let count = 0;
  const several = call.argc > 2;
  if (several) call.effects.beginTransaction();
  for (let i = 1; i < call.argc; i++) {
    const entry = call.peek(i);
    if (entry === 0) continue;
    call.keyspaceOf(i).remove(call.db, call.slotOf(i), entry);
    call.logDelete(i);
    count++;
  }
  if (several) call.effects.endTransaction();
  call.changes += count;
  call.reply.integer(count);
}
