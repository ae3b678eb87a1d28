/**
 * What a geo search has found as a sorted set, in place of whatever the destination holds. Its effects are
 * a DEL, if there was something, and ZADDs of many members each.
 */
import { DOUBLE_TEXT_BYTES_MAX, writeDouble } from '../../base/format-double.ts';
import { ValueType } from '../../keyspace/entry.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import type { Call } from '../call.ts';
import type { FoundPoints } from './found-points.ts';
import type { SearchQuery } from './search-query.ts';

/** Of one effect, so that it is read again with little memory. */
const membersPerEffect = 1024;
const scoreText = new Uint8Array(DOUBLE_TEXT_BYTES_MAX);

/** Stores the points that `order` names and answers with their number. None leave no key. */
export function storePoints(call: Call, query: SearchQuery, points: FoundPoints, order: readonly number[]): void {
  if (order.length === 0) removeOld(call, query.destination);
  else replaceOld(call, query, points, order);
  call.reply.integer(order.length);
}

function removeOld(call: Call, destination: number): void {
  const old = call.peek(destination);
  if (old === 0) return;
  call.keyspaceOf(destination).remove(call.db, call.slotOf(destination), old);
  call.logDelete(destination);
  call.changes++;
}

function replaceOld(call: Call, query: SearchQuery, points: FoundPoints, order: readonly number[]): void {
  const { destination } = query;
  const keyspace = call.keyspaceOf(destination);
  const fresh = keyspace.prepare(call.bytes, call.offset(destination), call.length(destination), ValueType.zset, 'none');
  try {
    fill(keyspace.sortedSets, fresh, query, points, order);
  } catch (error) {
    keyspace.discard(fresh);
    throw error;
  }
  const old = call.peek(destination);
  keyspace.install(call.db, call.slotOf(destination), old, fresh);
  call.touch(keyspace, fresh);
  logStored(call, query, points, order, old !== 0);
  call.changes += order.length;
}

function fill(sortedSets: SortedSets, entry: number, query: SearchQuery, points: FoundPoints, order: readonly number[]): void {
  const { members } = points;
  sortedSets.createLarge(entry);
  for (const i of order) sortedSets.put(entry, scoreOf(query, points, i), members.bytes, members.offsetOf(i), members.lengthOf(i));
  sortedSets.settle(entry);
}

function scoreOf({ storesDistance, unitMeters }: SearchQuery, points: FoundPoints, i: number): number {
  return storesDistance ? points.meters(i) / unitMeters : points.score(i);
}

function logStored(call: Call, query: SearchQuery, points: FoundPoints, order: readonly number[], hasOld: boolean): void {
  const { effects } = call;
  if (!effects.enabled) return;
  const isOne = !hasOld && order.length <= membersPerEffect;
  if (!isOne) effects.beginTransaction();
  if (hasOld) call.logDelete(query.destination);
  for (let from = 0; from < order.length; from += membersPerEffect) logMembers(call, query, points, order.slice(from, from + membersPerEffect));
  if (!isOne) effects.endTransaction();
}

function logMembers(call: Call, query: SearchQuery, points: FoundPoints, order: readonly number[]): void {
  const { effects } = call;
  const { members } = points;
  effects.command(call.db, 'ZADD', 1 + 2 * order.length);
  effects.bytes(call.bytes, call.offset(query.destination), call.length(query.destination));
  for (const i of order) {
    effects.bytes(scoreText, 0, writeDouble(scoreText, 0, scoreOf(query, points, i)));
    effects.bytes(members.bytes, members.offsetOf(i), members.lengthOf(i));
  }
}
