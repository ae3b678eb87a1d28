/**
 * MSET, MSETNX, MSETEX: many keys at once, all or none. Keys may live on several shards. The effects,
 * one SET a key, are one transaction.
 */
import type { NextExpiry } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { allKeys, countedKeys } from '../key-specs.ts';
import { CommandOptions } from '../options.ts';
import * as errors from '../../protocol/errors.ts';
import { ExpiryOptions } from './expiry-options.ts';
import { writeArgument } from './write-string.ts';

const maxKeyCount = 2 ** 31 - 1;
const tableBytesMax = 4 * 2 ** 20;
const largeValueBytes = 32 * 1024;
const pageBytes = 64 * 1024;
const argumentOverheadBytes = 128;
const options = new CommandOptions();
const presence = options.group();
const nx = options.flag('nx', presence);
const xx = options.flag('xx', presence);
const lifetime = options.group();
const expiry = new ExpiryOptions(options, lifetime);
const keepTtl = options.flag('keepttl', lifetime);

export const mset: ShardCommand = {
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: allKeys('OW update', 2),
  text: {
    group: 'string', since: '1.0.1', summary: 'Sets the string values of one or more keys, atomically.',
    complexity: 'O(N) where N is the number of keys to set.', syntax: 'MSET key value [key value ...]',
  },
  place: 'shard',
  execute(call) {
    if (call.argc % 2 === 0) {
      call.fail(errors.wrongArity('mset'));
      return;
    }
    writePairs(call, 1, call.argc, 'none');
    call.reply.ok();
  },
};

export const msetnx: ShardCommand = {
  name: 'msetnx',
  arity: -3,
  flags: ['write', 'denyoom'],
  acl: ['string'],
  keys: allKeys('OW insert', 2),
  text: {
    group: 'string', since: '1.0.1', summary: 'Sets the string values of one or more keys if none of them exists.',
    complexity: 'O(N) where N is the number of keys to set.', syntax: 'MSETNX key value [key value ...]',
  },
  place: 'shard',
  execute(call) {
    if (call.argc % 2 === 0) {
      call.fail(errors.wrongArity('msetnx'));
      return;
    }
    writeIf(call, !isAnyPresent(call, 1, call.argc), 1, call.argc, 'none');
  },
};

export const msetex: ShardCommand = {
  name: 'msetex',
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  acl: ['string'],
  keys: countedKeys('OW update', 1, 2),
  text: {
    group: 'string', since: '8.4.0', summary: 'Sets the string values of one or more keys with one expiry, atomically and on conditions.',
    complexity: 'O(N) where N is the number of keys to set.',
    syntax: 'MSETEX numkeys key value [key value ...] [NX | XX] ' +
      '[EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  },
  place: 'shard',
  execute(call) {
    const keyCount = call.int(1);
    const end = 2 + 2 * keyCount;
    if (!(keyCount >= 1 && keyCount <= maxKeyCount)) {
      call.fail(errors.invalidKeyCount);
    } else if (end > call.argc) {
      call.fail(errors.wrongPairCount);
    } else if (options.read(call, end)) {
      const atMs = expiry.isGiven ? expiry.read(call, 'msetex') : 'none';
      if (atMs === undefined) return;
      writeIf(call, mayWrite(call, end, keyCount), 2, end, keepTtl.at !== 0 ? 'keep' : atMs);
    }
  },
};

function mayWrite(call: Call, end: number, keyCount: number): boolean {
  if (nx.at === 0 && xx.at === 0) return true;
  return countPresent(call, 2, end) === (xx.at === 0 ? 0 : keyCount);
}

/** Keys behind the first one that is present are not looked at: one whose time is over stays a while. */
function isAnyPresent(call: Call, first: number, end: number): boolean {
  for (let i = first; i < end; i += 2) if (call.findForWrite(i) !== 0) return true;
  return false;
}

function countPresent(call: Call, first: number, end: number): number {
  let count = 0;
  for (let i = first; i < end; i += 2) if (call.findForWrite(i) !== 0) count++;
  return count;
}

function writeIf(call: Call, isMet: boolean, first: number, end: number, next: NextExpiry): void {
  if (isMet) writePairs(call, first, end, next);
  call.reply.integer(isMet ? 1 : 0);
}

/** Stores the pairs of key and value that begin at argument `first`. */
function writePairs(call: Call, first: number, end: number, next: NextExpiry): void {
  const { effects } = call;
  for (const keyspace of call.heldKeyspaces()) keyspace.assureRoom(roomFor(call, first, end));
  effects.beginTransaction();
  try {
    for (let i = first; i < end; i += 2) writeArgument(call, i, call.findForWrite(i), i + 1, next);
  } finally {
    effects.endTransaction();
  }
}

/** More than any one shard needs for the pairs: entries, tables, and what size classes and pages leave unused. */
function roomFor(call: Call, first: number, end: number): number {
  let bytes = tableBytesMax;
  for (let i = first; i < end; i++) bytes += call.length(i) * 1.25 + (call.length(i) > largeValueBytes ? pageBytes : argumentOverheadBytes);
  return Math.ceil(bytes);
}
