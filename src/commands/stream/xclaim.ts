/**
 * XCLAIM: hands pending entries to a consumer. As an effect it also tells of deliveries (group-effects.ts):
 * replayed, it happens at its TIME.
 */
import { consumerSeen, markActive } from '../../keyspace/streams/consumer-times.ts';
import { consumerOf, GroupWord, incrementDeliveries, PendingWord, readLong, writeLong, writeLong64 } from '../../keyspace/streams/group-records.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { logAcknowledged, logClaimed, logGroupId } from './group-effects.ts';
import { createConsumer, findConsumer, findGroupForWrite, found } from './group-lookup.ts';
import { parseId, readId } from './stream-ids.ts';
import { replyEntry, replyId } from './stream-replies.ts';

const FIRST_ID = 5;
const force = wordBytes('force');
const justId = wordBytes('justid');
const idle = wordBytes('idle');
const time = wordBytes('time');
const retryCount = wordBytes('retrycount');
const lastIdWord = wordBytes('lastid');
const names = { keyAt: 1, groupAt: 2, consumerAt: 3 };
const id = new StreamId();
const lastId = new StreamId();

/** What an XCLAIM asks for, besides the ids. */
interface Claim {
  readonly minIdleMs: number;
  /** Index behind the last id. */
  idsEnd: number;
  /** Undefined: now. */
  deliveredAt: number | undefined;
  /** Undefined: one more. */
  deliveries: bigint | undefined;
  isForced: boolean;
  isJustId: boolean;
}

export const xclaim: ShardCommand = {
  name: 'xclaim',
  arity: -6,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW update'),
  text: about(
    'stream', '5.0.0', 'Hands pending entries of a group to one of its consumers.',
    'XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]',
    'O(log N) with N pending entries of the group'),
  place: 'shard',
  execute(call) {
    if (!findGroupForWrite(call, 1, 2)) return;
    if (found.group === 0) return call.fail(errors.noKeyOrGroup(call.latin1(1), call.latin1(2)));
    const claim = readClaim(call);
    if (claim === undefined) return;
    const { streams, arena } = call.keyspaceOf(1);
    const nowMs = call.nowMs === 0 ? claim.deliveredAt ?? 0 : call.nowMs;
    const movesGroup = lastId.compareAt(arena.i32, found.group * 2 + GroupWord.lastId) > 0;
    if (movesGroup) lastId.store(arena.i32, found.group * 2 + GroupWord.lastId);
    const claimed = claimAll(call, streams, claim, nowMs);
    if (claimed.length === 0) noteUnclaimed(call, movesGroup, nowMs);
    replyClaimed(call, streams, claimed, claim.isJustId);
  },
};

/** Nothing was claimed: an effect that tells when the consumer was seen has no other purpose, and the group may have moved. */
function noteUnclaimed(call: Call, movesGroup: boolean, nowMs: number): void {
  const consumer = call.nowMs === 0 ? findConsumer(call, 1, found.group, names.consumerAt) : 0;
  if (consumer !== 0) consumerSeen(call.keyspaceOf(1).arena, consumer, nowMs);
  if (!movesGroup) return;
  call.changes++;
  logGroupId(call, 1, 2, found.group);
}

/** Undefined after an error. */
function readClaim(call: Call): Claim | undefined {
  const minIdleMs = call.int(4);
  if (Number.isNaN(minIdleMs)) return refuse(call, errors.invalidClaimArgument('min-idle-time', 'XCLAIM'));
  const claim: Claim = {
    minIdleMs: Math.max(minIdleMs, 0), idsEnd: FIRST_ID, deliveredAt: undefined, deliveries: undefined, isForced: false, isJustId: false,
  };
  while (claim.idsEnd < call.argc && parseId(call, claim.idsEnd, id)) claim.idsEnd++;
  lastId.setZero();
  for (let i = claim.idsEnd; i < call.argc; i++) {
    const end = readOption(call, i, claim);
    if (end === 0) return undefined;
    i = end;
  }
  return claim;
}

