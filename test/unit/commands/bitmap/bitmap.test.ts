/** The commands about bits: their effects, wrong types, several shards, and an arena that is full. */
import { expect, test } from 'vitest';
import { ValueType } from '../../../../src/keyspace/entry.ts';
import { CommandBench } from '../command-bench.ts';
import { limitAllocations } from '../scarce-memory.ts';
import { play } from '../play.ts';

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n';
const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

test('SETBIT and BITFIELD are their own effects, where they change something', () => {
  const bench = new CommandBench();
  expect(play(bench, `
    SETBIT k 7 1                                    -> :0           => SETBIT k 7 1
    SETBIT k 7 1                                    -> :1           => nothing
    SETBIT k 8 0                                    -> :0           => SETBIT k 8 0
    SETBIT k 9 0                                    -> :0           => nothing
    GETBIT k 7                                      -> :1           => nothing
    BITFIELD k GET u8 0                             -> *1 :1        => nothing
    BITFIELD k SET u8 0 1                           -> *1 :1        => nothing
    BITFIELD k INCRBY u8 0 1 GET u8 0               -> *2 :2 :2     => BITFIELD k INCRBY u8 0 1 GET u8 0
    BITFIELD k OVERFLOW FAIL INCRBY u8 0 300        -> *1 $-1       => nothing
    BITFIELD new OVERFLOW FAIL SET u8 0 300         -> *1 $-1       => BITFIELD new OVERFLOW FAIL SET u8 0 300
    BITFIELD k SET u8 24 0                          -> *1 :0        => BITFIELD k SET u8 24 0
    BITFIELD_RO k GET u8 0                          -> *1 :2        => nothing
    BITCOUNT k                                      -> :1           => nothing
    BITPOS k 1                                      -> :6           => nothing
  `)).toEqual([]);
  bench.checkAndFlush();
});

test('the effect of BITOP is its result', () => {
  const bench = new CommandBench();
  bench.run('MSET a abc b "\\x0f"');
  bench.run('SET d v PX 100000');
  expect(play(bench, `
    BITOP OR d a b                  -> :3           => SET d obc
    PTTL d                          -> :-1          => nothing
    BITOP NOT b b                   -> :1           => SET b "\\xf0"
    BITOP AND d missing other       -> :0           => DEL d
    BITOP AND d missing             -> :0           => nothing
    BITOP DIFF d a                  -> -ERR BITOP DIFF must be called with at least two source keys. => nothing
  `)).toEqual([]);
  bench.checkAndFlush();
});

// redis.io/commands/bitop, as of 8.2.0
test('DIFF, DIFF1, ANDOR and ONE', () => {
  const bench = new CommandBench({ shards: 3 });
  bench.run('MSET x "\\xf0\\xff" y "\\xcc" z "\\xaa\\x0f\\x01"');
  expect(play(bench, `
    BITOP DIFF d x y z              -> :3
    GET d                           -> $3 \\x10\\xf0\\x00
    BITOP diff1 d x y z             -> :3
    GET d                           -> $3 \\x0e\\x00\\x01
    BITOP ANDOR d x y z             -> :3
    GET d                           -> $3 \\xe0\\x0f\\x00
    BITOP ONE d x y z               -> :3
    GET d                           -> $3 \\x16\\xf0\\x01
    BITOP ONE d x                   -> :2
    GET d                           -> $2 \\xf0\\xff
    BITOP DIFF d missing x          -> :2
    GET d                           -> $2 \\x00\\x00
    BITOP DIFF1 d missing x         -> :2
    GET d                           -> $2 \\xf0\\xff
    BITOP ANDOR d x missing         -> :2
    GET d                           -> $2 \\x00\\x00
    BITOP DIFF1 d x                 -> -ERR BITOP DIFF1 must be called with at least two source keys.
    BITOP andor d x                 -> -ERR BITOP ANDOR must be called with at least two source keys.
  `)).toEqual([]);
  bench.checkAndFlush();
});

