import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AofReader } from '../../../src/persistence/aof-reader.ts';
import type { Item } from '../../../src/persistence/aof-reader.ts';
import { PersistenceError } from '../../../src/persistence/persistence-error.ts';
import { respCommand } from '../channel/effect-bytes.ts';
import { aof } from './aof-text.ts';
import { FaultyFiles } from './faulty-files.ts';

const path = '/data/appendonly.aof';

function reading(content: Uint8Array, chunkBytes?: number): AofReader {
  const files = new FaultyFiles(1);
  files.put(path, content);
  return new AofReader(files, path, undefined, chunkBytes);
}

/** All commands up to the end, and how it ends. */
function readAll(reader: AofReader): { commands: Buffer[][]; last: Item; offset: number } {
  const commands: Buffer[][] = [];
  for (;;) {
    const item = reader.next();
    if (item === 'end' || item === 'torn') return { commands, last: item, offset: reader.itemOffset };
    if (item === 'command') {
      commands.push(Array.from({ length: reader.argc }, (_, i) =>
        Buffer.from(reader.bytes.slice(reader.index[i * 2]!, reader.index[i * 2]! + reader.index[i * 2 + 1]!))));
    }
  }
}

const argument = fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes));
const commands = fc.array(fc.array(argument, { minLength: 1, maxLength: 70 }), { maxLength: 8 });

describe('an AOF reader', () => {
  test('gives back what was written, whatever the size of its chunks', () => {
    fc.assert(fc.property(commands, fc.integer({ min: 1, max: 300 }), (written, chunkBytes) => {
      const content = Buffer.concat(written.map((args) => respCommand(...args)));
      const read = readAll(reading(content, chunkBytes));
      expect(read.last).toBe('end');
      expect(read.offset).toBe(content.length);
      expect(read.commands.map((args) => args.map(String))).toEqual(written.map((args) => args.map(String)));
    }));
  });

  test('finds the whole commands before a cut at every byte', () => {
    const written = [['SET', 'a', '1'], ['DEL', ''], ['SET', 'b', 'x'.repeat(120)], ['PING']];
    const parts = written.map((args) => respCommand(...args));
    const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
    const content = Buffer.concat(parts);
    for (let cut = 0; cut <= content.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length;
      const read = readAll(reading(content.subarray(0, cut), 32));
      expect(read.commands).toHaveLength(whole);
      expect(read.last).toBe(cut === 0 || ends.includes(cut) ? 'end' : 'torn');
      expect(read.offset).toBe(whole === 0 ? 0 : ends[whole - 1]);
    }
  });

  test('takes a rest of zeros for a torn tail, wherever it begins', () => {
    const content = aof('SET a 1', 'SET b 22222', 'DEL c');
    const first = aof('SET a 1').length;
    for (let kept = first; kept < content.length; kept++) {
      const zeroed = Buffer.concat([content.subarray(0, kept), Buffer.alloc(5000)]);
      const read = readAll(reading(zeroed, 64));
      expect(read.last).toBe('torn');
      expect(content.subarray(0, read.offset).toString()).toBe(aof(...['SET a 1', 'SET b 22222'].slice(0, read.commands.length)).toString());
    }
  });

  test('refuses a file that is neither commands nor torn, and says where and what to do', () => {
    const before = aof('SET a 1');
    for (const [bad, at] of [
      ['hello', 0], ['*1\r\n+PING\r\n', 4], ['*0\r\n', 3], ['*x\r\n', 1], ['*1\r$4', 3], ['*\r\n', 1], ['*1\r\n$4\r\nPINGxx', 12],
      ['*1\r\n$-1\r\n', 5], ['*1\r\n$99999999999\r\n', 14], [`#${'x'.repeat(2000)}\r\n`, 1025],
    ] as const) {
      const reader = reading(Buffer.concat([before, Buffer.from(bad), aof('SET b 2')]));
      expect(() => readAll(reader)).toThrow(PersistenceError);
      expect(() => {
        reader.seek(0);
        readAll(reader);
      }).toThrow(new RegExp(`${path} at byte ${before.length + at}: .*redis-check-aof --fix ${path}$`));
    }
  });

  test('passes over annotations', () => {
    const reader = reading(aof('#TS:1628217473', 'SET a 1', '#'));
    expect(reader.next()).toBe('annotation');
    expect(reader.annotation).toBe('TS:1628217473');
    expect(readAll(reader)).toMatchObject({ commands: [[Buffer.from('SET'), Buffer.from('a'), Buffer.from('1')]], last: 'end' });
    expect(readAll(reading(aof('SET a 1', '#TX:1').subarray(0, -1))).last).toBe('torn');
  });

  test('goes back to an item it has read, near or far', () => {
    const content = Buffer.concat(Array.from({ length: 50 }, (_, i) => respCommand('SET', `key-${i}`, 'x'.repeat(i))));
    const reader = reading(content, 128);
    const offsets: number[] = [];
    while (reader.next() === 'command') offsets.push(reader.itemOffset);
    for (const i of [49, 0, 48, 1, 25, 24, 26]) {
      reader.seek(offsets[i]!);
      expect(reader.next()).toBe('command');
      expect(reader.argument(1)).toBe(`key-${i}`);
    }
  });

  test('reads a value much larger than its chunk and shrinks again', () => {
    const value = Buffer.alloc(3_000_000, 'v');
    const reader = reading(Buffer.concat([respCommand('SET', 'a', value), ...Array.from({ length: 100 }, () => aof('SET b 1'))]), 1024);
    expect(reader.next()).toBe('command');
    expect(reader.index[5]).toBe(value.length);
    expect(Buffer.from(reader.bytes.subarray(reader.index[4], reader.index[4]! + value.length)).equals(value)).toBe(true);
    expect(readAll(reader).commands).toHaveLength(100);
    expect(reader.bytes.length).toBeLessThan(5000);
  });

  test('tells what a file begins with', () => {
    expect(reading(Buffer.from('REDIS0011')).startsWith('REDIS')).toBe(true);
    expect(reading(Buffer.from('REDI')).startsWith('REDIS')).toBe(false);
    expect(reading(Buffer.from('')).startsWith('REDIS')).toBe(false);
    const reader = reading(aof('PING'));
    expect(reader.startsWith('REDIS')).toBe(false);
    expect(reader.next()).toBe('command');
  });

  test('reads no further than it is told', () => {
    const files = new FaultyFiles(1);
    files.put(path, aof('SET a 1', 'SET b 2'));
    const reader = new AofReader(files, path, aof('SET a 1').length);
    expect(readAll(reader)).toMatchObject({ last: 'end', commands: [expect.anything()] });
  });
});
