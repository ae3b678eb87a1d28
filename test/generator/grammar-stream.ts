/**
 * Random commands about streams. Ids are given mostly by their milliseconds only, so that few are too small.
 */
import type { Pick } from './pick.ts';
import { row } from './production.ts';
import type { Production } from './production.ts';

const KEYS = ['s0', 's1', '{t}s', '{t}s2'];
const GROUPS = ['g', 'h', 'group with spaces', '', '12'];
const CONSUMERS = ['c', 'd', 'Alice', '', '7'];
const FIELDS = ['f', 'g', 'temperature', '', '1', '-5', '300'];
const ODD_IDS = [
  '0', '0-0', '0-1', '1', '-', '+', '5-', '-5', '5-*', '05', ' 5', '+5', '5--3', '5-+3', 'abc', '', '$', '>', '5-5-5', '5.0', '1e3', '(', '(5', '((5',
  '(-', '(+', '(0-0', '(18446744073709551615-18446744073709551615', '5-\0junk',
  '18446744073709551615', '18446744073709551616', '9223372036854775807-9223372036854775808', '18446744073709551615-18446744073709551615',
  '9007199254740993-1', '4294967296-4294967295',
];

export const stream: readonly Production[] = [
  row(40, (p) => ['XADD', key(p), ...addOptions(p), newId(p), ...fields(p)]),
  row(4, (p) => ['XLEN', key(p)]),
  row(8, (p) => ['XRANGE', key(p), edge(p, '-'), edge(p, '+'), ...count(p)]),
  row(6, (p) => ['XREVRANGE', key(p), edge(p, '+'), edge(p, '-'), ...count(p)]),
  row(10, (p) => ['XDEL', key(p), ...ids(p, 4)]),
  row(4, (p) => ['XTRIM', key(p), ...trimming(p)]),
  row(2, (p) => ['XSETID', key(p), id(p), ...setIdOptions(p)]),
  row(8, (p) => ['XREAD', ...count(p), ...read(p, '$')]),
  row(30, (p) => ['XREADGROUP', 'GROUP', p.of(GROUPS), p.of(CONSUMERS), ...count(p), ...noAck(p), ...read(p, '>')]),
  row(14, (p) => ['XACK', key(p), p.of(GROUPS), ...ids(p, 4)]),
  row(14, (p) => ['XGROUP', 'CREATE', key(p), p.of(GROUPS), p.of(['0', '$', id(p)]), ...groupOptions(p)]),
  row(2, (p) => ['XGROUP', 'SETID', key(p), p.of(GROUPS), p.of(['0', '$', id(p)]), ...entriesRead(p)]),
  row(1, (p) => ['XGROUP', 'DESTROY', key(p), p.of(GROUPS)]),
  row(3, (p) => ['XGROUP', p.of(['CREATECONSUMER', 'DELCONSUMER']), key(p), p.of(GROUPS), p.of(CONSUMERS)]),
  row(0.5, (p) => ['XGROUP', p.of(['NOSUCH', 'create', 'HELP', 'DESTROY']), key(p)]),
  row(6, (p) => ['XPENDING', key(p), p.of(GROUPS), ...pendingRange(p)]),
  row(10, (p) => ['XCLAIM', key(p), p.of(GROUPS), p.of(CONSUMERS), idleTime(p), ...ids(p, 3), ...claimOptions(p)]),
  row(5, (p) => ['XAUTOCLAIM', key(p), p.of(GROUPS), p.of(CONSUMERS), idleTime(p), edge(p, '-'), ...claimCount(p), ...justId(p)]),
  row(3, (p) => ['XINFO', 'GROUPS', key(p)]),
  row(4, (p) => ['XINFO', 'STREAM', key(p)]),
  row(0.3, (p) => ['XINFO', p.of(['STREAM', 'GROUPS', 'NOSUCH', 'HELP']), key(p), p.of(['FULLY', 'COUNT'])]),
  row(1, (p) => ['DEL', key(p)]),
  row(2, (p) => [p.of(['RENAME', 'COPY']), key(p), key(p)]),
];

function key(pick: Pick): string {
  return pick.chance(0.97) ? pick.of(KEYS) : pick.key();
}

function id(pick: Pick): string {
  if (pick.chance(0.03)) return pick.of(ODD_IDS);
  const ms = pick.chance(0.8) ? 5 : 4 + pick.below(5);
  return pick.chance(0.2) ? String(ms) : `${ms}-${pick.below(pick.chance(0.5) ? 8 : 150)}`;
}

