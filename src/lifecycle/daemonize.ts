/**
 * `daemonize yes`: Node cannot fork, so the process starts itself again, detached from the terminal and in a session
 * of its own, with its standard streams on /dev/null, and ends with code 0. Configuration errors have been shown by
 * then; what fails later is in the log file only, as with Redis.
 */
import { once } from 'node:events';

const marker = 'TESSERA_DAEMON';

/** Whether this process is the one that goes on in the background. Asks once: the mark is not handed down. */
export function takeDaemonMark(): boolean {
  const isDaemon = process.env[marker] === '1';
  delete process.env[marker];
  return isDaemon;
}

/**
 * Starts the background process and resolves with its pid; the caller then exits with code 0.
 * `standardInput` is the configuration already read from standard input, to be read again.
 */
export async function startDaemon(standardInput: string | undefined): Promise<number> {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: [standardInput === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    env: { ...process.env, [marker]: '1' },
  });
  await once(child, 'spawn');
  if (child.stdin !== null) {
    child.stdin.end(standardInput);
    await once(child.stdin, 'close');
  }
  child.unref();
  return child.pid!;
}
