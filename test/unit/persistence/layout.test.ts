import { describe, expect, test } from 'vitest';
import { emptyLayout, formatLayout, parseLayout, readLayout, writeLayout } from '../../../src/persistence/layout.ts';
import { FaultyFiles } from './faulty-files.ts';

const path = '/data/tessera.layout';

describe('a layout', () => {
  test('reads back as it was written', () => {
    for (const layout of [
      emptyLayout,
      { generation: 3, shardCount: 2, preparing: 4, obsolete: ['gen-2', '../appendonly.aof', 'appendonly.aof.1.incr.aof', 'with blank'] },
    ]) {
      expect(parseLayout(formatLayout(layout), path)).toEqual(layout);
    }
  });

  test('of a later format is refused', () => {
    expect(() => parseLayout('format 2\ngeneration 1\nshards 1\n', path)).toThrow(`${path} has format 2; this version reads format 1`);
  });

  test('never names for removal what lies elsewhere', () => {
    for (const name of ['..', '.', '', '../..', '../', 'a/b', '../../a', '/etc']) {
      expect(() => parseLayout(`format 1\nobsolete ${name}\n`, path)).toThrow(`Bad layout file ${path}: "obsolete ${name}"`);
    }
  });

  test('is absent where none was written', () => {
    const files = new FaultyFiles(1);
    expect(readLayout(files, '/data')).toBeUndefined();
    files.makeDirectory('/data');
    writeLayout(files, '/data', { ...emptyLayout, generation: 1, shardCount: 2 });
    expect(readLayout(files, '/data')).toEqual({ ...emptyLayout, generation: 1, shardCount: 2 });
  });
});
