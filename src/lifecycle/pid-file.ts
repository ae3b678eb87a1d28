/** The pid file: a line with the process id, there while the server runs. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const daemonPidPath = '/var/run/tessera.pid';

export interface PidFileSettings {
  readonly pidfile: string;
  readonly daemonize: boolean;
  readonly dir: string;
}

/** Where the pid goes: the configured path, a default for a daemon, else nowhere. */
export function pidFilePath({ pidfile, daemonize, dir }: PidFileSettings): string | undefined {
  if (pidfile !== '') return resolve(dir, pidfile);
  return daemonize ? daemonPidPath : undefined;
}

/** Writes the file. Throws the system's error. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(path, `${pid}\n`);
}

/** Removes the file unless another process has put its own pid there; false when there was nothing to remove. */
export function removePidFile(path: string, pid: number): boolean {
  try {
    if (readFileSync(path, 'utf8').trim() !== String(pid)) return false;
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
