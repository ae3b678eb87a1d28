import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskFiles as files } from '../../../src/persistence/files.ts';
import type { Files } from '../../../src/persistence/files.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { FaultyFiles } from './faulty-files.ts';

function place(): { files: Files; path: string }[] {
  const memory = new FaultyFiles(1);
  memory.makeDirectory('/t');
  return [{ files, path: makeTempDir('files') }, { files: memory, path: '/t' }];
}

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe.each([['on disk', 0], ['in memory', 1]] as const)('files %s', (_, which) => {
  test('write at a place, straight from shared memory, and read back', () => {
    const { files: disk, path } = place()[which]!;
    const shared = new Uint8Array(new SharedArrayBuffer(16)).fill(65);
    const file = disk.open(join(path, 'a'), 'create');
    expect(disk.write(file, shared, 2, 4, 3)).toBe(4);
    disk.sync(file);
    expect(disk.sizeBytes(file)).toBe(7);
    disk.truncate(file, 5);
    disk.close(file);
    const again = disk.open(join(path, 'a'), 'read');
    const target = new Uint8Array(10).fill(1);
    expect(disk.read(again, target, 1, 9, 0)).toBe(5);
    expect([...target]).toEqual([1, 0, 0, 0, 65, 65, 1, 1, 1, 1]);
    expect(disk.read(again, target, 0, 9, 5)).toBe(0);
    disk.close(again);
  });

  test('keep what is there when opened for writing, and nothing when created', () => {
    const { files: disk, path } = place()[which]!;
    const name = join(path, 'a');
    expect(codeOf(() => disk.open(name, 'write'))).toBe('ENOENT');
    expect(codeOf(() => disk.open(name, 'read'))).toBe('ENOENT');
    const sizes = (['create', 'write', 'create'] as const).map((mode) => {
      const file = disk.open(name, mode);
      const size = disk.sizeBytes(file);
      disk.write(file, Buffer.from('abc'), 0, 3, 0);
      disk.close(file);
      return size;
    });
    expect(sizes).toEqual([0, 3, 0]);
  });

  test('list, rename and remove names', () => {
    const { files: disk, path } = place()[which]!;
    disk.makeDirectory(join(path, 'd/e'));
    disk.makeDirectory(join(path, 'd/e'));
    for (const name of ['d/b', 'd/a', 'd/e/x']) disk.close(disk.open(join(path, name), 'create'));
    disk.syncDirectory(join(path, 'd'));
    expect(disk.list(join(path, 'd'))).toEqual(['a', 'b', 'e']);
    disk.rename(join(path, 'd/a'), join(path, 'd/b'));
    expect(disk.list(join(path, 'd'))).toEqual(['b', 'e']);
    disk.remove(join(path, 'd/e'));
    disk.remove(join(path, 'd/nothing'));
    expect(disk.list(join(path, 'd'))).toEqual(['b']);
    disk.remove(join(path, 'd'));
    expect(disk.list(join(path, 'd'))).toBeUndefined();
    expect(codeOf(() => disk.rename(join(path, 'x'), join(path, 'y')))).toBe('ENOENT');
  });
});
