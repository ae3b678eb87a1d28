/**
 * The few file operations persistence needs, thin over node:fs, so that tests can put a failing disk
 * or a crash in their place. All are synchronous: they run in the log thread, or at start.
 *
 * Errors are those of node:fs: `code` names them ('ENOSPC') and `errno` is the negative number.
 * A new or renamed name is durable only after `syncDirectory`, content only after `sync`.
 */
import * as fs from 'node:fs';

export interface Files {
  /** `read`: must exist. `write`: must exist, kept. `create`: made or emptied. Returns a descriptor. */
  open(path: string, mode: OpenMode): number;
  close(file: number): void;
  /** Returns the bytes read, 0 at the end of the file. */
  read(file: number, target: Uint8Array, offset: number, length: number, position: number): number;
  /** Returns the bytes written, which may be fewer than `length`. */
  write(file: number, source: Uint8Array, offset: number, length: number, position: number): number;
  sync(file: number): void;
  truncate(file: number, sizeBytes: number): void;
  sizeBytes(file: number): number;
  rename(from: string, to: string): void;
  /** Removes a file, or a directory with all it holds; nothing if it is not there. */
  remove(path: string): void;
  /** Nothing if it is there. */
  makeDirectory(path: string): void;
  /** Names in a directory, sorted; undefined if it does not exist. */
  list(path: string): string[] | undefined;
  syncDirectory(path: string): void;
}

export type OpenMode = 'read' | 'write' | 'create';

const flags = { read: 'r', write: 'r+', create: 'w' } as const;

export const diskFiles: Files = {
  open: (path, mode) => fs.openSync(path, flags[mode], 0o644),
  close: (file) => fs.closeSync(file),
  read: (file, target, offset, length, position) => fs.readSync(file, target, offset, length, position),
  write: (file, source, offset, length, position) => fs.writeSync(file, source, offset, length, position),
  sync: (file) => fs.fdatasyncSync(file),
  truncate: (file, sizeBytes) => fs.ftruncateSync(file, sizeBytes),
  sizeBytes: (file) => fs.fstatSync(file).size,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { recursive: true, force: true }),
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true }),
  list: (path) => {
    try {
      return fs.readdirSync(path).toSorted();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  syncDirectory: (path) => {
    const directory = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(directory);
    } finally {
      fs.closeSync(directory);
    }
  },
};
