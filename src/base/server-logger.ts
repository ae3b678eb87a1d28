/**
 * The log of the server: pino in the main thread; readable lines on a terminal, JSON elsewhere.
 *
 * Writing is synchronous, so the last words before an exit are never lost. A log file is opened for each line:
 * it can be renamed or removed by a log rotation at any time. Lines that other threads have posted and that are
 * still under way are taken over by drain, at exit.
 */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { destination, pino, stdSerializers } from 'pino';
import { makeLogger } from './logger.ts';
import type { Logger, LogLevel, LogMethod, PostedLine } from './logger.ts';

export interface ServerLoggerOptions {
  readonly level: LogLevel | 'nothing';
  /** Absolute path; standard output when empty. */
  readonly path: string;
  /** Takes whole lines in place of the file or standard output. */
  readonly write?: (line: string) => void;
  /** Whether a person reads the lines; found out when absent. */
  readonly isReadable?: boolean;
}

/** Numbers of the lines: those of pino and its viewers, with `verbose` between debug and info. */
const levelNumbers = { debug: 20, verbose: 25, notice: 30, warning: 40 } as const satisfies Record<LogLevel, number>;
const levelNames = Object.keys(levelNumbers) as readonly LogLevel[];

/** The main thread's logger. */
export class ServerLogger implements Logger {
  readonly debug: LogMethod;
  readonly verbose: LogMethod;
  readonly notice: LogMethod;
  readonly warning: LogMethod;
  readonly #threads: ReturnType<typeof makePino>;
  readonly #drains = new Set<() => void>();

  constructor(options: ServerLoggerOptions) {
    this.#threads = makePino(options);
    const { debug, verbose, notice, warning } = this.#methods('door');
    this.debug = debug;
    this.verbose = verbose;
    this.notice = notice;
    this.warning = warning;
  }

  setLevel(level: LogLevel | 'nothing'): void {
    this.#threads.level = level === 'nothing' ? 'silent' : level;
  }

  /** The end of a channel to hand to a thread, for threadLogger. */
  portFor(thread: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const methods = this.#methods(thread);
    const write = ({ level, message, details }: PostedLine): void => methods[level](message, details);
    port1.on('message', write);
    port1.unref();
    const drain = (): void => {
      for (let next = receiveMessageOnPort(port1); next !== undefined; next = receiveMessageOnPort(port1)) {
        write(next.message as PostedLine);
      }
    };
    this.#drains.add(drain);
    port1.once('close', () => this.#drains.delete(drain));
    return port2;
  }

  /** Writes what other threads have posted so far. */
  drain(): void {
    for (const drain of this.#drains) drain();
  }

  #methods(thread: string): Logger {
    // Levels are checked against the common one, which changes at run time; a child would keep its own.
    const child = this.#threads.child({ thread }, { level: 'debug' });
    return makeLogger((level, message, details) => {
      if (this.#threads.isLevelEnabled(level)) child[level](details, message);
    });
  }
}

/** Whether log lines go to a person's terminal. */
export function logsToTerminal(path: string): boolean {
  return path === '' && isatty(1);
}

function makePino({ level, path, write, isReadable }: ServerLoggerOptions) {
  const sink = write ?? (path === '' ? standardOutput() : fileAppender(path));
  const format = (isReadable ?? (write === undefined && logsToTerminal(path))) ? readableFormat() : undefined;
  return pino({
    level: level === 'nothing' ? 'silent' : level,
    customLevels: levelNumbers,
    useOnlyCustomLevels: true,
    base: { pid: process.pid },
    timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
    serializers: { error: stdSerializers.err },
  }, { write: (line) => sink(format === undefined ? line : format(line)) });
}

function standardOutput(): (line: string) => void {
  const output = destination({ dest: 1, sync: true });
  // Whoever read the output has gone; the server goes on.
  output.on('error', () => {});
  return (line) => void output.write(line);
}

function fileAppender(path: string): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(path, line);
    } catch {
      // A full disk or a missing directory must not stop the server, and there is nowhere else to say so.
    }
  };
}

function readableFormat(): (line: string) => string {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  return prettyFactory({
    colorize: true,
    customLevels: levelNames.map((name) => `${name}:${levelNumbers[name]}`).join(','),
    customColors: 'debug:gray,verbose:gray,notice:green,warning:yellow',
    useOnlyCustomProps: true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'pid,thread',
    messageFormat: '{thread}: {msg}',
    errorLikeObjectKeys: ['error'],
  });
}