/** The index of the option's last argument, or 0 after an error. */
function readOption(call: Call, i: number, claim: Claim): number {
  const hasValue = i + 1 < call.argc;
  if (call.is(i, force)) claim.isForced = true;
  else if (call.is(i, justId)) claim.isJustId = true;
  else if (hasValue && call.is(i, idle)) return readTime(call, i + 1, claim, 'IDLE');
  else if (hasValue && call.is(i, time)) return readTime(call, i + 1, claim, 'TIME');
  else if (hasValue && call.is(i, retryCount)) return readDeliveries(call, i + 1, claim);
  else if (hasValue && call.is(i, lastIdWord)) return readId(call, i + 1, lastId) ? i + 1 : 0;
  else {
    call.fail(errors.unknownClaimOption(call.latin1(i)));
    return 0;
  }
  return i;
}

function readTime(call: Call, i: number, claim: Claim, option: 'IDLE' | 'TIME'): number {
  const ms = call.int(i);
  if (Number.isNaN(ms)) {
    call.fail(errors.invalidClaimArgument(`${option} option`, 'XCLAIM'));
    return 0;
  }
  const at = option === 'TIME' ? ms : call.nowMs - ms;
  const isSane = at >= 0 && (at <= call.nowMs || call.nowMs === 0);
  claim.deliveredAt = isSane ? at : undefined;
  return i;
}

function readDeliveries(call: Call, i: number, claim: Claim): number {
  const count = call.int64(i);
  if (count === undefined) {
    call.fail(errors.invalidClaimArgument('RETRYCOUNT option', 'XCLAIM'));
    return 0;
  }
  claim.deliveries = count >= 0n ? count : undefined;
  return i;
}

/** Claims what can be claimed; the pending entries, in the order of the arguments. */
function claimAll(call: Call, streams: Streams, claim: Claim, nowMs: number): number[] {
  const claimed: number[] = [];
  for (let i = FIRST_ID; i < claim.idsEnd; i++) {
    parseId(call, i, id);
    const pending = claimOne(call, streams, claim, nowMs, claimed.length === 0);
    if (pending !== 0) claimed.push(pending);
  }
  return claimed;
}

function claimOne(call: Call, streams: Streams, claim: Claim, nowMs: number, isFirst: boolean): number {
  const { groups, arena } = streams;
  const { group } = found;
  let pending = groups.findPending(group, id);
  if (!streams.has(found.head, id)) {
    if (pending !== 0) forget(call, streams, pending);
    return 0;
  }
  if (pending === 0 && !claim.isForced) return 0;
  if (pending === 0) pending = groups.addPending(group, 0, id);
  else if (consumerOf(arena, pending) !== 0 && isTooYoung(streams, pending, claim.minIdleMs, nowMs)) return 0;
  const consumer = findConsumer(call, 1, group, names.consumerAt) || createConsumer(call, 1, group, names.consumerAt);
  groups.assign(group, pending, consumer);
  consumerSeen(arena, consumer, nowMs);
  markActive(arena, consumer, nowMs);
  const { i32 } = arena;
  if (claim.deliveries !== undefined) writeLong64(i32, pending * 2 + PendingWord.deliveries, claim.deliveries);
  else if (!claim.isJustId) incrementDeliveries(i32, pending);
  call.changes++;
  const deliveredAt = claim.deliveredAt ?? nowMs;
  // An effect tells one time: of the claim first, then of the delivery it is said to have been.
  if (isFirst && deliveredAt !== nowMs) logAt(call, streams, pending, nowMs);
  logAt(call, streams, pending, deliveredAt);
  return pending;
}

function logAt(call: Call, { arena }: Streams, pending: number, deliveredAt: number): void {
  writeLong(arena.i32, pending * 2 + PendingWord.deliveredAt, deliveredAt);
  logClaimed(call, names, found.group, pending);
}

function isTooYoung({ arena }: Streams, pending: number, minIdleMs: number, nowMs: number): boolean {
  return minIdleMs > 0 && nowMs - readLong(arena.i32, pending * 2 + PendingWord.deliveredAt) < minIdleMs;
}

/** What is no longer in the stream need not be pending. */
function forget(call: Call, { groups }: Streams, pending: number): void {
  groups.removePending(found.group, pending);
  call.changes++;
  logAcknowledged(call, 1, 2, id);
}

/** Answers with the claimed entries, or their ids only. */
export function replyClaimed(call: Call, streams: Streams, claimed: readonly number[], isJustId: boolean): void {
  call.reply.array(claimed.length);
  for (const pending of claimed) {
    id.load(streams.arena.i32, pending * 2);
    if (isJustId) {
      replyId(call.reply, id);
    } else {
      streams.readCursor.seek(found.head, id);
      replyEntry(call.reply, streams.arena, streams.readCursor.entry);
    }
  }
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
