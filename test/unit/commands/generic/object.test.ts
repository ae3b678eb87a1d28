import { afterEach, beforeEach, expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { CommandBench } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

test('OBJECT ENCODING tells integers, short strings and others apart', () => {
  const encodings: readonly (readonly [string, string])[] = [
    ['0', 'int'], ['-1', 'int'], ['9223372036854775807', 'int'], ['-9223372036854775808', 'int'], ['9223372036854775808', 'embstr'],
    ['01', 'embstr'], ['+1', 'embstr'], ['-0', 'embstr'], [' 1', 'embstr'], ['1.0', 'embstr'], ['', 'embstr'],
    ['x'.repeat(44), 'embstr'], ['x'.repeat(45), 'raw'], ['1'.repeat(44), 'embstr'], ['x'.repeat(5000), 'raw'],
  ];
  for (const [value, encoding] of encodings) {
    bench.run(['SET', 'k', value]);
    expect([value, bench.read('OBJECT ENCODING k')]).toEqual([value, encoding]);
    bench.run('EXPIRE k 10');
    expect(bench.read('OBJECT ENCODING k')).toBe(encoding);
  }
});

test('OBJECT REFCOUNT is that of a shared object for small integers', () => {
  expect(play(bench, `
    MSET zero 0 last 9999 more 10000 less -1 text a long 00   -> +OK
    OBJECT REFCOUNT zero    -> :2147483647    => nothing
    OBJECT REFCOUNT last    -> :2147483647
    OBJECT REFCOUNT more    -> :1
    OBJECT REFCOUNT less    -> :1
    OBJECT REFCOUNT text    -> :1
    OBJECT REFCOUNT long    -> :1
    INCR last               -> :10000
    OBJECT REFCOUNT last    -> :1
    INCR less               -> :0
    OBJECT REFCOUNT less    -> :2147483647
    APPEND zero 1           -> :2
    OBJECT REFCOUNT zero    -> :1
  `)).toEqual([]);
});

test('OBJECT IDLETIME counts seconds since the last use', () => {
  bench.run('SET k v');
  bench.nowMs += 12_345;
  expect(play(bench, `
    OBJECT IDLETIME k       -> :12    => nothing
    OBJECT ENCODING k       -> $6 embstr
    TTL k                   -> :-1
    TYPE k                  -> +string
    OBJECT IDLETIME k       -> :12
    GET k                   -> $1 v
    OBJECT IDLETIME k       -> :0
  `)).toEqual([]);
});

test('OBJECT IDLETIME counts on where the clock of 24 bits begins anew', () => {
  const clockSeconds = 2 ** 24;
  bench.nowMs = 100 * clockSeconds * 1000 - 3000;
  bench.run('SET k v');
  bench.nowMs += 5000;
  expect(bench.read('OBJECT IDLETIME k')).toBe(5);
});

test('OBJECT FREQ and IDLETIME want the eviction policy that fits', () => {
  bench.run('SET k v');
  expect(bench.run('OBJECT FREQ k')).toMatch(/^-ERR An LFU maxmemory policy is not selected, access frequency not tracked\./);
  bench.control.settings[Setting.lfu] = 1;
  expect(bench.run('OBJECT IDLETIME k')).toMatch(/^-ERR An LFU maxmemory policy is selected, idle time not tracked\./);
  expect(bench.run('OBJECT FREQ k')).toMatch(/^:\d+\r\n$/);
});

test('of a key that is missing or has expired there is nothing to tell', () => {
  bench.run('SET old v PX 5');
  bench.nowMs += 5;
  expect(play(bench, `
    OBJECT ENCODING missing -> $-1
    OBJECT REFCOUNT missing -> $-1
    OBJECT IDLETIME missing -> $-1
    OBJECT FREQ missing     -> $-1
    OBJECT ENCODING old     -> $-1    => DEL old
    OBJECT ENCODING         -> -ERR wrong number of arguments for 'object|encoding' command
    OBJECT ENCODING a b     -> -ERR wrong number of arguments for 'object|encoding' command
  `)).toEqual([]);
  bench.reply.resp = 3;
  expect(bench.run('OBJECT FREQ missing')).toBe('_\r\n');
});
