/** The commands of the group geo, as the table lists them. */
import type { CommandRow, KeySpec } from '../command.ts';
import { oneKey } from '../key-specs.ts';
import { geoadd } from './geoadd.ts';
import { geodist, geohash, geopos } from './positions.ts';
import { geoRow } from './row.ts';
import { search } from './search.ts';

const complexity = 'O(N+log(M)) where N is the number of members in the cells around the shape and M that of all members.';
const units = '<M | KM | FT | MI>';
const around = '<FROMMEMBER member | FROMLONLAT longitude latitude>';
const shapes = `<BYRADIUS radius ${units} | BYBOX width height ${units}>`;
const details = '[WITHCOORD] [WITHDIST] [WITHHASH]';
const limited = '[COUNT count [ANY]] [ASC | DESC]';
const stored = '[STORE key | STOREDIST key]';

const geosearch = geoRow('geosearch', {
  arity: -7,
  flags: ['readonly'],
  keys: 'RO access',
  since: '6.2.0',
  summary: 'Finds the members of a geospatial index within a circle, a box or a polygon.',
  syntax: `GEOSEARCH key ${around} ${shapes} [ASC | DESC] [COUNT count [ANY]] ${details}`,
  complexity,
  execute: (call) => search(call, { center: 'options', source: 1, store: 'never' }),
});

const geosearchstore = geoRow('geosearchstore', {
  arity: -8,
  flags: ['write', 'denyoom'],
  keys: [...oneKey('OW update'), ...oneKey('RO access', 2)],
  since: '6.2.0',
  summary: 'Stores the members of a geospatial index within a circle, a box or a polygon under another key.',
  syntax: `GEOSEARCHSTORE destination source ${around} ${shapes} [ASC | DESC] [COUNT count [ANY]] [STOREDIST]`,
  complexity,
  execute: (call) => search(call, { center: 'options', source: 2, store: 'always' }),
});

const georadius = geoRow('georadius', {
  arity: -6,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: [...oneKey('RO access'), storeKey('STORE', 6), storeKey('STOREDIST', 6)],
  since: '3.2.0',
  summary: 'Finds the members of a geospatial index within a circle around a position, and may store them.',
  syntax: `GEORADIUS key longitude latitude radius ${units} ${details} ${limited} ${stored}`,
  complexity,
  execute: (call) => search(call, { center: 'coordinates', source: 1, store: 'option' }),
});

const georadiusRo = geoRow('georadius_ro', {
  arity: -6,
  flags: ['readonly'],
  keys: 'RO access',
  since: '3.2.10',
  summary: 'Finds the members of a geospatial index within a circle around a position.',
  syntax: `GEORADIUS_RO key longitude latitude radius ${units} ${details} ${limited}`,
  complexity,
  execute: (call) => search(call, { center: 'coordinates', source: 1, store: 'never' }),
});

const georadiusbymember = geoRow('georadiusbymember', {
  arity: -5,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: [...oneKey('RO access'), storeKey('STORE', 5), storeKey('STOREDIST', 5)],
  since: '3.2.0',
  summary: 'Finds the members of a geospatial index within a circle around one of them, and may store them.',
  syntax: `GEORADIUSBYMEMBER key member radius ${units} ${details} ${limited} ${stored}`,
  complexity,
  execute: (call) => search(call, { center: 'member', source: 1, store: 'option' }),
});

const georadiusbymemberRo = geoRow('georadiusbymember_ro', {
  arity: -5,
  flags: ['readonly'],
  keys: 'RO access',
  since: '3.2.10',
  summary: 'Finds the members of a geospatial index within a circle around one of them.',
  syntax: `GEORADIUSBYMEMBER_RO key member radius ${units} ${details} ${limited}`,
  complexity,
  execute: (call) => search(call, { center: 'member', source: 1, store: 'never' }),
});

export const geoCommands: readonly CommandRow[] = [
  geoadd, geodist, geohash, geopos, georadius, georadiusRo, georadiusbymember, georadiusbymemberRo, geosearch, geosearchstore,
];

function storeKey(keyword: string, startFrom: number): KeySpec {
  return { begin: { keyword, startFrom }, find: { lastKey: 0, step: 1, limit: 0 }, flags: ['OW', 'update', 'incomplete'] };
}
