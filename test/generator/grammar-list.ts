/**
 * Random commands about lists. Elements are words that come again and again, so that something is found, and now and
 * then any value.
 */
import type { Pick } from './pick.ts';
import { row } from './production.ts';
import type { Production } from './production.ts';

const LISTS = ['l0', 'l1', 'l2', '{t}l0', '{t}l1'];
const WORDS = ['a', 'b', 'c', 'd', '1', '2', '07', '127', '128', '-4097', '70000', '9223372036854775807', ''];
const SIDES = ['LEFT', 'RIGHT', 'left', 'rIGHT'];

export const list: readonly Production[] = [
  row(22, (p) => [p.of(['LPUSH', 'RPUSH']), anyList(p), ...elements(p, p.chance(0.03) ? 200 : 5)]),
  row(4, (p) => [p.of(['LPUSHX', 'RPUSHX']), anyList(p), ...elements(p, 3)]),
  row(8, (p) => [p.of(['LPOP', 'RPOP']), anyList(p), ...(p.chance(0.3) ? [count(p)] : [])]),
  row(4, (p) => ['LLEN', anyList(p)]),
  row(8, (p) => ['LRANGE', anyList(p), index(p), index(p)]),
  row(5, (p) => ['LINDEX', anyList(p), index(p)]),
  row(6, (p) => ['LSET', anyList(p), index(p), element(p)]),
  row(8, (p) => ['LINSERT', anyList(p), p.chance(0.97) ? p.of(['BEFORE', 'AFTER', 'before', 'After']) : 'BESIDE', element(p), element(p)]),
  row(5, (p) => ['LREM', anyList(p), index(p), element(p)]),
  row(3, (p) => ['LTRIM', anyList(p), index(p), index(p)]),
  row(8, (p) => ['LPOS', anyList(p), element(p), ...positionOptions(p)]),
  row(6, (p) => ['LMOVE', anyList(p), anyList(p), side(p), side(p)]),
  row(4, (p) => ['RPOPLPUSH', anyList(p), anyList(p)]),
  row(4, (p) => popOfMany(p)),
  row(2, (p) => [p.of(['RENAME', 'COPY', 'DEL']), p.of(LISTS), p.of(LISTS)]),
];

function anyList(pick: Pick): string {
  return pick.chance(0.93) ? pick.of(LISTS) : pick.key();
}

function element(pick: Pick): string {
  if (pick.chance(0.8)) return pick.of(WORDS);
  return pick.chance(0.03) ? 'e'.repeat(2000 + pick.below(9000)) : pick.value();
}

function elements(pick: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + pick.below(countMax) }, () => element(pick));
}

function index(pick: Pick): string {
  return pick.chance(0.85) ? String(pick.below(24) - 12) : pick.integer();
}

function count(pick: Pick): string {
  return pick.chance(0.8) ? String(pick.below(6)) : pick.integer();
}

function side(pick: Pick): string {
  return pick.chance(0.97) ? pick.of(SIDES) : pick.of(['UP', '', 'LEFTS']);
}

function positionOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.4)) words.push('RANK', pick.chance(0.9) ? String(pick.below(7) - 3) : pick.integer());
  if (pick.chance(0.4)) words.push(pick.of(['COUNT', 'count']), count(pick));
  if (pick.chance(0.3)) words.push('MAXLEN', count(pick));
  if (pick.chance(0.03)) words.push(pick.of(['FOO', 'RANK', 'COUNT']));
  return words;
}

function popOfMany(pick: Pick): string[] {
  const keys = Array.from({ length: 1 + pick.below(4) }, () => anyList(pick));
  const keyCount = pick.chance(0.95) ? String(keys.length) : pick.of(['0', '-1', 'x', '9', '1']);
  const words = ['LMPOP', keyCount, ...keys, side(pick)];
  if (pick.chance(0.4)) words.push('COUNT', count(pick));
  if (pick.chance(0.03)) words.push(pick.of(['COUNT', 'FOO']));
  return words;
}
