import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { makeLogger } from '../../../src/base/logger.ts';
import { stopOnSignals } from '../../../src/lifecycle/signals.ts';

describe('stopOnSignals', () => {
  it('asks for an ordered stop at the first signal and exits with code 1 at the second', () => {
    const events: string[] = [];
    const source = new EventEmitter();
    stopOnSignals(
      (signal) => void events.push(`stop for ${signal}`), makeLogger((_level, message) => void events.push(message)), source,
      (code) => void events.push(`exit ${code}`),
    );
    source.emit('SIGHUP');
    source.emit('SIGINT');
    source.emit('SIGTERM');
    expect(events).toEqual([
      'Received SIGINT scheduling shutdown...', 'stop for SIGINT', 'You insist... exiting now.', 'exit 1',
    ]);
  });
});
