/**
 * GEOSEARCH, GEOSEARCHSTORE and the older GEORADIUS family: members of a sorted set of geohashes within a
 * shape. The source and the destination may live on two shards.
 */
import { ValueType } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import { formatFixed } from '../../protocol/format-fixed.ts';
import { GeoPosition } from '../../structures/geo/geohash.ts';
import { scoreRangesOf } from '../../structures/geo/geo-search.ts';
import { type GeoPoint, type GeoShape, outside } from '../../structures/geo/geo-shape.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { FoundPoints } from './found-points.ts';
import { replyPosition } from './positions.ts';
import { readSearch, type SearchQuery, type SearchStyle } from './search-query.ts';
import { storePoints } from './search-store.ts';

const distanceDecimals = 4;
const points = new FoundPoints();
const position = new GeoPosition();

export function search(call: Call, style: SearchStyle): void {
  const entry = findCollection(call, style.source, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  const keyspace = call.keyspaceOf(style.source);
  const query = readSearch(call, style, entry === 0 ? undefined : (i) => positionOf(call, keyspace, entry, i));
  if (query === undefined) return;
  points.clear();
  if (query.shape !== undefined) collect(keyspace, entry, query.shape, query.isAnyEnough ? query.count : Infinity);
  const wanted = query.count === 0 ? points.length : Math.min(query.count, points.length);
  const order = query.order === 'none' ? points.asFound() : points.byDistance(query.order === 'ascending', wanted);
  order.length = wanted;
  if (query.destination === 0) reply(call, query, order);
  else storePoints(call, query, points, order);
  points.clear();
}

function positionOf(call: Call, { sortedSets }: Keyspace, entry: number, i: number): GeoPoint | undefined {
  const score = sortedSets.scoreOf(entry, call.bytes, call.offset(i), call.length(i));
  if (Number.isNaN(score)) return undefined;
  position.setScore(score);
  return { longitude: position.longitude, latitude: position.latitude };
}

/** Ends as soon as `limit` points are found. */
function collect({ sortedSets }: Keyspace, entry: number, shape: GeoShape, limit: number): void {
  const { cursor } = sortedSets;
  for (const { from, to } of scoreRangesOf(shape)) {
    const rank = sortedSets.rankOfScore(entry, from, false);
    for (let on = cursor.moveTo(entry, rank); on && cursor.score < to; on = cursor.next()) {
      const { score } = cursor;
      position.setScore(score);
      const { longitude, latitude } = position;
      const meters = shape.distanceTo(longitude, latitude);
      if (meters !== outside) points.add(score, longitude, latitude, meters, cursor.bytes, cursor.offset, cursor.length);
      if (points.length >= limit) return;
    }
  }
}

function reply(call: Call, { withDistance, withHash, withPosition, unitMeters }: SearchQuery, order: readonly number[]): void {
  const { members } = points;
  const partCount = 1 + Number(withDistance) + Number(withHash) + Number(withPosition);
  call.reply.array(order.length);
  for (const i of order) {
    if (partCount > 1) call.reply.array(partCount);
    call.reply.bulk(members.bytes, members.offsetOf(i), members.lengthOf(i));
    if (withDistance) call.reply.bulkLatin1(formatFixed(points.meters(i) / unitMeters, distanceDecimals));
    if (withHash) replyHash(call, points.score(i));
    if (withPosition) replyPosition(call, points.longitude(i), points.latitude(i));
  }
}

/** Scores of the search are positive; the map's very corner is beyond the safe integers. */
function replyHash(call: Call, score: number): void {
  const hash = Math.trunc(score);
  if (Number.isSafeInteger(hash)) call.reply.integer(hash);
  else call.reply.integer64(BigInt(hash));
}
