/**
 * Finds the commands in a connection's bytes, in place: no copy, and no allocation per command.
 *
 *   *3\r\n  $3\r\nSET\r\n  $1\r\nk\r\n  $5\r\nhello\r\n     multibulk
 *   SET k "hello"\r\n                                       inline
 *
 * One parser a connection. On Incomplete the caller comes again with the same command, at another
 * `start` if the buffer moved, and more bytes; what has been read is not read again. All positions
 * are therefore kept relative to `start`. Like Redis, it skips the two bytes behind a CR and behind
 * an argument without looking at them, and a NUL hides the rest of a line from it. After Failed
 * nothing more can be parsed: send the error and close.
 */
import { parseInteger } from './ascii.ts';
import * as errors from './errors.ts';
import { splitInline, UNBALANCED } from './inline-request.ts';
import { MAX_ARGUMENTS_BEFORE_AUTH, MAX_BULK_BYTES_BEFORE_AUTH } from './request-limits.ts';
import type { RequestLimits } from './request-limits.ts';

/** Complete: `args` is a command. Empty: nothing to do. Both: go on at `next`. Failed: see `failure`. */
export const ParseStatus = { Complete: 0, Incomplete: 1, Failed: 2, Empty: 3 } as const;
export type ParseStatus = (typeof ParseStatus)[keyof typeof ParseStatus];

const { Complete, Incomplete, Failed, Empty } = ParseStatus;
const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const DIGIT_ZERO = 0x30;
/** Arguments have int32 offsets. */
const MAX_COMMAND_BYTES = 0x7fff_ffff;
const INITIAL_ARGUMENTS = 32;
/** A table larger than this is given back when an ordinary command follows. */
const RETAINED_ARGUMENTS = 4096;
const UNKNOWN = -1;
const UNFINISHED = -1;
const TOO_LONG = -2;

export class RequestParser {
  /** False: Redis's narrow limits for strangers hold. */
  authenticated = false;
  /** After Complete and Empty: where the next command starts. */
  next = 0;
  /** Arguments found so far; of the whole command after Complete. */
  argc = 0;
  /** Pairs of offset (from `start`) and length. */
  args = new Int32Array(2 * INITIAL_ARGUMENTS);
  /** After Failed: the error text without '-' and CR LF. */
  failure = '';
  /** After Incomplete: the command has at least this many bytes, when an argument's length is known; else 0. */
  neededBytes = 0;

  readonly #limits: RequestLimits;
  /** Arguments the open command has; 0 before its '*' line is read. */
  #expected = 0;
  /** Where the next unread element begins, from `start`. */
  #position = 0;
  /** Length of the argument at `#position`, or UNKNOWN before its '$' line is read. */
  #bulkBytes = UNKNOWN;
  /** How far the open line has been searched for its end, from `start`. */
  #searched = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Forgets an open command. */
  reset(): void {
    this.argc = 0;
    this.neededBytes = 0;
    this.#close();
  }

  /** Reads one command from `bytes[start, end)`. */
  parseNext(bytes: Uint8Array, start: number, end: number): ParseStatus {
    if (this.#expected === 0) {
      if (start >= end) return this.#wait(0);
      if (bytes[start] !== ASTERISK) return this.#parseInline(bytes, start, end);
      const status = this.#readCount(bytes, start, end);
      if (status !== Complete) return status;
    }
    const expected = this.#expected;
    const readable = Math.min(end, start + MAX_COMMAND_BYTES);
    let argc = this.argc;
    let at = start + this.#position;
    let length = this.#bulkBytes;
    while (argc < expected) {
      if (length === UNKNOWN) {
        length = readShortLength(bytes, at, end);
        if (length !== UNKNOWN && length <= MAX_BULK_BYTES_BEFORE_AUTH && length <= this.#limits.maxBulkBytes) {
          at += length < 10 ? 4 : length < 100 ? 5 : length < 1000 ? 6 : length < 10_000 ? 7 : 8;
        } else {
          this.argc = argc;
          this.#position = at - start;
          this.#bulkBytes = UNKNOWN;
          const status = this.#readLength(bytes, start, end);
          if (status !== Complete) return status;
          at = start + this.#position;
          length = this.#bulkBytes;
        }
      }
      const argumentEnd = at + length + 2;
      if (argumentEnd > readable) {
        if (argumentEnd - start > MAX_COMMAND_BYTES) return this.#fail(errors.invalidArgumentLength);
        this.argc = argc;
        this.#position = at - start;
        this.#bulkBytes = length;
        return this.#wait(argumentEnd - start);
      }
      const pair = argc << 1;
      if (pair >= this.args.length) this.#grow();
      this.args[pair] = at - start;
      this.args[pair + 1] = length;
      argc++;
      at = argumentEnd;
      length = UNKNOWN;
    }
    this.argc = argc;
    this.next = at;
    this.#close();
    return Complete;
  }

