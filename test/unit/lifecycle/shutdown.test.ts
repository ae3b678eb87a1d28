import { describe, expect, it } from 'vitest';
import { makeLogger } from '../../../src/base/logger.ts';
import { runShutdown } from '../../../src/lifecycle/shutdown.ts';
import type { ShutdownStep } from '../../../src/lifecycle/shutdown.ts';

function setUp() {
  const events: string[] = [];
  const logger = makeLogger((level, message) => void events.push(`${level}: ${message}`));
  const step = (name: string, run: () => void | Promise<void> = () => {}, more: Partial<ShutdownStep> = {}): ShutdownStep => ({
    name,
    timeoutMs: 1000,
    run: () => {
      events.push(`run ${name}`);
      return run();
    },
    ...more,
  });
  return { events, logger, step };
}

describe('runShutdown', () => {
  it('runs the steps one after the other', async () => {
    const { events, logger, step } = setUp();
    const outcome = await runShutdown([
      step('close the listeners', async () => {
        await new Promise(setImmediate);
        events.push('closed');
      }),
      step('sync the files'),
    ], logger);
    expect(outcome).toEqual({ isComplete: true, failedSteps: [] });
    expect(events).toEqual([
      'run close the listeners', 'closed', 'verbose: Shutdown: close the listeners',
      'run sync the files', 'verbose: Shutdown: sync the files',
    ]);
  });

  it('goes on after a step that failed or was late', async () => {
    const { events, logger, step } = setUp();
    const outcome = await runShutdown([
      step('throw', () => {
        throw new Error('no');
      }),
      step('hang', () => new Promise(() => {}), { timeoutMs: 5 }),
      step('end'),
    ], logger);
    expect(outcome).toEqual({ isComplete: true, failedSteps: ['throw', 'hang'] });
    expect(events.filter((event) => event.startsWith('warning'))).toEqual([
      'warning: Shutdown: failed to throw', 'warning: Shutdown: failed to hang',
    ]);
    expect(events.at(-1)).toBe('verbose: Shutdown: end');
  });

  it('stops at a failed step that must succeed', async () => {
    const { events, logger, step } = setUp();
    const outcome = await runShutdown([
      step('save', () => Promise.reject(new Error('disk full')), { mustSucceed: true }), step('close'),
    ], logger);
    expect(outcome).toEqual({ isComplete: false, failedSteps: ['save'], stoppedAt: 'save' });
    expect(events).not.toContain('run close');
  });
});
