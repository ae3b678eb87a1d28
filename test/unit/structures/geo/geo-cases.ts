/**
 * Random positions and searches, and how redis-server is asked for them: positions in clouds of every
 * size, searches from a few meters to half the globe. A case comes from its seed alone.
 */
import { Random } from '../../../../src/base/random.ts';
import { GeoPosition, latitudeMax, longitudeMax, scoreOf } from '../../../../src/structures/geo/geohash.ts';
import { scoreRangesOf } from '../../../../src/structures/geo/geo-search.ts';
import { GeoBox, GeoCircle, type GeoShape, outside } from '../../../../src/structures/geo/geo-shape.ts';
import { sortPart } from '../../../../src/structures/partial-sort.ts';
import type { RespClient } from '../../../support/resp-client.ts';

export interface Search {
  readonly shape: GeoShape;
  /** Of GEOSEARCH, behind the key. */
  readonly words: readonly string[];
  /** 0: all. */
  readonly count: number;
  readonly isAnyEnough: boolean;
  readonly order: 'none' | 'ASC' | 'DESC';
}

export interface Member {
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
}

export interface GeoCase {
  readonly members: readonly Member[];
  readonly searches: readonly Search[];
}

interface Found {
  readonly name: string;
  readonly meters: number;
}

const cloudDegrees = [360, 40, 2, 0.01];
const units = [['m', 1], ['km', 1000], ['ft', 0.3048], ['mi', 1609.34]] as const;
const edgeLongitudes = [-180, 180, 0, 179.9999];
const edgeLatitudes = [-latitudeMax, latitudeMax, 0, 85];

export function geoCase(caseSeed: number, memberCountMax: number, searchCount: number): GeoCase {
  const random = new Random(caseSeed);
  const cloud = cloudDegrees[random.below(cloudDegrees.length)]!;
  const [longitude, latitude] = [random.float() * 360 - 180, random.float() * 170 - 85];
  const position = (): { longitude: number; latitude: number } => random.below(20) === 0
    ? { longitude: edgeLongitudes[random.below(4)]!, latitude: edgeLatitudes[random.below(4)]! }
    : { longitude: near(random, longitude, cloud, longitudeMax), latitude: near(random, latitude, cloud, latitudeMax) };
  const members: Member[] = [];
  const memberCount = 1 + random.below(memberCountMax);
  while (members.length < memberCount) {
    const place = random.below(6) === 0 ? members.at(-1) ?? position() : position();
    members.push({ ...place, name: `m${members.length}` });
  }
  return { members, searches: Array.from({ length: searchCount }, () => randomSearch(random, position())) };
}

/** The scores and the results that redis-server has. */
export async function redisAnswers(client: RespClient, { members, searches }: GeoCase): Promise<{ scores: number[]; found: string[][] }> {
  await client.pipeline([
    ['FLUSHALL'], ...members.map(({ longitude, latitude, name }) => ['GEOADD', 'g', longitude, latitude, name]),
  ]);
  const scores = await client.pipeline(members.map(({ name }) => ['ZSCORE', 'g', name]));
  const found = await client.pipeline(searches.map(({ words }) => ['GEOSEARCH', 'g', ...words]));
  return { scores: scores.map(Number), found: found as string[][] };
}

/** The same as our structures have it. */
export function ourAnswers({ members, searches }: GeoCase): { scores: number[]; found: string[][] } {
  const scores = members.map(({ longitude, latitude }) => scoreOf(longitude, latitude));
  const sorted = members.map(({ name }, i) => ({ name, score: scores[i]! }))
    .toSorted((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return { scores, found: searches.map((search) => find(sorted, search)) };
}

function find(members: readonly { name: string; score: number }[], { shape, count, isAnyEnough, order }: Search): string[] {
  const found: Found[] = [];
  const position = new GeoPosition();
  for (const { from, to } of scoreRangesOf(shape)) {
    for (const { name, score } of members) {
      if (score < from || score >= to || (isAnyEnough && found.length >= count)) continue;
      position.setScore(score);
      const meters = shape.distanceTo(position.longitude, position.latitude);
      if (meters !== outside) found.push({ name, meters });
    }
  }
  const wanted = count === 0 ? found.length : Math.min(count, found.length);
  return inOrder(found, wanted, order === 'none' && count > 0 && !isAnyEnough ? 'ASC' : order).slice(0, wanted).map(({ name }) => name);
}

function inOrder(found: Found[], wanted: number, order: Search['order']): Found[] {
  if (order === 'none') return found;
  const sign = order === 'ASC' ? 1 : -1;
  const compare = (a: Found, b: Found): number => sign * (Number(a.meters > b.meters) - Number(a.meters < b.meters));
  if (wanted === found.length) return found.toSorted(compare);
  sortPart(found, compare, 0, wanted - 1);
  return found;
}

function randomSearch(random: Random, center: { longitude: number; latitude: number }): Search {
  const [unit, unitMeters] = units[random.below(units.length)]!;
  const size = (): number => (random.below(30) === 0 ? 0 : 10 ** (random.float() * 8.2 - 0.5) / unitMeters);
  const [width, height] = [size(), size()];
  const isCircle = random.below(2) === 0;
  const count = random.below(3) === 0 ? 1 + random.below(12) : 0;
  const isAnyEnough = count > 0 && random.below(2) === 0;
  const order = (['none', 'ASC', 'DESC'] as const)[random.below(3)]!;
  const words = [
    'FROMLONLAT', String(center.longitude), String(center.latitude),
    ...(isCircle ? ['BYRADIUS', String(width)] : ['BYBOX', String(width), String(height)]), unit,
    ...(count > 0 ? ['COUNT', String(count)] : []), ...(isAnyEnough ? ['ANY'] : []), ...(order === 'none' ? [] : [order]),
  ];
  const shape = isCircle ? new GeoCircle(center, width * unitMeters) : new GeoBox(center, width, height, unitMeters);
  return { shape, words, count, isAnyEnough, order };
}

function near(random: Random, degrees: number, cloud: number, max: number): number {
  return Math.max(-max, Math.min(max, degrees + (random.float() - 0.5) * cloud));
}