  #close(): void {
    this.#expected = 0;
    this.#position = 0;
    this.#bulkBytes = UNKNOWN;
    this.#searched = 0;
  }

  #wait(neededBytes: number): ParseStatus {
    this.neededBytes = neededBytes;
    return Incomplete;
  }

  #fail(failure: string): ParseStatus {
    this.failure = failure;
    return Failed;
  }

  #skipTo(next: number): ParseStatus {
    this.next = next;
    this.argc = 0;
    this.#close();
    return Empty;
  }

  /** The '*' line. Complete: there are arguments to read. */
  #readCount(bytes: Uint8Array, start: number, end: number): ParseStatus {
    this.argc = 0;
    let count = start + 4 <= end && bytes[start + 2] === CR ? bytes[start + 1]! - DIGIT_ZERO : UNKNOWN;
    if (count > 0 && count < 10 && count <= this.#limits.maxArguments) {
      this.#position = 4;
    } else {
      const lineEnd = this.#findLineEnd(bytes, start, 0, end);
      if (lineEnd === UNFINISHED) return this.#wait(0);
      if (lineEnd === TOO_LONG) return this.#fail(errors.endlessArgumentCount);
      count = parseInteger(bytes, start + 1, lineEnd - start - 1);
      if (Number.isNaN(count) || count > this.#limits.maxArguments) return this.#fail(errors.invalidArgumentCount);
      if (count <= 0) return this.#skipTo(lineEnd + 2);
      if (count > MAX_ARGUMENTS_BEFORE_AUTH && !this.authenticated) {
        return this.#fail(errors.strangerArgumentCount);
      }
      this.#position = lineEnd + 2 - start;
    }
    this.#expected = count;
    this.#searched = 0;
    if (this.args.length > 2 * RETAINED_ARGUMENTS && count <= INITIAL_ARGUMENTS) {
      this.args = new Int32Array(2 * INITIAL_ARGUMENTS);
    }
    return Complete;
  }

  /** A '$' line at #position that is long, cut off or wrong. Complete: #bulkBytes is known. */
  #readLength(bytes: Uint8Array, start: number, end: number): ParseStatus {
    const lineStart = start + this.#position;
    const lineEnd = this.#findLineEnd(bytes, start, this.#position, end);
    if (lineEnd === UNFINISHED) return this.#wait(0);
    if (lineEnd === TOO_LONG) return this.#fail(errors.endlessArgumentLength);
    if (bytes[lineStart] !== DOLLAR) {
      return this.#fail(errors.argumentExpected(bytes[lineStart]!));
    }
    const length = parseInteger(bytes, lineStart + 1, lineEnd - lineStart - 1);
    if (Number.isNaN(length) || length < 0 || length > this.#limits.maxBulkBytes) {
      return this.#fail(errors.invalidArgumentLength);
    }
    if (length > MAX_BULK_BYTES_BEFORE_AUTH && !this.authenticated) {
      return this.#fail(errors.strangerArgumentLength);
    }
    this.#position = lineEnd + 2 - start;
    this.#bulkBytes = length;
    this.#searched = 0;
    return Complete;
  }

  /** The CR of the line that begins at `lineOffset`, once the byte behind it has come. */
  #findLineEnd(bytes: Uint8Array, start: number, lineOffset: number, end: number): number {
    let at = start + Math.max(this.#searched, lineOffset);
    while (at < end && bytes[at] !== CR && bytes[at] !== 0) at++;
    this.#searched = at - start;
    const found = at < end && bytes[at] === CR;
    const lineBytes = (found ? at : end) - start - lineOffset;
    if (lineBytes > this.#limits.maxInlineBytes) return TOO_LONG;
    return found && at + 1 < end ? at : UNFINISHED;
  }

  #parseInline(bytes: Uint8Array, start: number, end: number): ParseStatus {
    let at = start + this.#searched;
    while (at < end && bytes[at] !== LF && bytes[at] !== 0) at++;
    this.#searched = at - start;
    const found = at < end && bytes[at] === LF;
    if ((found ? at : end) - start > this.#limits.maxInlineBytes) return this.#fail(errors.endlessInline);
    if (!found) return this.#wait(0);
    const lineEnd = at > start && bytes[at - 1] === CR ? at - 1 : at;
    const argc = splitInline(this, bytes, start, lineEnd);
    if (argc === UNBALANCED) return this.#fail(errors.unbalancedQuotes);
    if (argc === 0) return this.#skipTo(at + 1);
    this.argc = argc;
    this.next = at + 1;
    this.#close();
    return Complete;
  }

  #grow(): void {
    const wider = new Int32Array(this.args.length * 2);
    wider.set(this.args);
    this.args = wider;
  }
}

/** The number of a complete `$n\r\n` line of at most 5 digits, or UNKNOWN for everything unusual. */
function readShortLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end || bytes[at] !== DOLLAR) return UNKNOWN;
  let value = bytes[at + 1]! - DIGIT_ZERO;
  if (value < 0 || value > 9) return UNKNOWN;
  if (bytes[at + 2] === CR) return value;
  if (value === 0 || at + 8 > end) return UNKNOWN;
  for (let digitAt = at + 2; digitAt < at + 7; digitAt++) {
    const digit = bytes[digitAt]! - DIGIT_ZERO;
    if (digit === CR - DIGIT_ZERO) return value;
    if (digit < 0 || digit > 9) return UNKNOWN;
    value = value * 10 + digit;
  }
  return UNKNOWN;
}
