/** GETDEL and GETEX: the value, and the key's end or its new expiry in one step. */
import type { Int64 } from '../../base/int64.ts';
import { ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { CommandOptions } from '../options.ts';
import { ExpiryOptions } from './expiry-options.ts';
import { replyValue } from './get.ts';

const options = new CommandOptions();
const lifetime = options.group();
const expiry = new ExpiryOptions(options, lifetime);
const persist = options.flag('persist', lifetime);

export const getdel: ShardCommand = {
  name: 'getdel',
  arity: 2,
  flags: ['write', 'fast'],
  acl: ['string'],
  keys: oneKey('RW access delete'),
  text: {
    group: 'string', since: '6.2.0', summary: 'Returns the string value of a key and removes the key.', complexity: 'O(1)',
    syntax: 'GETDEL key',
  },
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    if (entry === 0) call.reply.nil();
    else if (call.hasType(call.keyspaceOf(1), entry, ValueType.string)) replyAndRemove(call, entry);
  },
};

export const getex: ShardCommand = {
  name: 'getex',
  arity: -2,
  flags: ['write', 'fast'],
  acl: ['string'],
  keys: oneKey('RW access update'),
  text: {
    group: 'string', since: '6.2.0', summary: 'Returns the string value of a key and sets or removes its expiry.', complexity: 'O(1)',
    syntax: 'GETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]',
  },
  place: 'shard',
  execute(call) {
    if (!options.read(call, 2)) return;
    const entry = call.findForRead(1);
    if (entry === 0) {
      call.reply.nil();
      return;
    }
    if (!call.hasType(call.keyspaceOf(1), entry, ValueType.string)) return;
    if (expiry.isGiven) {
      const atMs = expiry.read(call, 'getex');
      if (atMs !== undefined) replyAndExpire(call, entry, atMs);
    } else {
      replyValue(call, 1, entry);
      if (persist.at !== 0 && call.keyspaceOf(1).clearExpiry(call.db, call.slotOf(1), entry)) logPersist(call);
    }
  },
};

/** Answers with a string and removes the key. */
function replyAndRemove(call: Call, entry: number): void {
  replyValue(call, 1, entry);
  call.keyspaceOf(1).remove(call.db, call.slotOf(1), entry);
  call.logDelete(1);
}

function replyAndExpire(call: Call, entry: number, atMs: Int64): void {
  if (atMs <= call.nowMs) {
    replyAndRemove(call, entry);
    return;
  }
  replyValue(call, 1, call.keyspaceOf(1).setExpiry(call.db, call.slotOf(1), entry, atMs));
  if (!call.effects.enabled) return;
  call.effects.command(call.db, 'PEXPIREAT', 2);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
  call.effects.text(atMs.toString());
}

function logPersist(call: Call): void {
  if (!call.effects.enabled) return;
  call.effects.command(call.db, 'PERSIST', 1);
  call.effects.bytes(call.bytes, call.offset(1), call.length(1));
}
