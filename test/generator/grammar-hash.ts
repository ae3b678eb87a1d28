/**
 * Random commands on hashes, small and wide, as servers before 7.4 know them.
 */
import type { Pick } from './pick.ts';
import { row, walk, type Production } from './production.ts';

const HASH_KEYS = ['h0', 'h1', 'h2', '{t}h', '{t}h2', 'wide'];
const FIELDS = ['a', 'b', 'c', 'd', 'n', 'f', '1', '2', '-1', '01', '', '70000', '\0\xff', 'x'.repeat(64), 'x'.repeat(65)];

export const hashProductions: readonly Production[] = [
  row(24, (p) => [p.of(['HSET', 'HSET', 'HMSET']), key(p), ...pairs(p)]),
  row(3, (p) => ['HSET', 'wide', ...run(p).flatMap((name) => [name, p.integer()])]),
  row(1, (p) => [p.of(['HSET', 'HMSET']), key(p), ...pairs(p), field(p)]),
  row(6, (p) => ['HSETNX', key(p), field(p), p.value()]),
  row(8, (p) => ['HDEL', key(p), ...fields(p)]),
  row(2, (p) => ['HDEL', 'wide', ...run(p)]),
  row(10, (p) => ['HGET', key(p), field(p)]),
  row(5, (p) => ['HMGET', key(p), ...fields(p)]),
  row(5, (p) => [p.of(['HEXISTS', 'HSTRLEN']), key(p), field(p)]),
  row(3, (p) => ['HLEN', key(p)]),
  row(8, (p) => [p.of(['HGETALL', 'HKEYS', 'HVALS']), key(p)]),
  row(14, (p) => ['HINCRBY', key(p), p.of(['n', 'n', '1', field(p)]), p.integer()]),
  row(10, (p) => ['HINCRBYFLOAT', key(p), p.of(['f', 'f', 'n', field(p)]), p.float()]),
  row(2, (p) => ['HSET', key(p), 'n', p.integer(), 'f', p.float()]),
  row(5, (p) => ['HRANDFIELD', key(p), ...p.of([[], ['0'], ['1'], ['3'], ['100000'], ['-3'], ['-20'], ['x'], ['9223372036854775808'], ['-9223372036854775808'], [p.integer()]])]),
  row(4, (p) => ['HRANDFIELD', key(p), p.of(['0', '2', '100000', '-5', '1.5', '', '4611686018427387903', '4611686018427387904', '9223372036854775807', p.integer()]), p.of(['WITHVALUES', 'withvalues', 'VALUES'])]),
  row(5, (p) => ['HSCAN', key(p), ...walk(p), ...p.of([[], ['MATCH', p.pattern()], ['MATCH', '[a-c0-9]*'], ['TYPE', 'hash'], ['MATCH'], ['FOO']])]),
  row(2, (p) => [p.of(['RENAME', 'RENAMENX']), key(p), key(p)]),
  row(3, (p) => ['COPY', key(p), key(p), ...p.of([[], ['REPLACE'], ['DB', p.database()]])]),
  row(2, (p) => [p.of(['DEL', 'UNLINK', 'PERSIST', 'TYPE', 'TTL']), key(p)]),
  row(2, (p) => ['EXPIRE', key(p), p.secondsFromNow()]),
  row(1, (p) => ['MOVE', key(p), p.database()]),
  row(2, (p) => ['OBJECT', 'ENCODING', key(p)]),
];

function key(p: Pick): string {
  return p.chance(0.95) ? p.of(HASH_KEYS) : p.key();
}

function field(p: Pick): string {
  return p.chance(0.95) ? p.of(FIELDS) : p.bytes(20);
}

function fields(p: Pick): string[] {
  return Array.from({ length: 1 + p.below(5) }, () => field(p));
}

function pairs(p: Pick): string[] {
  return fields(p).flatMap((name) => [name, value(p)]);
}

/** Mostly short, so that hashes stay small for a while. */
function value(p: Pick): string {
  if (p.chance(0.9)) return p.chance(0.5) ? p.integer() : p.bytes(20);
  return p.chance(0.2) ? 'v'.repeat(p.of([64, 65, 66, 2048, 2049, 5000])) : p.value();
}

/** Many fields, so that a hash grows past the limit of small ones. */
function run(p: Pick): string[] {
  const first = p.below(600);
  return Array.from({ length: 1 + p.below(200) }, (_, i) => `m${first + i}`);
}
