/**
 * A connection to the server that keys are sent to. One exchange at a time: a request is written in pieces, its replies
 * are taken as they come. `timeoutMs` is how long each step may take, a piece to be written or a reply to be read.
 */
import type { Socket } from 'node:net';
import RedisParser from 'redis-parser';
import type { ConfigValues } from '../../config/options.ts';
import { openNodeSocket } from '../../socket/node-connection.ts';

const pieceBytes = 64 * 1024;
const portMask = 0xffff;

export interface Exchange {
  /** Those that came; an error reply is an Error. */
  readonly replies: readonly unknown[];
  /** Why there are not as many as there should be. */
  readonly failure: '' | 'writing' | 'reading';
  readonly isTimeout: boolean;
}

export class Target {
  /** As host:port. */
  readonly address: string;
  /** The database that is selected, as it was asked for; '' if that is not known. */
  db = '';
  lastUsedMs = 0;
  readonly #socket: Socket;
  #onReply: ((reply: unknown) => void) | undefined;
  #onEnd: (() => void) | undefined;

  private constructor(address: string, socket: Socket) {
    this.address = address;
    this.#socket = socket;
    const parser = new RedisParser({
      returnReply: (reply) => this.#take(reply),
      returnError: (error) => this.#take(error),
      returnFatalError: () => this.close(),
    });
    socket.on('data', (bytes: Buffer) => parser.execute(bytes));
    socket.on('end', () => this.close());
    socket.on('error', () => this.close());
    socket.on('close', () => this.#onEnd?.());
  }

  /** Undefined if the other side cannot be reached, or not in time; false if it refuses, which Redis notices when it writes. */
  static open(values: ConfigValues, address: string, host: string, port: string, timeoutMs: number): Promise<Target | false | undefined> {
    return new Promise((resolve) => {
      const number = Number.parseInt(port, 10) || 0;
      if (number < 0) return resolve(undefined);
      const socket = openNodeSocket(values, host, number & portMask, () => {
        clearTimeout(timer);
        socket.removeListener('error', fail);
        resolve(new Target(address, socket));
      });
      const fail = (error?: Error): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve((error as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED' ? false : undefined);
      };
      const timer = setTimeout(fail, timeoutOf(timeoutMs));
      socket.setNoDelay(true);
      socket.on('error', fail);
      return undefined;
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Sends a request that is answered with `replyCount` replies, at least one. */
  exchange(request: Uint8Array, replyCount: number, timeoutMs: number): Promise<Exchange> {
    return new Promise((resolve) => {
      const replies: unknown[] = [];
      let written = 0;
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const end = (isTimeout: boolean): void => {
        isOver = true;
        clearTimeout(timer);
        this.#onReply = undefined;
        this.#onEnd = undefined;
        const failed = written < request.length ? 'writing' : 'reading';
        resolve({ replies, failure: replies.length === replyCount ? '' : failed, isTimeout });
      };
      const goOn = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => end(true), timeoutOf(timeoutMs));
      };
      this.#onReply = (reply) => {
        replies.push(reply);
        if (replies.length === replyCount) end(false);
        else goOn();
      };
      this.#onEnd = () => end(false);
      goOn();
      if (!this.isOpen) return end(false);
      this.#write(request, 0, (bytes) => {
        written = bytes;
        if (!isOver) goOn();
      });
      return undefined;
    });
  }

  close(): void {
    this.#socket.destroy();
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }

  /** Piece by piece, so that it shows whether the other side takes any. */
  #write(request: Uint8Array, from: number, onWritten: (bytes: number) => void): void {
    const to = Math.min(request.length, from + pieceBytes);
    this.#socket.write(request.subarray(from, to), (error) => {
      if (error !== undefined && error !== null) return;
      onWritten(to);
      if (to < request.length) this.#write(request, to, onWritten);
    });
  }

  /** Nobody waits for a reply to what was not asked. */
  #take(reply: unknown): void {
    if (this.#onReply === undefined) this.close();
    else this.#onReply(reply);
  }
}

/** Timers cannot wait longer. */
function timeoutOf(timeoutMs: number): number {
  return Math.min(timeoutMs, 2 ** 31 - 1);
}
