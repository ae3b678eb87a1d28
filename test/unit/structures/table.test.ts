import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { Purpose } from '../../../src/memory/arena.ts';
import { BUCKET_WORDS, PASSED_BY } from '../../../src/structures/bucket-array.ts';
import { ChosenHash, keyWithHash, TableFixture } from './table-fixture.ts';

const chosenHash = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 0xffff, 0x10000, 0x10001, 0x20000, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff) },
  { weight: 2, arbitrary: fc.nat({ max: 15 }).map((top) => (top << 28) >>> 0) },
  { weight: 1, arbitrary: fc.nat({ max: 0xffffffff }) },
);

describe('a table agrees with a map', () => {
  test('through any insertions, removals and replacements, with hashes that collide', () => {
    const operation = fc.record({ hash: chosenHash, name: fc.nat({ max: 60 }), replaces: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 250, size: 'max' }), (operations) => {
        const fixture = new TableFixture(new ChosenHash());
        for (const { hash, name, replaces } of operations) {
          const key = keyWithHash(hash, name);
          expect(fixture.find(key) !== 0).toBe(fixture.has(key));
          if (!fixture.has(key)) fixture.insert(key);
          else if (replaces) fixture.replace(key);
          else fixture.remove(key);
        }
        fixture.compare();
        fixture.drain();
      }),
      { numRuns: 150 },
    );
  });

  test('at every step of growing to 200 entries and shrinking again', () => {
    const fixture = new TableFixture();
    const keys = Array.from({ length: 200 }, (_, index) => Buffer.from(`key:${index}`));
    for (const key of keys) {
      fixture.insert(key);
      fixture.compare();
    }
    for (const key of keys) {
      fixture.remove(key);
      fixture.compare();
    }
    expect(fixture.expectNothingLeft()).toBe(0);
  });

  test('when overflow wraps from the last bucket and every bucket was passed', () => {
    const fixture = new TableFixture(new ChosenHash());
    const keys: Buffer[] = [];
    const fill = (hash: number, count: number): Buffer[] => Array.from({ length: count }, () => {
      const key = keyWithHash(hash, keys.length);
      keys.push(key);
      fixture.insert(key);
      return key;
    });
    // Two buckets, 17 entries: the first one's overflow fills the second, whose own goes round to the first.
    const low = fill(0, 11);
    fill(0xffff0000, 5);
    for (const key of low.slice(0, 8)) fixture.remove(key);
    fill(0xffff0000, 8);
    const { i32 } = fixture.arena;
    const buckets = i32[fixture.root]! * 2;
    expect([i32[fixture.root + 2], i32[buckets + PASSED_BY], i32[buckets + BUCKET_WORDS + PASSED_BY]]).toEqual([2, 1, 4]);
    fixture.compare();
    expect(fixture.find(keyWithHash(0, 'absent'))).toBe(0);
    expect(fixture.find(keyWithHash(0xffff0000, 'absent'))).toBe(0);
    fixture.drain();
  });
});

describe('find', () => {
  test('tells keys apart that share hash, length or prefix', () => {
    const fixture = new TableFixture(new ChosenHash());
    const names = ['', 'a', 'b', 'ab', 'abc', 'abcd', 'abce', 'abcde', 'abcdefgh', 'abcdefgi', 'xbcdefgh', 'abcdefghijk'];
    for (const [index, name] of names.entries()) {
      const key = keyWithHash(0x12345678, name);
      expect(fixture.find(key)).toBe(0);
      fixture.insert(key);
      for (const other of names) expect(fixture.find(keyWithHash(0x12345678, other)) !== 0).toBe(names.indexOf(other) <= index);
    }
  });

  test('reads the key in place, at any offset of a larger buffer', () => {
    const fixture = new TableFixture();
    const key = Buffer.from('some:key:of:23:bytes!!!');
    const addr = fixture.insert(key);
    const buffer = new Uint8Array(new SharedArrayBuffer(64));
    for (let offset = 0; offset < 16; offset++) {
      buffer.fill(0x21).set(key, offset);
      expect(fixture.table.find(fixture.root, fixture.hash(key), buffer, offset, key.length)).toBe(addr);
      expect(fixture.table.find(fixture.root, fixture.hash(key), buffer, offset, key.length + 1)).toBe(0);
    }
  });

  test('works with the empty key', () => {
    const fixture = new TableFixture();
    const addr = fixture.insert(Buffer.alloc(0));
    expect(fixture.find(Buffer.alloc(0))).toBe(addr);
    expect(fixture.find(Buffer.from('x'))).toBe(0);
  });

  test.each([0xfffe, 0xffff, 0x10000, 300_001])('works with a key of %i bytes', (length) => {
    const fixture = new TableFixture();
    const key = Buffer.alloc(length, 'k');
    const addr = fixture.newRecord(key, 2);
    fixture.table.insert(fixture.root, fixture.hash(key), addr);
    expect(fixture.find(key)).toBe(addr);
    key[length - 1] = 0;
    expect(fixture.table.find(fixture.root, fixture.table.count(fixture.root), key, 0, length)).toBe(0);
    fixture.check();
  });
});

