/** ZRANDMEMBER: one member or some at random, all different or not. */
import { ValueType } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { readDrawCount, refusesDraws } from '../draw-count.ts';
import { beginMembers, replyMember } from './reply-members.ts';
import { sortedSetRow } from './row.ts';

const withScores = wordBytes('withscores');

export const zrandmember = sortedSetRow('zrandmember', {
  arity: -2,
  flags: ['readonly'],
  keys: 'RO access',
  since: '6.2.0',
  summary: 'Returns members of a sorted set at random.',
  syntax: 'ZRANDMEMBER key [count [WITHSCORES]]',
  complexity: 'O(N) with N members returned',
  execute(call) {
    if (call.argc > 2) replySome(call);
    else replyOne(call);
  },
});

function replyOne(call: Call): void {
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  if (entry === 0) return call.reply.nil();
  const { sortedSets } = call.keyspaceOf(1);
  sortedSets.cursor.moveTo(entry, call.random.below(sortedSets.length(entry)));
  replyMember(call, sortedSets.cursor, false);
}

function replySome(call: Call): void {
  const count = readDrawCount(call, withScores);
  if (Number.isNaN(count)) return;
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const hasScores = call.argc === 4;
  if (entry === 0 || count === 0) return call.reply.array(0);
  if (refusesDraws(call, count)) return;
  const size = call.keyspaceOf(1).sortedSets.length(entry);
  if (count >= size) replyAll(call, entry, size, hasScores);
  else if (count < 0) replyRepeating(call, entry, size, -count, hasScores);
  else replyRanks(call, entry, drawRanks(call, size, count), hasScores);
}

/** From the last to the first, as Redis does. */
function replyAll(call: Call, entry: number, size: number, hasScores: boolean): void {
  const { cursor } = call.keyspaceOf(1).sortedSets;
  beginMembers(call, size, hasScores);
  for (let on = cursor.moveTo(entry, size - 1); on; on = cursor.prev()) replyMember(call, cursor, hasScores);
}

function replyRepeating(call: Call, entry: number, size: number, count: number, hasScores: boolean): void {
  const { cursor } = call.keyspaceOf(1).sortedSets;
  beginMembers(call, count, hasScores);
  for (let left = count; left > 0; left--) {
    cursor.moveTo(entry, call.random.below(size));
    replyMember(call, cursor, hasScores);
  }
}

function replyRanks(call: Call, entry: number, ranks: Iterable<number> & { readonly size: number }, hasScores: boolean): void {
  const { cursor } = call.keyspaceOf(1).sortedSets;
  beginMembers(call, ranks.size, hasScores);
  for (const rank of ranks) {
    cursor.moveTo(entry, rank);
    replyMember(call, cursor, hasScores);
  }
}

/** `count` different ranks below `size` (Floyd's algorithm: Bentley, "A sample of brilliance", 1987). */
function drawRanks(call: Call, size: number, count: number): Set<number> {
  const ranks = new Set<number>();
  for (let top = size - count; top < size; top++) {
    const drawn = call.random.below(top + 1);
    ranks.add(ranks.has(drawn) ? top : drawn);
  }
  return ranks;
}
