/**
 * Log lines that supervisors, scripts and the test suites of Redis look for, in one place. Their words are Redis's
 * and must not change; each of the first three is logged once a start. (What a listener says when it fails is in
 * socket/listen-error.ts.)
 */

/** Contains ` PID: <pid>`. */
export function startedLine(facts: { readonly mode: string; readonly port: number; readonly shardCount: number; readonly pid: number }): string {
  const { mode, port, shardCount, pid } = facts;
  return `Running mode=${mode}, port=${port}, shards=${shardCount}, PID: ${pid}`;
}

export const initializedLine = 'Server initialized';

export const readyLine = 'Ready to accept connections';

export function stopRequestedLine(signal: string): string {
  return `Received ${signal} scheduling shutdown...`;
}

export const insistedLine = 'You insist... exiting now.';

export const byeLine = 'Tessera is now ready to exit, bye bye...';