describe('a root', () => {
  test('of zeroes is an empty table without memory', () => {
    const { table, root } = new TableFixture();
    expect(table.count(root)).toBe(0);
    expect(table.usedBytes(root)).toBe(0);
    expect(table.find(root, 5, Buffer.from('x'), 0, 1)).toBe(0);
    expect(table.random(root, new Random(1))).toBe(0);
    table.clear(root);
    table.check(root);
  });

  test('is independent of the other roots of its arena', () => {
    const fixture = new TableFixture();
    const other = fixture.root + 4;
    const key = Buffer.from('shared');
    const addr = fixture.insert(key);
    expect(fixture.table.find(other, fixture.hash(key), key, 0, key.length)).toBe(0);
    const second = fixture.newRecord(key);
    fixture.table.insert(other, fixture.hash(key), second);
    expect(fixture.find(key)).toBe(addr);
    fixture.table.remove(other, fixture.hash(key), second);
    fixture.arena.free(second, Purpose.entry);
    fixture.compare();
  });

  test.each([1, 10, 11, 300, 700, 30_000])('that is cleared gives back the memory for %i entries and keeps their records', (count) => {
    const fixture = new TableFixture();
    for (let index = 0; index < count; index++) fixture.insert(Buffer.from(`key:${index}`));
    const recordBytes = fixture.arena.usedBytesOf(Purpose.entry);
    fixture.table.clear(fixture.root);
    expect(fixture.table.count(fixture.root)).toBe(0);
    expect(fixture.arena.usedBytesOf(Purpose.table)).toBe(0);
    expect(fixture.arena.usedBytesOf(Purpose.entry)).toBe(recordBytes);
    for (const addr of fixture.model.values()) fixture.arena.free(addr, Purpose.entry);
    fixture.model.clear();
    fixture.compare();
    fixture.expectNothingLeft();
  });

  test('of 61 to 305 entries costs less than 9 bytes an entry on average', () => {
    const { table, root, newRecord, hash, ...fixture } = withMethods(new TableFixture());
    let bytes = 0;
    let entries = 0;
    for (let count = 1; count <= 305; count++) {
      const key = Buffer.from(`key:${count}`);
      table.insert(root, hash(key), newRecord(key));
      if (count < 61) continue;
      bytes += table.usedBytes(root) + 16;
      entries += count;
    }
    expect(fixture.arena.usedBytesOf(Purpose.table)).toBe(table.usedBytes(root));
    expect(bytes / entries).toBeLessThan(9);
  });
});

describe('a mistake of the caller', () => {
  test('is caught when it removes or replaces a record that is not there', () => {
    const fixture = new TableFixture();
    const key = Buffer.from('here');
    const addr = fixture.insert(key);
    expect(() => fixture.table.remove(fixture.root, fixture.hash(key), addr + 2)).toThrow('removed is in the table');
    expect(() => fixture.table.remove(fixture.root, fixture.hash(key) ^ 0x10000, addr)).toThrow('removed is in the table');
    expect(() => fixture.table.replace(fixture.root, fixture.hash(key), addr + 2, addr)).toThrow('replaced is in the table');
    fixture.compare();
  });

  test('is found by check when a record\'s key has changed', () => {
    const fixture = new TableFixture();
    const addr = fixture.insert(Buffer.from('abcd'));
    fixture.arena.u8[addr * 8 + 8] = 0;
    expect(() => fixture.table.check(fixture.root)).toThrow('a tag is its hash\'s');
  });
});

function withMethods(fixture: TableFixture) {
  return {
    arena: fixture.arena,
    table: fixture.table,
    root: fixture.root,
    newRecord: (key: Uint8Array) => fixture.newRecord(key),
    hash: (key: Uint8Array) => fixture.hash(key),
  };
}
