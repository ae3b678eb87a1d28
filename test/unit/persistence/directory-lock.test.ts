import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DirectoryLock } from '../../../src/persistence/directory-lock.ts';
import { diskFiles } from '../../../src/persistence/files.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** Another process that holds the lock of `root`. */
async function holder(root: string): Promise<ChildProcess> {
  const script = new URL('lock-holder.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, root], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('locked\n');
  return child;
}

describe('a directory lock', () => {
  test('refuses a second process and names the first', async () => {
    const root = join(makeTempDir('lock'), 'appendonlydir');
    const first = await holder(root);
    expect(() => new DirectoryLock(diskFiles, root, process.pid))
      .toThrow(`${root} is in use by another node (pid ${first.pid}).`);
    expect(() => new DirectoryLock(diskFiles, root, process.pid)).toThrow('in use by another node');
    expect(diskFiles.list(root)).toEqual(['tessera.lock', 'tessera.pid']);
    first.kill('SIGKILL');
    await once(first, 'close');
  });

  test('ends with its process, even after kill -9', async () => {
    const root = join(makeTempDir('lock'), 'appendonlydir');
    const first = await holder(root);
    first.kill('SIGKILL');
    await once(first, 'close');
    const lock = new DirectoryLock(diskFiles, root, process.pid);
    expect(() => new DirectoryLock(diskFiles, root, process.pid)).toThrow(`pid ${process.pid}`);
    lock.release();
  });

  test('can be given back and taken again', async () => {
    const root = join(makeTempDir('lock'), 'appendonlydir');
    for (let i = 0; i < 3; i++) new DirectoryLock(diskFiles, root, process.pid).release();
    const first = await holder(root);
    first.stdin!.end();
    await once(first, 'close');
    expect(() => new DirectoryLock(diskFiles, root, process.pid).release()).not.toThrow();
  });
});
