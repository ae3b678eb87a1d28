/**
 * Keeps a second node off a data directory, by a lock that ends with its process (base/file-lock.ts). Who holds it stands
 * in a file beside the lock, for the message only.
 */
import { FileLock } from '../base/file-lock.ts';
import type { Files } from './files.ts';
import { PersistenceError } from './persistence-error.ts';
import { readTextFile, replaceTextFile } from './text-file.ts';

export class DirectoryLock {
  readonly #lock: FileLock;

  /** Makes the directory `root` if need be. Throws PersistenceError if another process holds it. */
  constructor(files: Files, root: string, pid: number) {
    files.makeDirectory(root);
    const lock = FileLock.take(`${root}/tessera.lock`);
    if (lock === undefined) {
      const holder = readTextFile(files, `${root}/tessera.pid`)?.trim() ?? 'unknown';
      throw new PersistenceError(`${root} is in use by another node (pid ${holder}). Give each node its own dir or appenddirname`);
    }
    this.#lock = lock;
    replaceTextFile(files, `${root}/tessera.pid`, `${root}/temp-tessera.pid`, `${pid}\n`);
  }

  release(): void {
    this.#lock.release();
  }
}
