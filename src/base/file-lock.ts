/**
 * A lock on a file that is the operating system's: it ends with the process however that ends, so nothing is left that
 * could block a restart. Node has no call for such a lock of its own, but its SQLite takes one; the database in the file
 * stays empty.
 *
 * Nothing else may open the file in this process: closing it would give the lock away.
 */
import { DatabaseSync } from 'node:sqlite';

const sqliteBusy = 5;

export class FileLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Makes the file if need be. Undefined when another holder has it; throws what the system says. */
  static take(path: string): FileLock | undefined {
    const database = new DatabaseSync(path);
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
      return undefined;
    }
  }

  release(): void {
    this.#database.close();
  }
}
