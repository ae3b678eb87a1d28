/** Reading ahead: that it reads the records that look-ups will find, and changes nothing. */
import { describe, expect, test } from 'vitest';
import { Prefetch } from '../../../src/structures/prefetch.ts';
import { TableFixture } from './table-fixture.ts';

describe('prefetching', () => {
  test('reads root, home bucket and record, and changes nothing', () => {
    const fixture = new TableFixture();
    for (let index = 0; index < 2000; index++) fixture.insert(Buffer.from(`key:${index}`));
    const reads = new Set<number>();
    const words = new Proxy(fixture.arena.i32, { get: (i32, word) => (reads.add(Number(word)), i32[Number(word)]) });
    let found = 0;
    for (const [name, addr] of fixture.model) {
      const prefetch = new Prefetch(2);
      reads.clear();
      prefetch.add(fixture.root, fixture.hash(Buffer.from(name)));
      prefetch.run(words);
      expect(reads.has(fixture.root + 2)).toBe(true);
      if (reads.has(addr * 2)) found++;
    }
    // The rest went past a full home bucket.
    expect(found).toBeGreaterThan(1800);
    fixture.compare();
  });

  test('takes an empty table, and forgets a batch once it is read', () => {
    const fixture = new TableFixture();
    const prefetch = new Prefetch(1);
    let reads = 0;
    const words = new Proxy(fixture.arena.i32, { get: (i32, word) => (reads++, i32[Number(word)]) });
    prefetch.add(fixture.root, 1);
    prefetch.run(words);
    expect(reads).toBeGreaterThan(0);
    reads = 0;
    prefetch.run(words);
    expect(reads).toBe(0);
  });
});
