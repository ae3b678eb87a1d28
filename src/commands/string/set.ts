/**
 * SET with all its options, and the commands that are some of them: SETNX, SETEX, PSETEX, GETSET.
 * Conditions have been judged by the time of the effect, which is a plain SET.
 */
import { type NextExpiry, ValueType, valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { CommandOptions } from '../options.ts';
import { type ConditionKind, meetsCondition } from './condition.ts';
import { ExpiryOptions, readExpiry } from './expiry-options.ts';
import { replyValue } from './get.ts';
import { writeArgument } from './write-string.ts';

const options = new CommandOptions();
const presence = options.group();
const nx = options.flag('nx', presence);
const xx = options.flag('xx', presence);
const comparisons = (['ifeq', 'ifne', 'ifdeq', 'ifdne'] as const).map((kind) => ({ kind, option: options.valued(kind, presence) }));
const lifetime = options.group();
const expiry = new ExpiryOptions(options, lifetime);
const keepTtl = options.flag('keepttl', lifetime);
const returnOld = options.flag('get');

export const set: ShardCommand = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: oneKey('RW access update variable_flags'),
  text: {
    group: 'string', since: '1.0.0', summary: 'Sets the string value of a key, whatever it held; creates the key if need be.', complexity: 'O(1)',
    syntax: 'SET key value [NX | XX | IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest] [GET] ' +
      '[EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  },
  place: 'shard',
  execute(call) {
    if (call.argc > 3) {
      setWithOptions(call);
      return;
    }
    writeArgument(call, 1, call.findForWrite(1), 2, 'none');
    call.reply.ok();
  },
};

export const setnx: ShardCommand = {
  name: 'setnx',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['string'],
  keys: oneKey('OW insert'),
  text: {
    group: 'string', since: '1.0.0', summary: 'Sets the string value of a key that does not exist yet.', complexity: 'O(1)',
    syntax: 'SETNX key value',
  },
  place: 'shard',
  execute(call) {
    const entry = call.findForWrite(1);
    if (entry === 0) writeArgument(call, 1, 0, 2, 'none');
    call.reply.integer(entry === 0 ? 1 : 0);
  },
};

export const setex: ShardCommand = {
  name: 'setex',
  arity: 4,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: oneKey('OW update'),
  text: {
    group: 'string', since: '2.0.0', summary: 'Sets the string value and the time to live of a key.', complexity: 'O(1)',
    syntax: 'SETEX key seconds value',
  },
  place: 'shard',
  execute: (call) => setExpiring(call, 1000, 'setex'),
};

export const psetex: ShardCommand = {
  name: 'psetex',
  arity: 4,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: oneKey('OW update'),
  text: {
    group: 'string', since: '2.6.0', summary: 'Sets the string value and the time to live in milliseconds of a key.', complexity: 'O(1)',
    syntax: 'PSETEX key milliseconds value',
  },
  place: 'shard',
  execute: (call) => setExpiring(call, 1, 'psetex'),
};

export const getset: ShardCommand = {
  name: 'getset',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  acl: ['string'],
  keys: oneKey('RW access update'),
  text: {
    group: 'string', since: '1.0.0', summary: 'Sets the string value of a key and returns the one it had.', complexity: 'O(1)',
    syntax: 'GETSET key value',
  },
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    if (entry !== 0 && !call.hasType(call.keyspaceOf(1), entry, ValueType.string)) return;
    replaceAndReply(call, entry, 'none');
  },
};

function setExpiring(call: Call, unitMs: number, name: string): void {
  const atMs = readExpiry(call, 2, unitMs, call.nowMs, name);
  if (atMs === undefined) return;
  writeArgument(call, 1, call.findForWrite(1), 3, atMs);
  call.reply.ok();
}

function setWithOptions(call: Call): void {
  if (!options.read(call, 3)) return;
  const atMs = expiry.isGiven ? expiry.read(call, 'set') : 'none';
  if (atMs === undefined) return;
  const entry = returnOld.at !== 0 ? call.findForRead(1) : call.findForWrite(1);
  const isMet = judge(call, entry);
  if (isMet === undefined) return;
  if (isMet) {
    overwrite(call, entry, keepTtl.at !== 0 ? 'keep' : atMs);
  } else if (returnOld.at !== 0 && entry !== 0) {
    replyValue(call, 1, entry);
  } else {
    call.reply.nil();
  }
}

/** Whether the key is to be set; undefined after an error reply. */
function judge(call: Call, entry: number): boolean | undefined {
  const comparison = comparisons.find(({ option }) => option.at !== 0);
  if (entry === 0) return xx.at === 0 && (comparison === undefined || isMetByAbsence(comparison.kind));
  if (nx.at === 0 && comparison === undefined && returnOld.at === 0) return true;
  const keyspace = call.keyspaceOf(1);
  if ((comparison !== undefined || returnOld.at !== 0) && !call.hasType(keyspace, entry, ValueType.string)) return undefined;
  if (comparison === undefined) return nx.at === 0;
  return meetsCondition(call, keyspace, entry, comparison.kind, comparison.option.at);
}

function isMetByAbsence(kind: ConditionKind): boolean {
  return kind === 'ifne' || kind === 'ifdne';
}

function overwrite(call: Call, entry: number, next: NextExpiry): void {
  if (returnOld.at !== 0) {
    replaceAndReply(call, entry, next);
    return;
  }
  writeArgument(call, 1, entry, 2, next);
  call.reply.ok();
}

/**
 * Stores argument 2 under the key and answers with the string that was there. The answer comes last,
 * from a copy: written before the change it could not be taken back if the change finds no memory.
 */
function replaceAndReply(call: Call, entry: number, next: NextExpiry): void {
  const old = entry === 0 ? undefined : copyOf(call.keyspaceOf(1), entry);
  writeArgument(call, 1, entry, 2, next);
  if (old === undefined) call.reply.nil();
  else call.reply.bulk(old, 0, old.length);
}

function copyOf({ arena }: Keyspace, entry: number): Uint8Array {
  const start = valueOffset(arena, entry);
  return arena.u8.slice(start, start + valueLength(arena, entry));
}
