/**
 * Keeps a second node off a data directory. The lock is the operating system's, on a file, and ends
 * with the process however it ends: nothing is left that could block a restart. Node has no call for
 * such a lock of its own, but its SQLite takes one; the database in the lock file stays empty.
 *
 * Nothing else may open `tessera.lock` in this process: closing it would give the lock away. So who
 * holds it stands in a file beside it, for the message only.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Files } from './files.ts';
import { PersistenceError } from './persistence-error.ts';
import { readTextFile, replaceTextFile } from './text-file.ts';

const sqliteBusy = 5;

export class DirectoryLock {
  readonly #database: DatabaseSync;

  /** Makes the directory `root` if need be. Throws PersistenceError if another process holds it. */
  constructor(files: Files, root: string, pid: number) {
    files.makeDirectory(root);
    this.#database = new DatabaseSync(`${root}/tessera.lock`);
    try {
      this.#database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
      const holder = readTextFile(files, `${root}/tessera.pid`)?.trim() ?? 'unknown';
      throw new PersistenceError(`${root} is in use by another node (pid ${holder}). Give each node its own dir or appenddirname`);
    }
    replaceTextFile(files, `${root}/tessera.pid`, `${root}/temp-tessera.pid`, `${pid}\n`);
  }

  release(): void {
    this.#database.close();
  }
}
