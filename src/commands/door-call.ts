/**
 * One command that runs on the front door, as its handler sees it. The client's earlier commands
 * have all been answered when it starts, and its later ones wait until it has ended, so a handler
 * may take its time (a promise) and stay in order.
 */
import { latin1, equalsIgnoreCase, parseInteger, parseInteger64, utf8 } from '../protocol/ascii.ts';
import type { ReplyWriter } from '../protocol/reply-writer.ts';
import type { Session } from '../routing/session.ts';
import type { Server } from '../server/server.ts';

export class DoorCall {
  readonly session: Session;
  readonly server: Server;
  readonly reply: ReplyWriter;
  /** Position of the command's row in the table. */
  readonly id: number;
  readonly argc: number;
  readonly nowMs: number;
  failed = false;
  readonly #bytes: Uint8Array;
  readonly #args: Int32Array;

  /** `args` holds argc pairs of offset and length into `bytes`; both are the call's own. */
  constructor(session: Session, server: Server, reply: ReplyWriter, id: number, nowMs: number, bytes: Uint8Array, args: Int32Array) {
    this.session = session;
    this.server = server;
    this.reply = reply;
    this.id = id;
    this.nowMs = nowMs;
    this.argc = args.length / 2;
    this.#bytes = bytes;
    this.#args = args;
  }

  /** Argument `i` (0 is the command's name) as UTF-8. */
  text(i: number): string {
    return utf8(this.#bytes, this.#args[i * 2]!, this.#args[i * 2 + 1]!);
  }

  /** Argument `i`, one character a byte. */
  latin1(i: number): string {
    return latin1(this.#bytes, this.#args[i * 2]!, this.#args[i * 2 + 1]!);
  }

  /** A copy of argument `i`. */
  bytes(i: number): Uint8Array {
    return this.#bytes.slice(this.#args[i * 2]!, this.#args[i * 2]! + this.#args[i * 2 + 1]!);
  }

  /** Whether argument `i` is the given lower-case word, in any case. */
  is(i: number, lowerCaseWord: Uint8Array): boolean {
    return equalsIgnoreCase(this.#bytes, this.#args[i * 2]!, this.#args[i * 2 + 1]!, lowerCaseWord);
  }

  /** Argument `i` as a safe integer, or NaN. */
  int(i: number): number {
    return parseInteger(this.#bytes, this.#args[i * 2]!, this.#args[i * 2 + 1]!);
  }

  int64(i: number): bigint | undefined {
    return parseInteger64(this.#bytes, this.#args[i * 2]!, this.#args[i * 2 + 1]!);
  }

  /** Answers with an error; the text starts with its prefix, without '-'. */
  fail(text: string): void {
    this.failed = true;
    this.server.stats.countError(text);
    this.reply.error(text);
  }
}
