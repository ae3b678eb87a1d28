/**
 * Random commands about sorted sets: few members that meet again and again, scores on all edges, ranges of every kind.
 */
import type { Pick } from './pick.ts';
import { apart } from './differences.ts';
import { type Production, row, walk } from './production.ts';

const setKeys = ['z0', 'z1', 'z2', '{t}z'];
const nameKeys = apart.names.keys;
const members = ['a', 'b', 'c', 'ab', '', '\0\xff', '1', '12', '-7', '007', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9', 'member', 'MEMBER'];
const longMember = 'm'.repeat(65);
const scores = [
  '0', '-0', '1', '-1', '2', '3', '1.5', '0.1', '0.2', '1e3', '-2.5', 'inf', '-inf', '+inf', '1e300', '-1e300', '5e-324', '123456789012345678', '9007199254740993',
  '4611686018427387904', '0x10', '.5', '3.0e0',
];
const noScores = ['', 'nan', 'x', ' 1', '1 ', '1e400', '1e-400', '1\0', '--1'];
const pairCountMax = 5;

export const sortedSet: readonly Production[] = [
  row(30, (p) => ['ZADD', key(p), ...addOptions(p), ...pairs(p, pairCountMax)]),
  row(6, (p) => ['ZADD', p.of(nameKeys), ...p.of<string[]>([[], [], ['NX'], ['CH']]), ...Array.from({ length: 1 + p.below(4) }, () => ['0', name(p)]).flat()]),
  row(0.5, (p) => ['ZADD', key(p), ...Array.from({ length: 110 + p.below(40) }, (_, i) => [String(p.below(9)), `many:${i}`]).flat()]),
  row(8, (p) => ['ZINCRBY', key(p), score(p), member(p)]),
  row(5, (p) => ['ZSCORE', key(p), member(p)]),
  row(3, (p) => ['ZMSCORE', key(p), ...Array.from({ length: 1 + p.below(4) }, () => member(p))]),
  row(3, (p) => ['ZCARD', anyKey(p)]),
  row(5, (p) => [p.of(['ZRANK', 'ZREVRANK']), anyKey(p), member(p), ...(p.chance(0.02) ? ['WITHSCORE'] : [])]),
  row(6, (p) => [p.of(['ZRANGE', 'ZREVRANGE']), anyKey(p), index(p), index(p), ...rangeOptions(p, false)]),
  row(6, (p) => [p.of(['ZRANGEBYSCORE', 'ZREVRANGEBYSCORE']), key(p), bound(p), bound(p), ...rangeOptions(p, true)]),
  row(4, (p) => ['ZRANGE', key(p), bound(p), bound(p), 'BYSCORE', ...p.of([[], ['REV']]), ...rangeOptions(p, true)]),
  row(5, (p) => [p.of(['ZRANGEBYLEX', 'ZREVRANGEBYLEX']), namesKey(p), nameBound(p), nameBound(p), ...limit(p)]),
  row(3, (p) => ['ZRANGE', namesKey(p), nameBound(p), nameBound(p), 'BYLEX', ...p.of([[], ['REV']]), ...limit(p)]),
  row(3, (p) => ['ZCOUNT', key(p), bound(p), bound(p)]),
  row(2, (p) => ['ZLEXCOUNT', namesKey(p), nameBound(p), nameBound(p)]),
  row(6, (p) => ['ZREM', anyKey(p), ...Array.from({ length: 1 + p.below(4) }, () => member(p))]),
  row(1.5, (p) => ['ZREMRANGEBYRANK', anyKey(p), index(p), index(p)]),
  row(1.5, (p) => ['ZREMRANGEBYSCORE', key(p), bound(p), bound(p)]),
  row(1, (p) => ['ZREMRANGEBYLEX', namesKey(p), nameBound(p), nameBound(p)]),
  row(4, (p) => [p.of(['ZPOPMIN', 'ZPOPMAX']), anyKey(p), ...(p.chance(0.5) ? [count(p)] : [])]),
  row(3, (p) => ['ZMPOP', ...counted(p), p.of(['MIN', 'MAX', 'min', 'MID']), ...(p.chance(0.5) ? ['COUNT', count(p)] : [])]),
  row(3, (p) => ['ZRANDMEMBER', anyKey(p), ...p.of([[], [count(p)], [p.integer()], [drawn(p), 'WITHSCORES']])]),
  row(1, (p) => ['ZSCAN', anyKey(p), ...walk(p), ...p.of([[], ['MATCH', p.pattern()]])]),
  row(5, (p) => [p.of(['ZUNION', 'ZINTER']), ...counted(p), ...combineOptions(p), ...p.of([[], ['WITHSCORES']])]),
  row(2, (p) => ['ZDIFF', ...counted(p), ...p.of([[], ['WITHSCORES'], ['WEIGHTS', '1']])]),
  row(2, (p) => ['ZINTERCARD', ...counted(p), ...p.of([[], ['LIMIT', count(p)]])]),
  row(6, (p) => [p.of(['ZUNIONSTORE', 'ZINTERSTORE']), key(p), ...counted(p), ...combineOptions(p)]),
  row(2, (p) => ['ZDIFFSTORE', key(p), ...counted(p)]),
  row(3, (p) => ['ZRANGESTORE', key(p), key(p), index(p), index(p), ...p.of([[], ['REV']])]),
  row(2, (p) => ['ZRANGESTORE', key(p), key(p), bound(p), bound(p), 'BYSCORE', ...limit(p)]),
  row(1, (p) => ['ZRANGESTORE', p.chance(0.5) ? key(p) : p.of(nameKeys), namesKey(p), nameBound(p), nameBound(p), 'BYLEX', ...limit(p)]),
  row(3, (p) => ['OBJECT', 'ENCODING', anyKey(p)]),
  row(2, (p) => [p.of(['COPY', 'RENAME']), p.of(setKeys), p.chance(0.5) ? p.key() : p.of(setKeys)]),
  row(2, (p) => ['DEL', anyKey(p)]),
  row(0.5, (p) => ['COMMAND', 'GETKEYS', ...p.of([['ZUNION', '2', 'a', 'b'], ['ZUNIONSTORE', 'a', '1', 'b'], ['ZMPOP', '1', 'a', 'MIN'], ['ZRANGESTORE', 'a', 'b', '0', '1']])]),
];

function key(p: Pick): string {
  return p.chance(0.08) ? p.key() : p.of(setKeys);
}

function anyKey(p: Pick): string {
  return p.chance(0.15) ? p.of(nameKeys) : key(p);
}

/** Mostly one of those that may be asked for ranges of names. */
function namesKey(p: Pick): string {
  return p.chance(0.97) ? p.of(nameKeys) : key(p);
}

function member(p: Pick): string {
  if (p.chance(0.004)) return longMember;
  return p.chance(0.1) ? `many:${p.below(150)}` : p.of(members);
}

function name(p: Pick): string {
  return p.chance(0.5) ? p.of(members) : p.bytes(3);
}

function score(p: Pick): string {
  if (p.chance(0.3)) return String(p.below(9) - 3);
  if (p.chance(0.2)) return (p.below(2_000_001) / 1000 - 1000).toFixed(p.below(6));
  return p.chance(0.94) ? p.of(scores) : p.of(noScores);
}

function pairs(p: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + p.below(countMax) }, () => [score(p), member(p)]).flat();
}

