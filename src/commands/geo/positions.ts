/** GEOPOS, GEOHASH and GEODIST: what single members' scores say. */
import { ValueType } from '../../keyspace/entry.ts';
import * as errors from '../../protocol/errors.ts';
import { formatFixed } from '../../protocol/format-fixed.ts';
import { distanceMeters } from '../../structures/geo/geo-distance.ts';
import { geohashText, GeoPosition } from '../../structures/geo/geohash.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';
import { readUnit } from './geo-arguments.ts';
import { geoRow } from './row.ts';

const coordinateDecimals = 17;
const distanceDecimals = 4;
const firstMember = 2;
const from = new GeoPosition();
const to = new GeoPosition();

export const geopos = geoRow('geopos', {
  arity: -2,
  flags: ['readonly'],
  keys: 'RO access',
  since: '3.2.0',
  summary: 'Tells longitudes and latitudes of members of a geospatial index.',
  syntax: 'GEOPOS key [member [member ...]]',
  complexity: 'O(1) for each member.',
  execute: (call) => eachMember(call, (isMember) => {
    if (isMember) replyPosition(call, from.longitude, from.latitude);
    else call.reply.nilArray();
  }),
});

export const geohash = geoRow('geohash', {
  arity: -2,
  flags: ['readonly'],
  keys: 'RO access',
  since: '3.2.0',
  summary: 'Tells positions of members of a geospatial index as geohash strings.',
  syntax: 'GEOHASH key [member [member ...]]',
  complexity: 'O(1) for each member.',
  execute: (call) => eachMember(call, (isMember) => {
    if (isMember) call.reply.bulkLatin1(geohashText(from));
    else call.reply.nil();
  }),
});

export const geodist = geoRow('geodist', {
  arity: -4,
  flags: ['readonly'],
  keys: 'RO access',
  since: '3.2.0',
  summary: 'Tells the distance between two members of a geospatial index.',
  syntax: 'GEODIST key member1 member2 [M | KM | FT | MI]',
  complexity: 'O(1)',
  execute(call) {
    if (call.argc > 5) return call.fail(errors.syntax);
    const unitMeters = call.argc === 5 ? readUnit(call, 4) : 1;
    if (unitMeters === undefined) return;
    const entry = findCollection(call, 1, ValueType.zset);
    if (entry === wrongTypeEntry) return;
    if (entry === 0 || !locate(call, entry, 2, from) || !locate(call, entry, 3, to)) return call.reply.nil();
    const meters = distanceMeters(from.longitude, from.latitude, to.longitude, to.latitude);
    call.reply.bulkLatin1(formatFixed(meters / unitMeters, distanceDecimals));
  },
});

/** Longitude and latitude, 17 decimals without zeros at the end. */
export function replyPosition(call: Call, longitude: number, latitude: number): void {
  call.reply.array(2);
  call.reply.doubleText(coordinate(longitude));
  call.reply.doubleText(coordinate(latitude));
}

/** Answers with what `reply` says of each member argument, whose position is in `from` if it is a member. */
function eachMember(call: Call, reply: (isMember: boolean) => void): void {
  const entry = findCollection(call, 1, ValueType.zset);
  if (entry === wrongTypeEntry) return;
  call.reply.array(call.argc - firstMember);
  for (let i = firstMember; i < call.argc; i++) reply(entry !== 0 && locate(call, entry, i, from));
}

function locate(call: Call, entry: number, i: number, position: GeoPosition): boolean {
  const score = call.keyspaceOf(1).sortedSets.scoreOf(entry, call.bytes, call.offset(i), call.length(i));
  if (Number.isNaN(score)) return false;
  position.setScore(score);
  return true;
}

function coordinate(degrees: number): string {
  const text = formatFixed(degrees, coordinateDecimals).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}
