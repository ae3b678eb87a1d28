/** Writes all of a byte range, whatever the pieces the operating system takes; throws what it cannot. */
import { constants } from 'node:os';
import type { Files } from './files.ts';

export function writeFully(
  files: Files, file: number, source: Uint8Array, offset: number, length: number, position: number,
): void {
  let done = 0;
  while (done < length) {
    done += writeSome(files, file, source, offset + done, length - done, position + done);
  }
}

/** One write that an interrupt does not count for: at least one byte. */
export function writeSome(
  files: Files, file: number, source: Uint8Array, offset: number, length: number, position: number,
): number {
  for (;;) {
    try {
      const count = files.write(file, source, offset, length, position);
      if (count > 0) return count;
      throw Object.assign(new Error('a write took no byte'), { code: 'EIO', errno: -constants.errno.EIO });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
    }
  }
}
