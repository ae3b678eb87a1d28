/** Random commands about streams that are newer than redis-server 7.0, so that no generator compares them. */
import type { Pick } from '../../../generator/pick.ts';
import { row, type Production } from '../../../generator/production.ts';

const KEYS = ['s0', 's1', '{t}s', '{t}s2'];
const GROUPS = ['g', 'h', ''];
const CONSUMERS = ['c', 'd', 'Alice'];
const REFERENCES = ['KEEPREF', 'DELREF', 'ACKED'];
const PRODUCERS = ['p', 'q', 'producer', '1'];

export const newer: readonly Production[] = [
  row(20, (p) => ['XADD', key(p), ...sender(p), '*', 'f', String(p.below(10))]),
  row(8, (p) => ['XADD', key(p), p.of(REFERENCES), ...trimming(p), '5-*', 'f', p.value()]),
  row(5, (p) => ['XTRIM', key(p), ...trimming(p), p.of(REFERENCES)]),
  row(8, (p) => ['XDELEX', key(p), ...references(p), ...idBlock(p)]),
  row(12, (p) => ['XACKDEL', key(p), p.of(GROUPS), ...references(p), ...idBlock(p)]),
  row(12, (p) => ['XNACK', key(p), p.of(GROUPS), p.of(['SILENT', 'FAIL', 'FATAL']), ...idBlock(p), ...nackOptions(p)]),
  row(12, (p) => ['XREADGROUP', 'GROUP', p.of(GROUPS), p.of(CONSUMERS), ...readOptions(p), 'CLAIM', String(p.below(60)), 'STREAMS', key(p), '>']),
  row(6, (p) => ['XREADGROUP', 'GROUP', p.of(GROUPS), p.of(CONSUMERS), ...readOptions(p), 'STREAMS', key(p), key(p), p.of(['>', '0']), '>']),
  row(4, (p) => ['XREAD', ...readOptions(p), 'STREAMS', key(p), key(p), '0', p.of(['+', '0', '$'])]),
  row(2, (p) => ['XCFGSET', key(p), ...p.of([['IDMP-DURATION', '1'], ['IDMP-MAXSIZE', '3'], ['IDMP-DURATION', '100', 'IDMP-MAXSIZE', '100'], []])]),
  row(2, (p) => ['XIDMPRECORD', key(p), p.of(PRODUCERS), String(p.below(5)), id(p)]),
  row(2, (p) => ['XINFO', 'STREAM', key(p), ...p.of([[], ['FULL']])]),
  row(2, (p) => ['XINFO', 'CONSUMERS', key(p), p.of(GROUPS)]),
];

function key(pick: Pick): string {
  return pick.of(KEYS);
}

function id(pick: Pick): string {
  return `5-${pick.below(pick.chance(0.5) ? 10 : 150)}`;
}

function idBlock(pick: Pick): string[] {
  const count = 1 + pick.below(4);
  return ['IDS', String(pick.chance(0.97) ? count : pick.below(6)), ...Array.from({ length: count }, () => id(pick))];
}

function references(pick: Pick): string[] {
  return pick.chance(0.8) ? [pick.of(REFERENCES)] : [];
}

function trimming(pick: Pick): string[] {
  const threshold = pick.chance(0.5) ? ['MAXLEN', pick.of(['=', '~']), String(pick.below(150))] : ['MINID', pick.of(['=', '~']), id(pick)];
  return threshold[1] === '~' && pick.chance(0.3) ? [...threshold, 'LIMIT', String(pick.below(300))] : threshold;
}

function sender(pick: Pick): string[] {
  const words = pick.chance(0.6) ? ['IDMP', pick.of(PRODUCERS), String(pick.below(12))] : ['IDMPAUTO', pick.of(PRODUCERS)];
  return pick.chance(0.2) ? [...trimming(pick), ...words] : words;
}

function nackOptions(pick: Pick): string[] {
  return [...(pick.chance(0.3) ? ['RETRYCOUNT', String(pick.below(9))] : []), ...(pick.chance(0.4) ? ['FORCE'] : [])];
}

function readOptions(pick: Pick): string[] {
  const words: string[] = [];
  if (pick.chance(0.5)) words.push('COUNT', String(pick.below(6)));
  if (pick.chance(0.3)) words.push('MAXCOUNT', String(1 + pick.below(8)));
  if (pick.chance(0.3)) words.push('MAXSIZE', String(1 + pick.below(600)));
  return words;
}
