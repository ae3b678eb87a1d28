/** Strings as bits: single bits, counts, positions, operations over several strings, and fields of integers. */
import type { Pick } from './pick.ts';
import { row } from './production.ts';
import type { Production } from './production.ts';

const SOURCES = ['\xff\xf0\0', '\0\0\0\0', '\xff\xff\xff\xff\xff', '\x80', 'foobar', '\xff'.repeat(70), '\0'.repeat(70), `${'\0'.repeat(64)}\x01`];

/** The productions of the family `bitmap`. */
export const bitmap: readonly Production[] = [
  row(16, (p) => ['SETBIT', p.key(), bitOffset(p), bit(p)]),
  row(8, (p) => ['GETBIT', p.key(), bitOffset(p)]),
  row(6, (p) => ['SET', p.key(), p.of(SOURCES)]),
  row(10, (p) => ['BITCOUNT', p.key(), ...range(p, 2)]),
  row(12, (p) => ['BITPOS', p.key(), bit(p), ...range(p, 1)]),
  row(14, (p) => ['BITOP', ...operation(p)]),
  row(18, (p) => ['BITFIELD', p.key(), ...steps(p)]),
  row(5, (p) => ['BITFIELD_RO', p.key(), ...(p.chance(0.8) ? gets(p) : steps(p))]),
];

function bit(pick: Pick): string {
  return pick.chance(0.95) ? String(pick.below(2)) : pick.of(['2', '-1', '', 'x', '9223372036854775807', '01']);
}

/** Few strings become longer than some hundred bytes. */
function bitOffset(pick: Pick): string {
  if (pick.chance(0.85)) return String(pick.below(pick.of([10, 80, 600])));
  return pick.chance(0.5) ? String(pick.below(20_000)) : pick.of(['-1', '4294967296', '9223372036854775807', '9223372036854775808', '', 'abc', '#0', '1.5']);
}

/** A range of which the last `optional` parts may be missing. */
function range(pick: Pick, optional: 1 | 2): string[] {
  if (pick.chance(0.2)) return [];
  const words = [index(pick), index(pick)];
  if (optional === 1 && pick.chance(0.25)) words.pop();
  else if (pick.chance(0.6)) words.push(pick.of(['BIT', 'BYTE', 'bit', 'Byte', 'BIT', 'BYTE', 'FOO']));
  return words;
}

function index(pick: Pick): string {
  return pick.chance(0.75) ? String(pick.below(60) - 30) : pick.integer();
}

function operation(pick: Pick): string[] {
  const name = pick.of(['AND', 'OR', 'XOR', 'NOT', 'and', 'Or', 'xor', 'not', 'FOO']);
  return [name, pick.key(), ...(name.toUpperCase() === 'NOT' && pick.chance(0.9) ? [pick.key()] : pick.keys(5))];
}

function steps(pick: Pick): string[] {
  return Array.from({ length: pick.below(5) }, () => step(pick)).flat();
}

function step(pick: Pick): string[] {
  switch (pick.below(4)) {
    case 0:
      return ['OVERFLOW', pick.of(['WRAP', 'SAT', 'FAIL', 'wrap', 'Sat', 'fail', pick.chance(0.1) ? 'FOO' : 'SAT'])];
    case 1:
      return get(pick);
    case 2:
      return ['SET', ...field(pick), pick.integer()];
    default:
      return ['INCRBY', ...field(pick), pick.integer()];
  }
}

function gets(pick: Pick): string[] {
  return Array.from({ length: pick.below(4) }, () => get(pick)).flat();
}

function get(pick: Pick): string[] {
  return [pick.of(['GET', 'get']), ...field(pick)];
}

function field(pick: Pick): string[] {
  return [fieldType(pick), pick.chance(0.3) ? `#${pick.below(20)}` : bitOffset(pick)];
}

function fieldType(pick: Pick): string {
  if (pick.chance(0.03)) return pick.of(['u0', 'u64', 'i65', 'i0', 'U8', 'u', '', '8', 'i-1', 'u08', 'u9223372036854775808']);
  const isSigned = pick.chance(0.5);
  const bits = pick.chance(0.5) ? pick.of([1, 2, 8, 16, 31, 32, 33, 62, 63]) : 1 + pick.below(63);
  if (isSigned && pick.chance(0.1)) return 'i64';
  return `${isSigned ? 'i' : 'u'}${bits}`;
}
