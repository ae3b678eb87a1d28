/** ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK: about the whole sorted set, or about members by name. */
import { ValueType } from '../../keyspace/entry.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { sortedSetRow } from './row.ts';

const withScore = wordBytes('withscore');

export const zcard = sortedSetRow('zcard', {
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: 'RO',
  since: '1.2.0',
  summary: 'Returns the number of members of a sorted set.',
  syntax: 'ZCARD key',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.zset);
    if (entry !== wrongTypeEntry) call.reply.integer(entry === 0 ? 0 : call.keyspaceOf(1).sortedSets.length(entry));
  },
});

export const zscore = sortedSetRow('zscore', {
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: 'RO access',
  since: '1.2.0',
  summary: 'Returns the score of a member of a sorted set.',
  syntax: 'ZSCORE key member',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.zset);
    if (entry !== wrongTypeEntry) replyScore(call, entry, 2);
  },
});

export const zmscore = sortedSetRow('zmscore', {
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: 'RO access',
  since: '6.2.0',
  summary: 'Returns the scores of some members of a sorted set.',
  syntax: 'ZMSCORE key member [member ...]',
  complexity: 'O(N) with N members that are asked for',
  execute(call) {
    const entry = findCollection(call, 1, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    call.reply.array(call.argc - 2);
    for (let i = 2; i < call.argc; i++) replyScore(call, entry, i);
  },
});

export const zrank = sortedSetRow('zrank', {
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: 'RO access',
  since: '2.0.0',
  summary: 'Returns how many members of a sorted set come before one of them.',
  syntax: 'ZRANK key member [WITHSCORE]',
  complexity: 'O(log(N))',
  execute: (call) => replyRank(call, false),
});

export const zrevrank = sortedSetRow('zrevrank', {
  arity: -3,
  flags: ['readonly', 'fast'],
  keys: 'RO access',
  since: '2.0.0',
  summary: 'Returns how many members of a sorted set come behind one of them.',
  syntax: 'ZREVRANK key member [WITHSCORE]',
  complexity: 'O(log(N))',
  execute: (call) => replyRank(call, true),
});

/** The score of the member that argument `i` is, in the sorted set at `entry` or, if that is 0, in none. */
function replyScore(call: Call, entry: number, i: number): void {
  const score = entry === 0 ? Number.NaN : call.keyspaceOf(1).sortedSets.scoreOf(entry, call.bytes, call.offset(i), call.length(i));
  if (Number.isNaN(score)) call.reply.nil();
  else call.reply.double(score);
}

function replyRank(call: Call, isReverse: boolean): void {
  if (call.argc > 4) return call.fail(errors.wrongArity(isReverse ? 'zrevrank' : 'zrank'));
  const hasScore = call.argc === 4;
  if (hasScore && !call.is(3, withScore)) return call.fail(errors.syntax);
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const { sortedSets } = call.keyspaceOf(1);
  const rank = entry === 0 ? -1 : sortedSets.rankOf(entry, call.bytes, call.offset(2), call.length(2));
  if (rank < 0) return hasScore ? call.reply.nilArray() : call.reply.nil();
  if (hasScore) call.reply.array(2);
  call.reply.integer(isReverse ? sortedSets.length(entry) - 1 - rank : rank);
  if (hasScore) replyScore(call, entry, 2);
}