test('sources and destination of BITOP may live on any shards', () => {
  const bench = new CommandBench({ shards: 3 });
  const copy = new CommandBench({ shards: 2 });
  const keys = Array.from({ length: 12 }, (_, i) => `key:${i}`);
  for (const [i, key] of keys.entries()) bench.run(['SETBIT', key, String(i * 3000), '1']);
  for (const key of keys) expect(bench.run(['BITOP', 'OR', key, ...keys])).toBe(':4126\r\n');
  for (const key of keys) expect(bench.read(['BITCOUNT', key])).toBe(12);
  copy.replay(bench.takeEffects());
  expect(copy.dataset().map(({ value }) => value)).toEqual(bench.dataset().map(({ value }) => value));
  bench.checkAndFlush();
  copy.checkAndFlush();
});

test.each([
  'SETBIT l 0 1', 'GETBIT l 0', 'BITCOUNT l', 'BITCOUNT l a b', 'BITPOS l 1', 'BITPOS l 1 a', 'BITFIELD l', 'BITFIELD l GET u8 0', 'BITFIELD l SET u8 0 1',
  'BITFIELD_RO l GET u8 0', 'BITOP AND d l', 'BITOP AND d a l', 'BITOP OR d l a', 'BITOP NOT d l',
])('%s meets another type', (command) => {
  const bench = new CommandBench();
  bench.run('MSET l v a v');
  bench.pretendType('l', ValueType.list);
  bench.takeEffects();
  expect(bench.run(command)).toBe(wrongType);
  expect(bench.run('EXISTS d')).toBe(':0\r\n');
  expect(bench.effects()).toEqual([]);
  bench.pretendType('l', ValueType.string);
  bench.checkAndFlush();
});

test('the destination of BITOP may hold another type', () => {
  const bench = new CommandBench();
  bench.run('MSET d v a v');
  bench.pretendType('d', ValueType.list);
  expect(bench.run('BITOP OR d a')).toBe(':1\r\n');
  expect(bench.read('GET d')).toBe('v');
});

function prepared(): CommandBench {
  const bench = new CommandBench();
  bench.run('MSET a abc b "\\x0f"');
  bench.run('SET d v PX 100000');
  bench.run('SETBIT long 30000 1');
  bench.takeEffects();
  return bench;
}

test.each([
  'SETBIT new 3 1', 'SETBIT new 40000 1', 'SETBIT a 9000 1', 'SETBIT a 40000 1', 'SETBIT long 90000 1', 'BITFIELD new SET u8 0 1', 'BITFIELD d SET u8 40000 1 INCRBY u8 0 1',
  'BITOP OR new a b', 'BITOP OR d a b', 'BITOP XOR a a long', 'BITOP NOT long long',
])('%s is carried out or refused as a whole', (command) => {
  const untouched = prepared().dataset();
  let reply = oom;
  for (let allowed = 0; reply === oom; allowed++) {
    const bench = prepared();
    limitAllocations(bench, allowed);
    reply = bench.run(command);
    const trace = { dataset: bench.dataset(), effects: bench.effects() };
    expect(reply !== oom || trace).toEqual(reply !== oom || { dataset: untouched, effects: [] });
    bench.checkAndFlush();
  }
  expect(reply).not.toMatch(/^-/);
});

test('a string that grows bit by bit moves seldom', () => {
  const bench = new CommandBench();
  const { arena } = bench.keyspaces[0]!;
  let allocations = 0;
  const { tryAlloc } = arena;
  arena.tryAlloc = (bytes, purpose) => {
    allocations++;
    return tryAlloc.call(arena, bytes, purpose);
  };
  for (let i = 0; i < 20_000; i++) bench.run(['SETBIT', 'k', String(i * 8), '1']);
  expect(bench.read('BITCOUNT k')).toBe(20_000);
  expect(allocations).toBeLessThan(200);
  bench.checkAndFlush();
});
