import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatManifest, parseManifest, readManifest, writeManifest } from '../../../src/persistence/manifest.ts';
import type { Manifest } from '../../../src/persistence/manifest.ts';
import { crashes, FaultyFiles } from './faulty-files.ts';

const path = '/data/appendonly.aof.manifest';

describe('a manifest', () => {
  test('reads as redis-server 7 writes it', () => {
    const text = 'file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.1.base.aof seq 1 type h\n'
      + 'file appendonly.aof.3.incr.aof seq 3 type i\nfile appendonly.aof.4.incr.aof seq 4 type i\n';
    expect(parseManifest(text, path)).toEqual({
      base: { name: 'appendonly.aof.2.base.rdb', sequence: 2 },
      history: [{ name: 'appendonly.aof.1.base.aof', sequence: 1 }],
      increments: [{ name: 'appendonly.aof.3.incr.aof', sequence: 3 }, { name: 'appendonly.aof.4.incr.aof', sequence: 4 }],
      foldedId: 0,
    });
    expect(formatManifest(parseManifest(text, path))).toBe(text);
  });

  test('reads back as it was written, whatever the names', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab.7 "\\\'\n\t\0\x7fé☃'), minLength: 1, maxLength: 12 });
    const file = fc.record({ name, sequence: fc.integer({ min: 1, max: 2 ** 40 }) });
    const manifest: fc.Arbitrary<Manifest> = fc.record({
      base: file, history: fc.array(file, { maxLength: 2 }),
      increments: fc.uniqueArray(file, { minLength: 1, maxLength: 3, selector: ({ sequence }) => sequence })
        .map((files) => files.toSorted((a, b) => a.sequence - b.sequence)),
      foldedId: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(fc.property(manifest, (written) => {
      expect(parseManifest(formatManifest(written), path)).toEqual(written);
    }));
  });

  test('passes over comments and pairs it does not know', () => {
    const text = '# by hand\nfile a.1.incr.aof seq 1 type i startoffset 17\n';
    expect(parseManifest(text, path).increments).toEqual([{ name: 'a.1.incr.aof', sequence: 1 }]);
  });

  test('that is damaged is refused with its line', () => {
    const good = 'file a.1.incr.aof seq 1 type i\n';
    for (const [text, line] of [
      ['', 1], [good.slice(0, -1), 1], [`${good}nonsense\n`, 2], [`${good}\n`, 2], [`${good}${good}`, 2], ['file ../a seq 1 type i\n', 1],
      ['file a seq 0 type i\n', 1], ['file a seq 1 type x\n', 1], ['file "a seq 1 type i\n', 1], ['seq 1 type i\n', 1],
      ['file a seq 1 type b\nfile b seq 2 type b\n', 2], ['file a seq 1 type b folded -3\n', 1],
    ] as const) {
      expect(() => parseManifest(text, path)).toThrow(`Bad manifest ${path}, line ${line}: `);
    }
  });

  test('is the old one or the new one after a crash at any operation', () => {
    const old: Manifest = { base: undefined, history: [], increments: [{ name: 'a.1.incr.aof', sequence: 1 }], foldedId: 0 };
    const next: Manifest = { ...old, base: { name: 'a.1.base.aof', sequence: 1 }, foldedId: 9 };
    let seen = '';
    for (let seed = 0; seed < 20; seed++) {
      for (let crashAt = 1; crashAt < 8; crashAt++) {
        const files = new FaultyFiles(seed);
        files.makeDirectory('/data');
        files.syncDirectory('/');
        writeManifest(files, '/data', 'a', old);
        files.faults = { crashAt: files.operationCount + crashAt, shortWrites: true };
        const isWritten = !crashes(() => writeManifest(files, '/data', 'a', next));
        const found = readManifest(files.afterCrash(seed, true), '/data', 'a');
        expect(isWritten ? [next] : [old, next]).toContainEqual(found);
        seen += found?.foldedId === 9 ? 'n' : 'o';
      }
    }
    expect(seen).toMatch(/o.*n|n.*o/);
  });
});
