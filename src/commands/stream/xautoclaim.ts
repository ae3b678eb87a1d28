/** XAUTOCLAIM: hands pending entries that have been idle for long to a consumer, step by step. */
import { consumerSeen, markActive } from '../../keyspace/streams/consumer-times.ts';
import { incrementDeliveries, PendingWord, readLong, writeLong } from '../../keyspace/streams/group-records.ts';
import type { Streams } from '../../keyspace/streams/streams.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { logAcknowledged, logClaimed } from './group-effects.ts';
import { createConsumer, findConsumer, findGroupForWrite, found } from './group-lookup.ts';
import { readStart } from './stream-ids.ts';
import { replyId } from './stream-replies.ts';
import { replyClaimed } from './xclaim.ts';

const countWord = wordBytes('count');
const justIdWord = wordBytes('justid');
const COUNT_DEFAULT = 100;
/** Pending entries that are looked at for each that may be returned. */
const ATTEMPTS_PER_ENTRY = 10;
/** Redis's: a tenth or a sixteenth of the largest long, whichever is less. */
const COUNT_MAX = (2n ** 63n - 1n) / 16n;
/** What an entry may take in a consumer's tree. */
const ENTRY_ROOM_BYTES = 32;
const OVERHEAD_BYTES = 256 * 1024;
const FIRST_OPTION = 6;
const names = { keyAt: 1, groupAt: 2, consumerAt: 3 };
const start = new StreamId();
const id = new StreamId();

interface Claim {
  readonly minIdleMs: number;
  count: number;
  isJustId: boolean;
}

/** What a step finds among the pending entries. */
interface Found {
  readonly claimed: number[];
  readonly gone: number[];
  readonly next: StreamId;
}

export const xautoclaim: ShardCommand = {
  name: 'xautoclaim',
  arity: -6,
  flags: ['write', 'fast'],
  acl: ['stream'],
  keys: oneKey('RW delete'),
  text: about(
    'stream', '6.2.0', 'Hands pending entries of a group that have been idle for long to one of its consumers.',
    'XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]', 'O(1) while COUNT is small'),
  place: 'shard',
  execute(call) {
    const claim = readClaim(call);
    if (claim === undefined || !findGroupForWrite(call, 1, 2)) return;
    if (found.group === 0) return call.fail(errors.noKeyOrGroup(call.latin1(1), call.latin1(2)));
    const { streams } = call.keyspaceOf(1);
    const step = look(streams, claim, call.nowMs);
    if (step.claimed.length > 0) take(call, streams, step.claimed, claim);
    const gone = step.gone.map((pending) => forget(call, streams, pending));
    call.reply.array(3);
    replyId(call.reply, step.next);
    replyClaimed(call, streams, step.claimed, claim.isJustId);
    call.reply.array(gone.length);
    for (const goneId of gone) replyId(call.reply, goneId);
  },
};

function readClaim(call: Call): Claim | undefined {
  const minIdleMs = call.int(4);
  if (Number.isNaN(minIdleMs)) return refuse(call, errors.invalidClaimArgument('min-idle-time', 'XAUTOCLAIM'));
  if (!readStart(call, 5, start)) return undefined;
  const claim: Claim = { minIdleMs: Math.max(minIdleMs, 0), count: COUNT_DEFAULT, isJustId: false };
  for (let i = FIRST_OPTION; i < call.argc; i++) {
    if (i + 1 < call.argc && call.is(i, countWord)) {
      const count = call.int64(++i);
      if (count === undefined || count < 1n || count > COUNT_MAX) return refuse(call, errors.claimCountNotPositive);
      claim.count = Number(count);
    } else if (call.is(i, justIdWord)) {
      claim.isJustId = true;
    } else {
      return refuse(call, errors.syntax);
    }
  }
  return claim;
}

/** Walks the group's pending entries from `start` on, without changing anything. */
function look(streams: Streams, { minIdleMs, count }: Claim, nowMs: number): Found {
  const step: Found = { claimed: [], gone: [], next: new StreamId() };
  const cursor = new TreeCursor(streams.arena);
  let on = streams.groups.seekPending(found.group, start, cursor);
  for (let attempts = count * ATTEMPTS_PER_ENTRY; on && attempts > 0; attempts--, on = cursor.next()) {
    if (step.claimed.length + step.gone.length >= count) break;
    const { i32 } = streams.arena;
    id.load(i32, cursor.ref * 2);
    if (!streams.has(found.head, id)) step.gone.push(cursor.ref);
    else if (minIdleMs === 0 || nowMs - readLong(i32, cursor.ref * 2 + PendingWord.deliveredAt) >= minIdleMs) step.claimed.push(cursor.ref);
  }
  if (on) step.next.load(streams.arena.i32, cursor.ref * 2);
  return step;
}

function take(call: Call, { groups, arena }: Streams, claimed: readonly number[], { isJustId }: Claim): void {
  call.keyspaceOf(1).assureRoom(claimed.length * ENTRY_ROOM_BYTES + OVERHEAD_BYTES);
  const consumer = findConsumer(call, 1, found.group, names.consumerAt) || createConsumer(call, 1, found.group, names.consumerAt);
  consumerSeen(arena, consumer, call.nowMs);
  markActive(arena, consumer, call.nowMs);
  for (const pending of claimed) {
    groups.assign(found.group, pending, consumer);
    writeLong(arena.i32, pending * 2 + PendingWord.deliveredAt, call.nowMs);
    if (!isJustId) incrementDeliveries(arena.i32, pending);
    logClaimed(call, names, found.group, pending);
    call.changes++;
  }
}

/** Removes what is pending though it is no longer in the stream; its id. */
function forget(call: Call, { groups, arena }: Streams, pending: number): StreamId {
  const goneId = new StreamId();
  goneId.load(arena.i32, pending * 2);
  groups.removePending(found.group, pending);
  logAcknowledged(call, 1, 2, goneId);
  call.changes++;
  return goneId;
}

function refuse(call: Call, error: string): undefined {
  call.fail(error);
  return undefined;
}
