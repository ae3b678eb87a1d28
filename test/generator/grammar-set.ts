/** Random commands on sets. What they take away by chance is all or nothing mostly, since other calls are not sent. */
import type { Pick } from './pick.ts';
import { row, walk, type Production } from './production.ts';

const SET_KEYS = ['s0', 's1', 's2', 's3', '{t}s', '{t}s2', 'many'];
const MEMBERS = ['a', 'b', 'c', 'd', 'e', '1', '2', '3', '4', '5', '-1', '01', '', '70000', 'x'.repeat(64), 'x'.repeat(65)];

export const setProductions: readonly Production[] = [
  row(30, (p) => ['SADD', key(p), ...members(p, 6)]),
  row(3, (p) => ['SADD', key(p), ...run(p)]),
  row(10, (p) => ['SREM', key(p), ...members(p, 4)]),
  row(2, (p) => ['SREM', key(p), ...run(p)]),
  row(5, (p) => ['SMOVE', key(p), key(p), member(p)]),
  row(3, (p) => ['SPOP', key(p), ...p.of([['0'], ['100000'], ['9223372036854775807'], ['-1'], ['x'], ['1.5'], [''], []])]),
  row(5, (p) => ['SRANDMEMBER', key(p), ...p.of([[], ['0'], ['1'], ['3'], ['200'], ['-3'], ['-20'], ['x'], ['9223372036854775808'], ['-9223372036854775808'], [p.integer()]])]),
  row(4, (p) => ['SCARD', key(p)]),
  row(6, (p) => ['SISMEMBER', key(p), member(p)]),
  row(4, (p) => ['SMISMEMBER', key(p), ...members(p, 5)]),
  row(6, (p) => ['SMEMBERS', key(p)]),
  row(12, (p) => [p.of(['SINTER', 'SUNION', 'SDIFF']), ...keys(p, 4)]),
  row(12, (p) => [p.of(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']), key(p), ...keys(p, 4)]),
  row(5, (p) => ['SINTERCARD', ...counted(p), ...p.of([[], [], ['LIMIT', p.integer()], ['limit', '2'], ['LIMIT'], ['FOO', '1']])]),
  row(5, (p) => ['SSCAN', key(p), ...walk(p), ...p.of([[], ['MATCH', p.pattern()], ['MATCH', '[a-c0-9]*'], ['TYPE', 'set'], ['MATCH']])]),
  row(2, (p) => [p.of(['RENAME', 'RENAMENX']), key(p), key(p)]),
  row(3, (p) => ['COPY', key(p), key(p), ...p.of([[], ['REPLACE'], ['DB', p.database()]])]),
  row(2, (p) => [p.of(['DEL', 'UNLINK', 'PERSIST', 'TYPE', 'TTL']), key(p)]),
  row(2, (p) => ['EXPIRE', key(p), p.secondsFromNow()]),
  row(1, (p) => ['MOVE', key(p), p.database()]),
  row(2, (p) => ['OBJECT', 'ENCODING', key(p)]),
];

function key(p: Pick): string {
  return p.chance(0.9) ? p.of(SET_KEYS) : p.key();
}

function keys(p: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + p.below(countMax) }, () => key(p));
}

function member(p: Pick): string {
  if (p.chance(0.8)) return p.of(MEMBERS);
  return p.chance(0.5) ? p.integer() : p.value();
}

function members(p: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + p.below(countMax) }, () => member(p));
}

/** So many that a set outgrows its compact forms: integers, or with a letter before them. */
function run(p: Pick): string[] {
  const from = p.below(4) * 150;
  const letter = p.of(['', 'm']);
  return Array.from({ length: 1 + p.below(200) }, (_, i) => `${letter}${from + i}`);
}

function counted(p: Pick): string[] {
  const some = keys(p, 4);
  return [p.chance(0.9) ? String(some.length) : p.of(['0', '-1', '9', 'x', '9223372036854775807']), ...some];
}
