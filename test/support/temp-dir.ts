/** Temporary directories that are gone when the process is, unless TEST_KEEP is set. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

const made: string[] = [];

/** A new empty directory, removed when this process ends. */
export function makeTempDir(name = 'test'): string {
  if (made.length === 0) atExit(removeAll);
  const path = mkdtempSync(join(tmpdir(), `tessera-${name}-`));
  made.push(path);
  return path;
}

/** Removes a directory made by makeTempDir before the process ends. */
export function removeTempDir(path: string): void {
  if (process.env['TEST_KEEP'] === undefined) rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

function removeAll(): void {
  for (const path of made) removeTempDir(path);
}
