/**
 * Cleaning up when the test process ends, by itself or because it is told to (the test runner ends its
 * workers with SIGTERM). Only what is synchronous gets done.
 */
const callbacks: (() => void)[] = [];

/** Runs `callback` when this process ends. */
export function atExit(callback: () => void): void {
  if (callbacks.length === 0) hook();
  callbacks.push(callback);
}

function hook(): void {
  process.once('exit', () => {
    for (const callback of callbacks) callback();
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
}
