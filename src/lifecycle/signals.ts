/**
 * Signals: SIGTERM and SIGINT ask for an ordered stop, once; another one of them does not wait for it.
 * SIGHUP is ignored, as Redis does: losing a terminal does not end a server.
 */
import type { Logger } from '../base/logger.ts';
import { insistedLine, stopRequestedLine } from './log-lines.ts';

export type StopSignal = 'SIGTERM' | 'SIGINT';

export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** Calls `stop` at the first signal; at the next, ends the process with code 1. */
export function stopOnSignals(
  stop: (signal: StopSignal) => void, logger: Logger, source: SignalSource = process, exit: (code: number) => void = process.exit,
): void {
  let isStopping = false;
  const receive = (signal: StopSignal) => (): void => {
    logger.warning(isStopping ? insistedLine : stopRequestedLine(signal));
    if (isStopping) return exit(1);
    isStopping = true;
    stop(signal);
  };
  source.on('SIGTERM', receive('SIGTERM'));
  source.on('SIGINT', receive('SIGINT'));
  source.on('SIGHUP', () => {});
}
