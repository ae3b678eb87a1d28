/** GET, MGET, STRLEN: reading whole values in place. */
import { ValueType, typeOf, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, oneKey } from '../key-specs.ts';

export const get: ShardCommand = {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['string'],
  keys: oneKey('RO access'),
  text: { group: 'string', since: '1.0.0', summary: 'Returns the string value of a key.', complexity: 'O(1)', syntax: 'GET key' },
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    if (entry === 0) call.reply.nil();
    else replyString(call, 1, entry);
  },
};

export const mget: ShardCommand = {
  name: 'mget',
  arity: -2,
  flags: ['readonly', 'fast'],
  acl: ['string'],
  keys: allKeys('RO access'),
  text: {
    group: 'string', since: '1.0.0', summary: 'Returns the string values of one or more keys, atomically.',
    complexity: 'O(N) where N is the number of keys to retrieve.', syntax: 'MGET key [key ...]',
  },
  place: 'shard',
  execute(call) {
    call.reply.array(call.argc - 1);
    for (let i = 1; i < call.argc; i++) {
      const entry = call.findForRead(i);
      const { arena } = call.keyspaceOf(i);
      if (entry === 0 || typeOf(arena, entry) !== ValueType.string) call.reply.nil();
      else call.reply.bulk(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
    }
  },
};

export const strlen: ShardCommand = {
  name: 'strlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  acl: ['string'],
  keys: oneKey('RO'),
  text: { group: 'string', since: '2.2.0', summary: 'Returns the length of a string value.', complexity: 'O(1)', syntax: 'STRLEN key' },
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    const keyspace = call.keyspaceOf(1);
    if (entry === 0) call.reply.integer(0);
    else if (call.hasType(keyspace, entry, ValueType.string)) call.reply.integer(valueLength(keyspace.arena, entry));
  },
};

/** Answers with the string value of key argument `i`, or WRONGTYPE. */
export function replyString(call: Call, i: number, entry: number): void {
  const keyspace = call.keyspaceOf(i);
  if (call.hasType(keyspace, entry, ValueType.string)) replyValue(call, i, entry);
}

/** Answers with the value of key argument `i`, which is a string. */
export function replyValue(call: Call, i: number, entry: number): void {
  const { arena } = call.keyspaceOf(i);
  call.reply.bulk(arena.u8, valueOffset(arena, entry), valueLength(arena, entry));
}
