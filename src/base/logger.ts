/**
 * What a log is to the code that writes to it, and the logger of threads other than the main one: they post their
 * lines to the main thread, which owns pino (loading it in each of them would cost its start-up time).
 */
import type { MessagePort } from 'node:worker_threads';

/** From the least to the most important; `loglevel` names the least that is written. */
export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

export type LogMethod = (message: string, details?: object) => void;

/** `details` are structured-cloneable fields of the line; an Error goes under `error`. */
export type Logger = Readonly<Record<LogLevel, LogMethod>>;

/** What goes through a port of ServerLogger.portFor. */
export interface PostedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly details: object;
}

/** The logger of any other thread; `port` came from ServerLogger.portFor. */
export function threadLogger(port: MessagePort): Logger {
  return makeLogger((level, message, details) => {
    port.postMessage({ level, message, details } satisfies PostedLine);
  });
}

/** A logger from one function for every level. */
export function makeLogger(write: (level: LogLevel, message: string, details: object) => void): Logger {
  const method = (level: LogLevel): LogMethod => (message, details = {}) => write(level, message, details);
  return { debug: method('debug'), verbose: method('verbose'), notice: method('notice'), warning: method('warning') };
}
