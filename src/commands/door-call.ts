/**
 * One command that runs on the front door, as its handler sees it. The client's earlier commands
 * have all been answered when it starts, and its later ones wait until it has ended, so a handler
 * may take its time (a promise) and stay in order.
 */
import { copyOf } from '../base/copy-bytes.ts';
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
  /** Milliseconds since 1970 when the command began. */
  nowMs: number;
  failed = false;
  #bytes: Uint8Array;
  #args: Int32Array;
  #base: number;
  /** Arguments that must not be shown, such as passwords. */
  #secrets: number[] | undefined;

  /**
   * `args` holds argc pairs of offset (from `base`) and length into `bytes`. Where these are not the
   * call's own, `keepArguments` makes them so before they are overwritten.
   */
  constructor(
    session: Session, server: Server, reply: ReplyWriter, id: number, nowMs: number,
    bytes: Uint8Array, args: Int32Array, base = 0, argc = args.length / 2,
  ) {
    this.session = session;
    this.server = server;
    this.reply = reply;
    this.id = id;
    this.nowMs = nowMs;
    this.argc = argc;
    this.#bytes = bytes;
    this.#args = args;
    this.#base = base;
  }

  /** Copies the arguments, for a call that outlives the bytes it was made from. */
  keepArguments(): void {
    const last = this.argc * 2 - 2;
    const end = this.#base + this.#args[last]! + this.#args[last + 1]!;
    this.#bytes = copyOf(this.#bytes, this.#base, end);
    this.#args = this.#args.slice(0, this.argc * 2);
    this.#base = 0;
  }

  /** Argument `i` (0 is the command's name) as UTF-8. */
  text(i: number): string {
    return utf8(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!);
  }

  /** Argument `i`, one character a byte. */
  latin1(i: number): string {
    return latin1(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!);
  }

  /** A copy of argument `i`. */
  bytes(i: number): Uint8Array {
    return copyOf(this.#bytes, this.#offset(i), this.#offset(i) + this.#args[i * 2 + 1]!);
  }

  /** Whether argument `i` is the given lower-case word, in any case. */
  is(i: number, lowerCaseWord: Uint8Array): boolean {
    return equalsIgnoreCase(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!, lowerCaseWord);
  }

  /** Argument `i` as a safe integer, or NaN. */
  int(i: number): number {
    return parseInteger(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!);
  }

  int64(i: number): bigint | undefined {
    return parseInteger64(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!);
  }

  /** Answers with argument `i`. */
  replyArgument(i: number): void {
    this.reply.bulk(this.#bytes, this.#offset(i), this.#args[i * 2 + 1]!);
  }

  /** Answers with an error; the text starts with its prefix, without '-'. */
  fail(text: string): void {
    this.failed = true;
    this.server.stats.countError(text);
    this.reply.error(text);
  }

  /** Keeps arguments out of the slow log. */
  hide(...indexes: readonly number[]): void {
    this.#secrets = [...(this.#secrets ?? []), ...indexes];
  }

  /** Argument `i` as it may be shown. */
  shownBytes(i: number): Uint8Array {
    return this.#secrets?.includes(i) === true ? hidden : this.bytes(i);
  }

  #offset(i: number): number {
    return this.#base + this.#args[i * 2]!;
  }
}

const hidden = Buffer.from('(redacted)');