function ids(pick: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + pick.below(countMax) }, () => id(pick));
}

function newId(pick: Pick): string {
  if (pick.chance(0.9)) return pick.chance(0.97) ? '5-*' : pick.of(['6-*', '*']);
  return id(pick);
}

function edge(pick: Pick, usual: string): string {
  if (pick.chance(0.4)) return usual;
  return pick.chance(0.3) ? `(${id(pick)}` : id(pick);
}

function fields(pick: Pick): string[] {
  const usual = pick.chance(0.6);
  return Array.from({ length: 1 + (usual ? 0 : pick.below(4)) }, () => [usual ? 'f' : pick.of(FIELDS), pick.value()]).flat();
}

function count(pick: Pick): string[] {
  return pick.chance(0.5) ? [] : ['COUNT', pick.chance(0.9) ? String(pick.below(6)) : pick.integer()];
}

function claimCount(pick: Pick): string[] {
  return pick.chance(0.5) ? [] : ['COUNT', pick.chance(0.8) ? String(pick.below(6)) : pick.of(['-1', 'abc', '1000', '9223372036854775807', '4294967296'])];
}

function addOptions(pick: Pick): string[] {
  return [...(pick.chance(0.1) ? ['NOMKSTREAM'] : []), ...(pick.chance(0.1) ? trimming(pick) : [])];
}

function trimming(pick: Pick): string[] {
  const words = pick.chance(0.6) ? ['MAXLEN'] : ['MINID'];
  if (pick.chance(0.6)) words.push(pick.of(['~', '=']));
  if (words[0] === 'MINID') words.push(id(pick));
  else words.push(pick.chance(0.95) ? String(pick.below(300)) : pick.integer());
  if (pick.chance(0.2)) words.push('LIMIT', pick.chance(0.9) ? String(pick.below(400)) : pick.integer());
  if (pick.chance(0.02)) words.push(pick.of(['MAXLEN', 'MINID', 'FOO', 'LIMIT']), '5');
  return words;
}

function setIdOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.4)) words.push('ENTRIESADDED', pick.chance(0.8) ? String(pick.below(1000)) : pick.integer());
  if (pick.chance(0.3)) words.push('MAXDELETEDID', id(pick));
  return words;
}

function read(pick: Pick, special: string): string[] {
  const keys = Array.from({ length: pick.chance(0.7) ? 1 : 1 + pick.below(3) }, () => key(pick));
  const wanted = keys.map(() => (pick.chance(0.6) ? special : pick.chance(0.03) ? '+' : id(pick)));
  if (pick.chance(0.02)) wanted.pop();
  return ['STREAMS', ...keys, ...wanted];
}

function noAck(pick: Pick): string[] {
  return pick.chance(0.1) ? ['NOACK'] : [];
}

function groupOptions(pick: Pick): string[] {
  return [...(pick.chance(0.6) ? ['MKSTREAM'] : []), ...entriesRead(pick)];
}

function entriesRead(pick: Pick): string[] {
  return pick.chance(0.2) ? ['ENTRIESREAD', pick.chance(0.8) ? String(pick.below(20) - 2) : pick.integer()] : [];
}

function idleTime(pick: Pick): string {
  return pick.chance(0.8) ? '0' : pick.of(['100000', '-1', 'abc', '']);
}

function pendingRange(pick: Pick): string[] {
  if (pick.chance(0.4)) return [];
  const words = pick.chance(0.2) ? ['IDLE', idleTime(pick)] : [];
  words.push(edge(pick, '-'), edge(pick, '+'), pick.chance(0.9) ? String(pick.below(10)) : pick.integer());
  if (pick.chance(0.5)) words.push(pick.of(CONSUMERS));
  return words;
}

function claimOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.3)) words.push('FORCE');
  if (pick.chance(0.2)) words.push('RETRYCOUNT', pick.chance(0.8) ? String(pick.below(9)) : pick.of(['9223372036854775807', pick.integer()]));
  if (pick.chance(0.2)) words.push('LASTID', id(pick));
  if (pick.chance(0.1)) words.push(pick.of(['IDLE', 'TIME']), pick.of(['0', 'abc', '-5']));
  if (pick.chance(0.05)) words.push('FOO');
  return [...words, ...justId(pick)];
}

function justId(pick: Pick): string[] {
  return pick.chance(0.4) ? ['JUSTID'] : [];
}
