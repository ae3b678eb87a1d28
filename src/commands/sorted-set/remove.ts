/** ZREM and the removals of ranges. All of them are their own effects. */
import { ValueType } from '../../keyspace/entry.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { findCollectionForWrite, removeIfEmpty, wrongTypeEntry } from '../collection.ts';
import { bounds, type RangeKind } from './bounds.ts';
import { sortedSetRow } from './row.ts';

export const zrem = sortedSetRow('zrem', {
  arity: -3,
  flags: ['write', 'fast'],
  keys: 'RW delete',
  since: '1.2.0',
  summary: 'Removes members from a sorted set.',
  syntax: 'ZREM key member [member ...]',
  complexity: 'O(M*log(N)) with N members of the sorted set, M of them to remove',
  execute(call) {
    const entry = findCollectionForWrite(call, 1, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    call.reply.integer(entry === 0 ? 0 : removeMembers(call, entry));
  },
});

export const zremrangebyrank = removalRow('zremrangebyrank', '2.0.0', 'Removes the members of a range of ranks.', 'start stop', 'rank');
export const zremrangebyscore = removalRow('zremrangebyscore', '1.2.0', 'Removes the members of a range of scores.', 'min max', 'score');
export const zremrangebylex = removalRow(
  'zremrangebylex', '2.8.9', 'Removes the members of a range of names, where all have one score.', 'min max', 'member');

function removalRow(name: string, since: string, summary: string, range: string, kind: RangeKind): ShardCommand {
  return sortedSetRow(name, {
    arity: 4, flags: ['write'], keys: 'RW delete', since, summary, syntax: `${name.toUpperCase()} key ${range}`,
    complexity: 'O(log(N)+M) with N members of the sorted set, M of them to remove',
    execute(call) {
      if (!bounds.read(call, kind, 2, 3)) return;
      const entry = findCollectionForWrite(call, 1, ValueType.zset);
      if (entry === wrongTypeEntry) return;
      call.reply.integer(entry === 0 ? 0 : removeRange(call, entry, name.toUpperCase()));
    },
  });
}

function removeMembers(call: Call, entry: number): number {
  const { sortedSets } = call.keyspaceOf(1);
  let count = 0;
  for (let i = 2; i < call.argc; i++) {
    if (!sortedSets.remove(entry, call.bytes, call.offset(i), call.length(i))) continue;
    count++;
    if (sortedSets.length(entry) === 0) break;
  }
  settle(call, entry, count, 'ZREM');
  return count;
}

function removeRange(call: Call, entry: number, name: string): number {
  const { sortedSets } = call.keyspaceOf(1);
  if (!bounds.find(call, sortedSets, entry)) return 0;
  const count = bounds.to - bounds.from;
  sortedSets.removeRange(entry, bounds.from, count);
  settle(call, entry, count, name);
  return count;
}

function settle(call: Call, entry: number, count: number, name: string): void {
  if (count === 0) return;
  call.logVerbatim(name);
  call.changes += count;
  removeIfEmpty(call, 1, entry);
}