function addOptions(p: Pick): string[] {
  if (p.chance(0.6)) return [];
  const words: string[] = [];
  if (p.chance(0.4)) words.push(p.of(['NX', 'XX', 'nx', 'Xx']));
  if (p.chance(0.4)) words.push(p.of(['GT', 'LT', 'gt']));
  if (p.chance(0.4)) words.push('CH');
  if (p.chance(0.2)) words.push(p.of(['INCR', 'incr']));
  return words;
}

function index(p: Pick): string {
  return p.chance(0.9) ? String(p.below(16) - 6) : p.integer();
}

function count(p: Pick): string {
  return p.chance(0.9) ? String(p.below(7)) : p.of(['-1', '-3', '1000', 'x', '', '9223372036854775807', '9223372036854775808']);
}

function drawn(p: Pick): string {
  return p.chance(0.8) ? String(p.below(20) - 10) : p.of(['x', '1000', '9223372036854775807', '4611686018427387904', '-4611686018427387904']);
}

function bound(p: Pick): string {
  return (p.chance(0.3) ? '(' : '') + (p.chance(0.3) ? p.of(['-inf', '+inf']) : score(p));
}

function nameBound(p: Pick): string {
  if (p.chance(0.3)) return p.of(['-', '+']);
  return p.chance(0.95) ? p.of(['[', '(']) + name(p) : p.of(['', 'a', '-x', '++']);
}

function limit(p: Pick): string[] {
  return p.chance(0.6) ? [] : ['LIMIT', String(p.below(5) - 1), String(p.below(6) - 1)];
}

function rangeOptions(p: Pick, hasLimit: boolean): string[] {
  const words = p.chance(0.5) ? ['WITHSCORES'] : [];
  if (hasLimit || p.chance(0.02)) words.push(...limit(p));
  if (p.chance(0.05)) words.push(p.of(['REV', 'BYSCORE', 'BYLEX', 'FOO']));
  return words;
}

function counted(p: Pick): string[] {
  const keys = Array.from({ length: 1 + p.below(3) }, () => anyKey(p));
  return [p.chance(0.97) ? String(keys.length) : p.of(['0', '-1', '5', 'x']), ...keys];
}

function combineOptions(p: Pick): string[] {
  const words: string[] = [];
  if (p.chance(0.3)) words.push('WEIGHTS', ...Array.from({ length: 1 + p.below(3) }, () => score(p)));
  if (p.chance(0.4)) words.push('AGGREGATE', p.of(['SUM', 'MIN', 'MAX', 'min', 'FOO']));
  return words;
}
