/** Small text files that are read whole and replaced atomically. */
import { dirname } from 'node:path';
import type { Files } from './files.ts';
import { writeFully } from './write-fully.ts';

/** The file's text, or undefined if there is none. */
export function readTextFile(files: Files, path: string): string | undefined {
  let file: number;
  try {
    file = files.open(path, 'read');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(files.sizeBytes(file));
    let length = 0;
    while (length < bytes.length) {
      const count = files.read(file, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    files.close(file);
  }
}

/** Replaces the file: after a crash its text is the old one or the new one. `temporary` is in the same directory. */
export function replaceTextFile(files: Files, path: string, temporary: string, text: string): void {
  const file = files.open(temporary, 'create');
  try {
    const bytes = Buffer.from(text, 'utf8');
    writeFully(files, file, bytes, 0, bytes.length, 0);
    files.sync(file);
  } finally {
    files.close(file);
  }
  files.rename(temporary, path);
  files.syncDirectory(dirname(path));
}
