/**
 * Which encoding a list has, as redis-server reports it since 7.2 (its tests/unit/type/list.tcl tells): a listpack up to
 * list-max-listpack-size, again a listpack when it has shrunk to half of that in one node.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandBench } from '../commands/command-bench.ts';

let bench: CommandBench;

function begin(listMaxListpackSize: number, ...elements: string[]): void {
  bench = new CommandBench({ limits: { listMaxListpackSize } });
  if (elements.length > 0) bench.run(['RPUSH', 'l', ...elements]);
}

function encoding(): unknown {
  return bench.read('OBJECT ENCODING l');
}

beforeEach(() => begin(-2));
afterEach(() => bench.checkAndFlush());

describe('a limit of elements', () => {
  test('is kept by a listpack and exceeded by a quicklist', () => {
    begin(3, 'a', 'b', 'c');
    expect(encoding()).toBe('listpack');
    for (const command of ['RPUSH l d', 'LPUSH l d', 'RPUSHX l d', 'LINSERT l AFTER a d', 'LMOVE other l LEFT LEFT']) {
      begin(3, 'a', 'b', 'c');
      bench.run('RPUSH other x');
      bench.run(command);
      expect([command, encoding()]).toEqual([command, 'quicklist']);
      bench.checkAndFlush();
    }
  });

  test('of a quicklist that shrinks is half of it', () => {
    for (const command of ['LPOP l', 'RPOP l 1', 'LREM l 1 c', 'LTRIM l 1 -1', 'LMOVE l other LEFT LEFT', 'LMPOP 1 l RIGHT']) {
      begin(4, 'a', 'b', 'c', 'd', 'e');
      bench.run('RPOP l');
      bench.run('LPOP l');
      expect([command, encoding()]).toEqual([command, 'quicklist']);
      bench.run(command);
      expect([command, encoding()]).toEqual([command, 'listpack']);
      expect(bench.read('LLEN l')).toBe(2);
      bench.checkAndFlush();
    }
  });

  test('lets a list be turned by itself', () => {
    begin(3, 'a', 'b', 'c');
    for (const command of ['LMOVE l l LEFT RIGHT', 'RPOPLPUSH l l', 'LMOVEM l l LEFT RIGHT COUNT 2 OBO']) bench.run(command);
    expect(encoding()).toBe('listpack');
  });

  test.each([0, 1])('of %i makes every list of two elements a quicklist', (fill) => {
    begin(fill, 'a');
    expect(encoding()).toBe('listpack');
    bench.run('RPUSH l b');
    expect(encoding()).toBe('quicklist');
  });

  test('goes with one of 8192 bytes', () => {
    begin(100, 'x'.repeat(8000));
    expect(encoding()).toBe('listpack');
    bench.run(['RPUSH', 'l', 'y'.repeat(200)]);
    expect(encoding()).toBe('quicklist');
  });
});

describe('a limit of bytes', () => {
  test.each([[-1, 4096], [-2, 8192], [-3, 16_384], [-4, 32_768], [-5, 65_536], [-9, 65_536]])('%i is %i', (fill, bytes) => {
    begin(fill, 'x'.repeat(bytes - 200));
    expect(encoding()).toBe('listpack');
    bench.run(['RPUSH', 'l', 'y'.repeat(210)]);
    expect(encoding()).toBe('quicklist');
    bench.run('RPOP l');
    expect(encoding()).toBe('quicklist');
    bench.run('LSET l 0 small');
    expect(encoding()).toBe('listpack');
    bench.run(['LSET', 'l', '0', 'z'.repeat(bytes + 1)]);
    expect(encoding()).toBe('quicklist');
  });
});

test('a change that fails leaves the encoding', () => {
  begin(-1, 'a');
  const large = 'x'.repeat(5000);
  for (const command of [['LSET', 'l', '7', large], ['LINSERT', 'l', 'AFTER', 'b', large], ['LPUSHX', 'missing', large]]) bench.run(command);
  expect(encoding()).toBe('listpack');
});

test('memory: a small list is one block beside its entry, and a long one has little beside its elements', () => {
  bench.run('RPUSH l a b c');
  expect(bench.read('MEMORY USAGE l')).toBe(16 + 24);
  const elements = Array.from({ length: 1000 }, (_, i) => `element:${String(i).padStart(6, '0')}`);
  for (let i = 0; i < 100; i++) bench.run(['RPUSH', 'long', ...elements]);
  // An element of 14 bytes is encoded in 16.
  expect(Number(bench.read('MEMORY USAGE long')) / 100_000).toBeLessThan(16.1);
});
