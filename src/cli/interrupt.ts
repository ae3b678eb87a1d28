/** Ctrl-C and its kin while there is something to put right: the work is told, and gets to clean up. */
import { CommandError } from './usage.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `work`; after a signal it fails with a CommandError that says so. Further signals change nothing. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  for (const name of signals) process.on(name, () => control.abort(new CommandError('interrupted: what was started is stopped again')));
  try {
    return await work(control.signal);
  } catch (error) {
    throw control.signal.aborted ? control.signal.reason : error;
  }
}
