/**
 * Random geo commands: members in a few clouds, at the edges of the map and in the same place; searches of every size.
 */
import type { Pick } from './pick.ts';
import { apart } from './differences.ts';
import { type Production, row } from './production.ts';

const indexKeys = ['g0', 'g1', '{t}g'];
const distanceKeys = apart.distances.keys;
const { keys: meridianKeys, longitude: meridian } = apart.meridian;
const members = ['a', 'b', 'c', 'Palermo', 'Catania', '', '\0\xff', '42', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm'.repeat(70)];
/** Longitude, latitude and the width of the cloud around, in degrees. */
const clouds = [[13.4, 38.1, 3], [-122.4, 37.8, 0.02], [179.9, 10, 0.4], [20, 84.9, 0.3], [0, 0, 360], [-60, -70, 5]] as const;
const badNumbers = ['nan', 'inf', 'abc', '', '181', '-181', '91', '1e400', ' 1', '0x10', '1e5', '-0'];
const units = ['m', 'km', 'ft', 'mi', 'M', 'Km'];
const memberCountMax = 6;

export const geo: readonly Production[] = [
  row(30, (p) => ['GEOADD', index(p), ...addOptions(p), ...Array.from({ length: 1 + p.below(memberCountMax) }, () => [...position(p), member(p)]).flat()]),
  row(2, (p) => ['GEOADD', index(p), ...addOptions(p), ...position(p), ...(p.chance(0.5) ? [member(p)] : [])]),
  row(6, (p) => ['GEODIST', index(p), member(p), member(p), ...(p.chance(0.6) ? [unit(p)] : []), ...(p.chance(0.02) ? ['x'] : [])]),
  row(5, (p) => [p.of(['GEOPOS', 'GEOHASH']), index(p), ...Array.from({ length: p.below(4) }, () => member(p))]),
  row(24, (p) => ['GEOSEARCH', index(p), ...shuffled(p, [...center(p), ...shape(p), ...limits(p), ...details(p)])].flat()),
  row(6, (p) => ['GEOSEARCHSTORE', index(p), index(p), ...shuffled(p, [...center(p), ...shape(p), ...limits(p), ...(p.chance(0.03) ? details(p) : [])])].flat()),
  row(4, (p) => ['GEOADD', p.of(meridianKeys), ...Array.from({ length: 1 + p.below(memberCountMax) }, () => [meridian, latitude(p), member(p)]).flat()]),
  row(3, (p) => ['GEOSEARCHSTORE', p.of(distanceKeys), p.of(meridianKeys), ...shuffled(p, [p.chance(0.95) ? ['FROMMEMBER', member(p)] : ['FROMLONLAT', ...position(p)], ...shape(p), ...limits(p), ['STOREDIST']])].flat()),
  row(2, (p) => ['GEORADIUSBYMEMBER', p.of(meridianKeys), member(p), ...circle(p), ...shuffled(p, [...limits(p), ['STOREDIST', p.of(distanceKeys)]]).flat()]),
  row(6, (p) => [p.of(['GEORADIUS', 'GEORADIUS_RO']), index(p), ...position(p), ...circle(p), ...shuffled(p, [...limits(p), ...details(p)]).flat()]),
  row(6, (p) => [p.of(['GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO']), index(p), member(p), ...circle(p), ...shuffled(p, [...limits(p), ...details(p)]).flat()]),
  row(4, (p) => [...p.of([() => ['GEORADIUS', index(p), ...position(p)], () => ['GEORADIUSBYMEMBER', index(p), member(p)]])(), ...circle(p), ...shuffled(p, [...limits(p), ...stores(p)]).flat()]),
  row(3, (p) => ['ZRANGE', p.chance(0.7) ? index(p) : p.of(distanceKeys), '0', '-1', ...(p.chance(0.5) ? ['WITHSCORES'] : [])]),
  row(3, (p) => ['ZREM', index(p), member(p)]),
  row(2, (p) => ['ZCARD', p.chance(0.5) ? index(p) : p.of(distanceKeys)]),
  row(1, (p) => ['ZADD', index(p), p.of(['0', '-1', '1.5', 'inf', '-inf', '1e18', '4503599627370495', '3479099956230698.5']), member(p)]),
  row(1, (p) => ['DEL', p.chance(0.5) ? index(p) : p.of(distanceKeys)]),
  row(0.5, (p) => ['COMMAND', 'GETKEYS', 'GEORADIUS', index(p), '1', '1', '1', 'km', ...p.of([[], ['STORE', 'd0'], ['STOREDIST', 'd0', 'ASC']])]),
];

function index(p: Pick): string {
  return p.chance(0.05) ? p.key() : p.of(indexKeys);
}

function member(p: Pick): string {
  return p.of(members);
}

function unit(p: Pick): string {
  return p.chance(0.03) ? p.of(['', 'yd', 'kmm']) : p.of(units);
}

function position(p: Pick): [longitude: string, latitude: string] {
  if (p.chance(0.03)) return [p.of(badNumbers), p.of(badNumbers)];
  if (p.chance(0.05)) return [p.of(['180', '-180', '0', '179.9999']), p.of(['85.05112878', '-85.05112878', '0', '85.0511288'])];
  const [east, north, width] = p.of(clouds);
  return [near(p, east, width, 180), near(p, north, width, 85.05)];
}

function latitude(p: Pick): string {
  return near(p, 40, p.of([0.01, 1, 80]), 85.05);
}

function near(p: Pick, degrees: number, width: number, max: number): string {
  const value = degrees + (p.below(1_000_001) / 1_000_000 - 0.5) * width;
  return Math.max(-max, Math.min(max, value)).toFixed(1 + p.below(6));
}

/** Options are lists of words, so that their order can change. */
function center(p: Pick): string[][] {
  const centers = [['FROMMEMBER', member(p)], ['FROMLONLAT', ...position(p)]];
  return p.chance(0.03) ? p.of([[], centers]) : [p.of(centers)];
}

function shape(p: Pick): string[][] {
  const shapes = [['BYRADIUS', ...circle(p)], ['BYBOX', size(p), size(p), unit(p)]];
  return p.chance(0.03) ? p.of([[], shapes]) : [p.of(shapes)];
}

function circle(p: Pick): string[] {
  return [size(p), unit(p)];
}

function size(p: Pick): string {
  if (p.chance(0.03)) return p.of(['-1', 'nan', 'inf', '', 'abc', '1e300', '0', '1e-300']);
  return (10 ** (p.below(80) / 10 - 0.5)).toFixed(p.below(4));
}

function limits(p: Pick): string[][] {
  const options: string[][] = [];
  if (p.chance(0.4)) options.push([p.of(['ASC', 'DESC', 'asc'])]);
  if (p.chance(0.4)) options.push(['COUNT', p.chance(0.95) ? String(1 + p.below(8)) : p.of(['0', '-1', 'x', '9223372036854775807']), ...(p.chance(0.3) ? ['ANY'] : [])]);
  if (p.chance(0.01)) options.push(p.of([['ANY'], ['FOO'], ['COUNT'], ['BYRADIUS', '1'], ['STORE', 'd0']]));
  return options;
}

function details(p: Pick): string[][] {
  return ['WITHCOORD', 'WITHDIST', 'WITHHASH'].filter(() => p.chance(0.4)).map((word) => [word]);
}

function stores(p: Pick): string[][] {
  const store = p.chance(0.95) ? ['STORE', index(p)] : ['STOREDIST', p.of(distanceKeys)];
  return p.chance(0.03) ? [store, ...details(p)] : [store];
}

function addOptions(p: Pick): string[] {
  return ['NX', 'XX', 'CH', 'ch'].filter(() => p.chance(0.12));
}

function shuffled(p: Pick, options: readonly (readonly string[])[]): string[][] {
  const left = options.map((option) => [...option]);
  return options.map(() => left.splice(p.below(left.length), 1)[0]!);
}
