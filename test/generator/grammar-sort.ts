/**
 * Random SORTs of lists, sets and sorted sets, by themselves and by other keys, which these rows also make.
 */
import { apart } from './differences.ts';
import type { Pick } from './pick.ts';
import { type Production, row } from './production.ts';

const listKeys = apart.sortedLists.keys;
const setKeys = apart.sortedSets.keys;
const sortedSetKeys = apart.sortedScores.keys;
const numbers = ['-1', '0', '9007199254740993', '-9223372036854775808', '1.5', '-0', '007', '1e3', '0x10', 'inf', '-inf', ' 1', ''];
const texts = ['a', 'b', 'abc', 'B', 'nan', '1x', '1 ', '\xff', '{t}', '*', '->', '1e400'];
/** What C's string functions see only a part of. */
const cutTexts = ['a\0b', 'a\0c', '\0', '1\0x'];
const weightPatterns = ['w_*', '{t}w_*', 'h_*->f', 'h_*->f*', 'h_*->->', 'h_*->', 'w_*->f', '*', 'none_*', 'w_*\0x', '*\0->f'];
const elementCountMax = 12;

export const sort: readonly Production[] = [
  row(10, (p) => [p.of(['RPUSH', 'LPUSH']), p.of(listKeys), ...elements(p, true)]),
  row(6, (p) => ['SADD', p.of(setKeys), ...elements(p, false)]),
  row(6, (p) => ['ZADD', p.of(sortedSetKeys), ...elements(p, false).flatMap((member) => [String(p.below(20)), member])]),
  row(10, (p) => ['SET', `${p.of(['w_', '{t}w_'])}${element(p, false)}`, element(p, false)]),
  row(8, (p) => ['HSET', `h_${element(p, false)}`, p.of(['f', 'f*', '->']), element(p, false)]),
  row(30, (p) => [p.of(['SORT', 'SORT', 'SORT_RO']), p.of(listKeys), ...anything(p)]),
  row(16, (p) => [p.of(['SORT', 'SORT', 'SORT_RO']), p.of(setKeys), ...anything(p)]),
  row(16, (p) => [p.of(['SORT', 'SORT', 'SORT_RO']), p.of(sortedSetKeys), ...anything(p)]),
  row(4, (p) => ['SORT_RO', p.of(setKeys), 'BY', 'nosort', ...gets(p)]),
  row(5, (p) => ['SORT', p.of(sortedSetKeys), 'BY', 'nosort', ...shuffled(p, [...limits(p), ...stores(p)])]),
  row(2, (p) => ['SORT', p.key(), ...shuffled(p, [['ALPHA'], ['STORE', p.of(listKeys)], ...limits(p)])]),
  row(4, (p) => ['LRANGE', p.of(listKeys), '0', '-1']),
  row(1, (p) => ['DEL', p.of([...listKeys, ...setKeys, ...sortedSetKeys])]),
  row(0.5, (p) => ['COMMAND', 'GETKEYS', 'SORT', p.of(listKeys), ...anything(p)]),
];

function anything(p: Pick): string[] {
  const alpha = p.chance(0.5) ? [[p.of(['ALPHA', 'alpha'])]] : [];
  const more = p.chance(0.03) ? [p.of([['FOO'], ['LIMIT'], ['LIMIT', '1'], [''], ['BY'], byPattern(p)])] : [];
  return shuffled(p, [byPattern(p), ...stores(p), ...alpha, ...more, ...limits(p)]);
}

function limits(p: Pick): string[][] {
  return [...(p.chance(0.4) ? [['LIMIT', limit(p), limit(p)]] : []), ...(p.chance(0.3) ? [gets(p)] : [])];
}

function stores(p: Pick): string[][] {
  if (!p.chance(0.2)) return [];
  return [['STORE', p.of(p.chance(0.1) ? [...setKeys, ...sortedSetKeys] : listKeys)]];
}

/** The last word may get lost, or another one come behind it, so that is one which means little. */
function shuffled(p: Pick, options: readonly (readonly string[])[]): string[] {
  const left = [...options];
  return [...options.flatMap(() => left.splice(p.below(left.length), 1)[0]!), p.of(['ASC', 'DESC', 'desc'])];
}

function byPattern(p: Pick): string[] {
  if (p.chance(0.35)) return [];
  return ['BY', p.of([...weightPatterns, 'w_', 'h_->f', 'nosort'])];
}

function gets(p: Pick): string[] {
  const patterns = Array.from({ length: p.below(4) }, () => p.of(['#', 'w_*', '{t}w_*', 'h_*->f', 'h_*->f*', 'w_1', '*', '#\0', 'h_*->->', 'none_*']));
  return patterns.flatMap((pattern) => ['GET', pattern]);
}

function limit(p: Pick): string {
  return p.chance(0.95) ? String(p.below(14) - 2) : p.of(['x', '', '9223372036854775807', '-9223372036854775808', '9223372036854775808']);
}

function elements(p: Pick, isList: boolean): string[] {
  const count = 1 + p.below(elementCountMax);
  // Mostly all numbers, so that they can be sorted as such.
  const isNumeric = p.chance(0.8);
  return Array.from({ length: count }, () => (isNumeric ? number(p) : element(p, isList)));
}

function element(p: Pick, isList: boolean): string {
  if (p.chance(0.6)) return number(p);
  return isList && p.chance(0.2) ? p.of(cutTexts) : p.of(texts);
}

function number(p: Pick): string {
  return p.chance(0.8) ? String(p.below(40)) : p.of(numbers);
}
