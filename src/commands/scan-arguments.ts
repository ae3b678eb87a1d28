/** What SCAN, SSCAN, HSCAN and ZSCAN have in common: reading a cursor, MATCH and COUNT, and judging by a pattern. */
import { wordBytes } from '../protocol/ascii.ts';
import * as errors from '../protocol/errors.ts';
import { globMatch } from '../structures/glob.ts';
import type { Call } from './call.ts';

/** An option that one of the commands has alone: with a value, or a flag. */
export interface OwnScanOption {
  readonly word: Uint8Array;
  readonly hasValue: boolean;
}

export interface ScanOptions {
  readonly count: number;
  /** Argument index of the pattern; 0 for none, or for one that everything matches. */
  readonly match: number;
  /** Argument index of the own option's value, or of the flag; 0 for none. */
  readonly own: number;
}

const matchWord = wordBytes('match');
const countWord = wordBytes('count');
const defaultCount = 10;
/** Of a hash position and a slot. */
const cursorBits = 46;
const star = 0x2a;

/**
 * The cursor in argument `i`, or undefined after an error reply. Read as C's strtoul does: up to a NUL,
 * an unsigned 64-bit number that may have a sign, and nothing at all is 0.
 */
export function readCursor(call: Call, i: number): number | undefined {
  const text = call.latin1(i).split('\0', 1)[0]!;
  const digits = /^[+-]?(\d+)$/.exec(text)?.[1] ?? (text === '' ? '0' : undefined);
  if (digits === undefined || BigInt(digits) >= 2n ** 64n) {
    call.fail(errors.invalidCursor);
    return undefined;
  }
  const cursor = BigInt(digits);
  return Number(BigInt.asUintN(cursorBits, text.startsWith('-') ? -cursor : cursor));
}

/** The options from argument `first` on, or undefined after an error reply. */
export function readScanOptions(call: Call, first: number, ownOption?: OwnScanOption): ScanOptions | undefined {
  let [count, match, own] = [defaultCount, 0, 0];
  for (let i = first; i < call.argc; i++) {
    const hasValue = i + 1 < call.argc;
    if (hasValue && call.is(i, countWord)) {
      count = call.int(++i);
      if (Number.isNaN(count)) return refuse(call, errors.notInteger);
      if (count < 1) return refuse(call, errors.syntax);
    } else if (hasValue && call.is(i, matchWord)) {
      match = ++i;
    } else if (ownOption !== undefined && (hasValue || !ownOption.hasValue) && call.is(i, ownOption.word)) {
      own = ownOption.hasValue ? ++i : i;
    } else {
      return refuse(call, errors.syntax);
    }
  }
  return { count, match: match !== 0 && isStar(call, match) ? 0 : match, own };
}

/** Whether the pattern in argument `i` is `*`. */
export function isStar(call: Call, i: number): boolean {
  return call.length(i) === 1 && call.bytes[call.offset(i)] === star;
}

/** Whether `length` bytes from `offset` match the pattern in argument `i`. */
export function matchesPattern(call: Call, i: number, bytes: Uint8Array, offset: number, length: number): boolean {
  return globMatch(call.bytes, call.offset(i), call.length(i), bytes, offset, length);
}

function refuse(call: Call, text: string): undefined {
  call.fail(text);
  return undefined;
}
