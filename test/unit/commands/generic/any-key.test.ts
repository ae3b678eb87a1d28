/** Every command with keys that are unusual: empty, of any bytes, and longer than a short header can tell. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandBench } from '../command-bench.ts';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
const keys: readonly (readonly [string, string])[] = [
  ['empty', ''], ['NUL', '\0'], ['line ends', 'a\r\nb\r\n'], ['every byte', everyByte], ['braces', '{}{a}'], ['an open brace', '{'],
  ['65534 bytes', 'k'.repeat(65_534)], ['65535 bytes', 'k'.repeat(65_535)], ['65536 bytes', 'k'.repeat(65_536)], ['200000 bytes', everyByte.repeat(782)],
];

describe.each(keys)('a key that is %s', (_, key) => {
  let bench: CommandBench;
  beforeEach(() => {
    bench = new CommandBench({ shards: 3 });
    bench.run(['SET', 'other', 'x']);
  });
  afterEach(() => bench.checkAndFlush());

  test.each([0, 3, 2048, 2049, 70_000])('goes through every command with a value of %i bytes', (valueBytes) => {
    const value = 'v'.repeat(valueBytes);
    const ask = (...words: string[]): unknown => bench.read(words);
    expect(ask('SET', key, value)).toBe('OK');
    expect(ask('EXISTS', key, 'other', key)).toBe(3);
    expect(ask('TYPE', key)).toBe('string');
    expect(ask('TOUCH', key)).toBe(1);
    expect(ask('OBJECT', 'IDLETIME', key)).toBe(0);
    expect((ask('KEYS', '*') as string[]).toSorted()).toEqual([key, 'other'].toSorted());
    expect((ask('SCAN', '0') as [string, string[]])[1].toSorted()).toEqual([key, 'other'].toSorted());
    expect(ask('PEXPIRE', key, '100')).toBe(1);
    expect(ask('PTTL', key)).toBe(100);
    expect(ask('GET', key)).toBe(value);
    expect(ask('COPY', key, 'copy')).toBe(1);
    expect(ask('PERSIST', key)).toBe(1);
    expect(ask('TTL', key)).toBe(-1);
    expect(ask('EXPIRE', key, '9', 'NX')).toBe(1);
    expect(ask('RENAME', key, 'renamed')).toBe('OK');
    expect(ask('RENAMENX', 'renamed', key)).toBe(1);
    expect(ask('MGET', key, 'copy', 'renamed')).toEqual([value, value, null]);
    expect(ask('EXPIRETIME', key)).toBe(1_700_000_009);
    expect(ask('MOVE', key, '2')).toBe(1);
    bench.db = 2;
    expect(ask('RANDOMKEY')).toBe(key);
    expect(ask('TTL', key)).toBe(9);
    expect(ask('COPY', key, key, 'DB', '0')).toBe(1);
    const replica = new CommandBench({ shards: 2, seed: 5 });
    replica.replay(bench.takeEffects());
    expect(replica.dataset()).toEqual(bench.dataset());
    replica.checkAndFlush();
    expect(ask('DEL', key)).toBe(1);
    expect(ask('DBSIZE')).toBe(0);
    bench.db = 0;
    expect(ask('UNLINK', key, 'copy', 'other')).toBe(3);
    expect(ask('DBSIZE')).toBe(0);
  });
});

test('keys that differ in their last byte only are different keys', () => {
  const bench = new CommandBench();
  const long = 'k'.repeat(70_000);
  bench.run(['MSET', `${long}a`, '1', `${long}b`, '2', long, '3']);
  expect(bench.read(['MGET', `${long}a`, `${long}b`, long, `${long}c`])).toEqual(['1', '2', '3', null]);
  expect(bench.read(['RENAMENX', `${long}a`, `${long}b`])).toBe(0);
  expect(bench.read(['RENAME', `${long}a`, `${long}b`])).toBe('OK');
  expect(bench.read(['MGET', `${long}a`, `${long}b`, long])).toEqual([null, '1', '3']);
  bench.checkAndFlush();
});
