/** DUMP, RESTORE and RESTORE-ASKING: values in Redis's serialized form, between servers of any kind. */
import { Setting } from '../../channel/control.ts';
import { expiryOf, type NextExpiry, setAccessClock } from '../../keyspace/entry.ts';
import { BadFormatError } from '../../persistence/rdb/bad-format.ts';
import { dumpValue, hasValidFooter, restorePayload } from '../../persistence/rdb/value-codec.ts';
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { FlagName, ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { CommandOptions } from '../options.ts';

const options = new CommandOptions();
const replace = options.flag('replace');
const absTtl = options.flag('absttl');
const usage = options.group();
const idleTime = options.integer('idletime', usage);
const frequency = options.integer('freq', usage);
const clockMask = 0xffffff;
const frequencyMax = 255;
const firstOption = 4;

export const dump: ShardCommand = {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  acl: ['keyspace'],
  keys: oneKey('RO access'),
  text: about('generic', '2.6.0', 'Returns the value of a key in a serialized form.', 'DUMP key', 'O(N) with N bytes of the value'),
  place: 'shard',
  execute(call) {
    const entry = call.findForRead(1);
    if (entry === 0) return call.reply.nil();
    const payload = dumpValue(call.keyspaceOf(1), entry);
    call.reply.bulk(payload, 0, payload.length);
  },
};

export const restore = restoreRow('restore', '2.6.0', 'generic', []);
export const restoreAsking = restoreRow('restore-asking', '3.0.0', 'server', ['asking']);

function restoreRow(name: string, since: string, group: string, flags: readonly FlagName[]): ShardCommand {
  return {
    name,
    arity: -4,
    flags: ['write', 'denyoom', ...flags],
    acl: ['keyspace', 'dangerous'],
    keys: oneKey('OW update'),
    text: about(
      group, since, 'Makes a key from a serialized value.',
      `${name.toUpperCase()} key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]`, 'O(N) with N bytes of the value'),
    place: 'shard',
    execute: restoreKey,
  };
}

function restoreKey(call: Call): void {
  if (!options.read(call, firstOption) || !checkUsage(call)) return;
  const old = call.findForWrite(1);
  if (old !== 0 && replace.at === 0) return call.fail(errors.busyKey);
  const ttlMs = call.int64(2);
  if (ttlMs === undefined) return call.fail(errors.notInteger);
  if (ttlMs < 0n) return call.fail(errors.invalidRestoreTtl);
  if (!hasValidFooter(call.bytes, call.offset(3), call.length(3))) return call.fail(errors.badDumpPayload);
  store(call, old, ttlMs === 0n || absTtl.at !== 0 ? ttlMs : BigInt.asIntN(64, ttlMs + BigInt(call.nowMs)));
}

function store(call: Call, old: number, atMs: bigint): void {
  const keyspace = call.keyspaceOf(1);
  const expiry: NextExpiry = atMs === 0n ? 'none' : atMs <= BigInt(Number.MAX_SAFE_INTEGER) && atMs > 0n ? Number(atMs) : atMs;
  try {
    const entry = restorePayload(call.bytes, call.offset(3), call.length(3), {
      keyspace, db: call.db, slot: call.slotOf(1), key: call.bytes, keyAt: call.offset(1), keyBytes: call.length(1), expiry, old,
    });
    if (call.isExpired(keyspace, entry)) removeAtOnce(call, old, entry);
    else keep(call, entry);
  } catch (error) {
    if (!(error instanceof BadFormatError)) throw error;
    return call.fail(errors.badDumpFormat);
  }
  call.reply.ok();
}

/** A value whose time is over takes the place of the old one for no time. */
function removeAtOnce(call: Call, old: number, entry: number): void {
  call.keyspaceOf(1).remove(call.db, call.slotOf(1), entry);
  if (old === 0) return;
  call.logDelete(1);
  call.changes++;
}

function keep(call: Call, entry: number): void {
  const keyspace = call.keyspaceOf(1);
  call.touch(keyspace, entry);
  const isLfu = call.control.settings[Setting.lfu] === 1;
  const nowSeconds = Math.floor(call.nowMs / 1000);
  if (idleTime.at !== 0 && !isLfu) setAccessClock(keyspace.arena, entry, (nowSeconds - call.int(idleTime.at)) & clockMask);
  if (frequency.at !== 0 && isLfu) setAccessClock(keyspace.arena, entry, ((Math.floor(nowSeconds / 60) & 0xffff) << 8) | call.int(frequency.at));
  logRestore(call, entry);
  call.changes++;
}

function logRestore(call: Call, entry: number): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const expiry = expiryOf(call.keyspaceOf(1).arena, entry);
  effects.command(call.db, 'RESTORE', 5);
  effects.bytes(call.bytes, call.offset(1), call.length(1));
  effects.text(expiry === 'none' ? '0' : String(expiry));
  effects.bytes(call.bytes, call.offset(3), call.length(3));
  effects.text('REPLACE');
  effects.text('ABSTTL');
}

function checkUsage(call: Call): boolean {
  if (idleTime.at !== 0 && call.int64(idleTime.at)! < 0n) {
    call.fail(errors.invalidRestoreIdleTime);
    return false;
  }
  const given = frequency.at === 0 ? 0 : call.int(frequency.at);
  if (given < 0 || given > frequencyMax) {
    call.fail(errors.invalidRestoreFrequency);
    return false;
  }
  return true;
}
