/** ZRANGE and its older relatives, and the counts of ranges: ZCOUNT, ZLEXCOUNT. */
import { ValueType } from '../../keyspace/entry.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { Extent } from '../extent.ts';
import { bounds, type RangeKind } from './bounds.ts';
import { countWithinLimit, readRange, request, type FixedRange } from './range-request.ts';
import { beginMembers, replyBackward, replyForward } from './reply-members.ts';
import { sortedSetRow } from './row.ts';

const complexity = 'O(log(N)+M) with N members of the sorted set, M of them returned';

export const zrange = rangeRow(
  'zrange', '1.2.0', 'Returns the members of a range of ranks, scores or names.',
  'ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]', {});

export const zrevrange = rangeRow(
  'zrevrange', '1.2.0', 'Returns the members of a range of ranks that count from the end.',
  'ZREVRANGE key start stop [WITHSCORES]', { kind: 'rank', isReverse: true });

export const zrangebyscore = rangeRow(
  'zrangebyscore', '1.0.5', 'Returns the members of a range of scores.',
  'ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]', { kind: 'score', isReverse: false });

export const zrevrangebyscore = rangeRow(
  'zrevrangebyscore', '2.2.0', 'Returns the members of a range of scores from the last to the first.',
  'ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]', { kind: 'score', isReverse: true });

export const zrangebylex = rangeRow(
  'zrangebylex', '2.8.9', 'Returns the members of a range of names, where all have one score.',
  'ZRANGEBYLEX key min max [LIMIT offset count]', { kind: 'member', isReverse: false });

export const zrevrangebylex = rangeRow(
  'zrevrangebylex', '2.8.9', 'Returns the members of a range of names from the last to the first, where all have one score.',
  'ZREVRANGEBYLEX key max min [LIMIT offset count]', { kind: 'member', isReverse: true });

export const zcount = countRow('zcount', '2.0.0', 'Counts the members of a range of scores.', 'score');
export const zlexcount = countRow('zlexcount', '2.8.9', 'Counts the members of a range of names, where all have one score.', 'member');

function rangeRow(name: string, since: string, summary: string, syntax: string, fixed: FixedRange): ShardCommand {
  return sortedSetRow(name, {
    arity: -4, flags: ['readonly'], keys: 'RO access', since, summary, syntax, complexity,
    extent: fixed.kind === undefined || fixed.kind === 'rank' ? Extent.range : Extent.value, execute: (call) => replyRange(call, fixed),
  });
}

function countRow(name: string, since: string, summary: string, kind: RangeKind): ShardCommand {
  return sortedSetRow(name, {
    arity: 4, flags: ['readonly', 'fast'], keys: 'RO access', since, summary, syntax: `${name.toUpperCase()} key min max`,
    complexity: 'O(log(N)) with N members of the sorted set', execute: (call) => replyCount(call, kind),
  });
}

function replyRange(call: Call, fixed: FixedRange): void {
  if (!readRange(call, 2, fixed)) return;
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const { sortedSets } = call.keyspaceOf(1);
  const count = entry === 0 ? 0 : findRange(call, sortedSets, entry);
  const { isReverse, hasScores, offset } = request;
  beginMembers(call, count, hasScores);
  if (count === 0) return;
  if (isReverse) replyBackward(call, entry, bounds.to - 1 - offset, count, hasScores);
  else replyForward(call, entry, bounds.from + offset, count, hasScores);
}

/** How many members the request is about, which has been read; `bounds` has the ranks. */
export function findRange(call: Call, sortedSets: SortedSets, entry: number): number {
  return bounds.find(call, sortedSets, entry, request.isReverse) ? countWithinLimit(bounds.to - bounds.from) : 0;
}

function replyCount(call: Call, kind: RangeKind): void {
  if (!bounds.read(call, kind, 2, 3)) return;
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const isFound = entry !== 0 && bounds.find(call, call.keyspaceOf(1).sortedSets, entry);
  call.reply.integer(isFound ? bounds.to - bounds.from : 0);
}
