/** HyperLogLogs: GET at the end of an episode shows every byte of them. */
import type { Pick } from './pick.ts';
import { row } from './production.ts';
import type { Production } from './production.ts';

const KEYS = ['h0', 'h1', 'h2', '{t}h', '{t}i', 'k0', 'a'];
const STALE = 'HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80';
/** Made by hand, some of them wrong. */
const FORGED = [`${STALE}\x7f\xff`, `${STALE}\x7f\xfe\x80`, `${STALE}\x7f\xfb\x83`, `${STALE}\x7f`, STALE, 'HYLL', `HYLL\x02${'\0'.repeat(30)}`];

/** The productions of the family `hyperloglog`. */
export const hyperloglog: readonly Production[] = [
  row(30, (p) => ['PFADD', key(p), ...elements(p)]),
  row(12, (p) => ['PFCOUNT', ...keys(p, p.chance(0.6) ? 1 : 4)]),
  row(8, (p) => ['PFMERGE', key(p), ...keys(p, 3)]),
  row(6, (p) => ['PFDEBUG', subcommand(p), key(p)]),
  row(2, (p) => ['GET', key(p)]),
  row(2, (p) => ['COPY', key(p), key(p), 'REPLACE']),
  row(2, (p) => ['DEL', key(p)]),
  row(1, (p) => ['SET', key(p), p.of(FORGED)]),
  row(1, (p) => ['SETRANGE', key(p), String(p.below(40)), p.of(['\0', '\x80\x84', '\xff\xff', '\x3f'])]),
];

function key(pick: Pick): string {
  return pick.chance(0.97) ? pick.of(KEYS) : pick.key();
}

function keys(pick: Pick, countMax: number): string[] {
  return Array.from({ length: 1 + pick.below(countMax) }, () => key(pick));
}

/** Few elements mostly, which come again; seldom as many as make a HyperLogLog dense. */
function elements(pick: Pick): string[] {
  if (pick.chance(0.03)) return Array.from({ length: pick.below(700) }, () => `e${pick.below(1_000_000)}`);
  return Array.from({ length: pick.below(12) }, () => (pick.chance(0.8) ? `e${pick.below(500)}` : pick.value()));
}

function subcommand(pick: Pick): string {
  return pick.of(['ENCODING', 'DECODE', 'encoding', 'Decode', 'ENCODING', 'DECODE', pick.chance(0.2) ? 'TODENSE' : 'DECODE', 'FOO']);
}
