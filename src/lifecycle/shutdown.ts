/**
 * The ordered stop as data: named steps, one after the other, each with the time it may take. A step that fails or
 * is late is logged, and the stop goes on, unless the step is one that must succeed: then nothing after it runs, so
 * that a server that cannot save its data keeps serving it.
 */
import type { Logger } from '../base/logger.ts';

export interface ShutdownStep {
  /** What it does, as a log line says it: `close the listeners`. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly mustSucceed?: boolean;
  readonly run: () => void | Promise<void>;
}

export type ShutdownOutcome =
  | { readonly isComplete: true; readonly failedSteps: readonly string[] }
  | { readonly isComplete: false; readonly failedSteps: readonly string[]; readonly stoppedAt: string };

export async function runShutdown(steps: readonly ShutdownStep[], logger: Logger): Promise<ShutdownOutcome> {
  const failedSteps: string[] = [];
  for (const step of steps) {
    try {
      await inTime(step);
      logger.verbose(`Shutdown: ${step.name}`);
    } catch (error) {
      failedSteps.push(step.name);
      logger.warning(`Shutdown: failed to ${step.name}`, { error });
      if (step.mustSucceed === true) return { isComplete: false, failedSteps, stoppedAt: step.name };
    }
  }
  return { isComplete: true, failedSteps };
}

async function inTime({ timeoutMs, run }: ShutdownStep): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not done within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([Promise.try(run), late]);
  } finally {
    clearTimeout(timer);
  }
}
