/**
 * Stream ids in arguments, as loosely as Redis reads them: `ms-seq`, `ms` alone, and in intervals `-`, `+`
 * and `(id`. Numbers are read by C's strtoull where they are not spelled the usual way, so ` 5`, `+5` and
 * `05` are 5. An argument ends at a NUL.
 */
import { StreamId } from '../../structures/stream-id.ts';
import * as errors from '../../protocol/errors.ts';
import type { Call } from '../call.ts';

const ARGUMENT_BYTES_MAX = 127;
const SAFE_DIGITS = 15;
const WORD = 2 ** 32;
const MINUS = 0x2d;
const PLUS = 0x2b;
const PARENTHESIS = 0x28;
const STAR = 0x2a;
const DIGIT_ZERO = 0x30;
const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MAX = 2n ** 63n - 1n;

/** The two words of the number that was read last. */
let hi = 0;
let lo = 0;

/** Reads argument `i` as an id; answers with an error and false when it is none. */
export function readId(call: Call, i: number, out: StreamId): boolean {
  return parseId(call, i, out) || refuse(call, errors.invalidStreamId);
}

/** As `readId`, without an answer. */
export function parseId(call: Call, i: number, out: StreamId): boolean {
  return parse(call.bytes, call.offset(i), call.length(i), 0, false, out) === 'whole';
}

/** The id that XADD is given: its sequence number may be `*`, then it is 0 here and the answer is 'open'. */
export function readNewId(call: Call, i: number, out: StreamId): 'whole' | 'open' | undefined {
  const kind = parse(call.bytes, call.offset(i), call.length(i), 0, true, out);
  if (kind === 'none') call.fail(errors.invalidStreamId);
  return kind === 'none' ? undefined : kind;
}

/** Reads argument `i` as the start of an interval, which is included. */
export function readStart(call: Call, i: number, out: StreamId): boolean {
  if (!readEdge(call, i, 0, out)) return refuse(call, errors.invalidStreamId);
  return !isExclusive(call, i) || out.increment() || refuse(call, errors.invalidStartId);
}

/** Reads argument `i` as the end of an interval, which is included. */
export function readEnd(call: Call, i: number, out: StreamId): boolean {
  if (!readEdge(call, i, -1, out)) return refuse(call, errors.invalidStreamId);
  return !isExclusive(call, i) || out.decrement() || refuse(call, errors.invalidEndId);
}

/** Whether argument `i` is the single character. */
export function isCharacter(call: Call, i: number, character: number): boolean {
  return call.length(i) === 1 && call.bytes[call.offset(i)] === character;
}

/** Reads argument `i` as an id, `-` or `+`. */
export function readIdOrEdge(call: Call, i: number, out: StreamId): boolean {
  return edge(call.bytes, call.offset(i), call.length(i), 0, out) || refuse(call, errors.invalidStreamId);
}

function isExclusive(call: Call, i: number): boolean {
  return call.length(i) > 1 && call.bytes[call.offset(i)] === PARENTHESIS;
}

function readEdge(call: Call, i: number, missingWord: number, out: StreamId): boolean {
  const offset = call.offset(i);
  const length = call.length(i);
  if (isExclusive(call, i)) return parse(call.bytes, offset + 1, length - 1, missingWord, false, out) === 'whole';
  return edge(call.bytes, offset, length, missingWord, out);
}

function edge(bytes: Uint8Array, offset: number, length: number, missingWord: number, out: StreamId): boolean {
  if (textLength(bytes, offset, length) === 1 && length <= ARGUMENT_BYTES_MAX) {
    if (bytes[offset] === MINUS) {
      out.setZero();
      return true;
    }
    if (bytes[offset] === PLUS) {
      out.setMax();
      return true;
    }
  }
  return parse(bytes, offset, length, missingWord, false, out) === 'whole';
}

/** `missingWord` fills the sequence number when there is none. */
function parse(
  bytes: Uint8Array, offset: number, length: number, missingWord: number, mayBeOpen: boolean, out: StreamId,
): 'whole' | 'open' | 'none' {
  if (length > ARGUMENT_BYTES_MAX) return 'none';
  const end = offset + textLength(bytes, offset, length);
  let dash = offset;
  while (dash < end && bytes[dash] !== MINUS) dash++;
  if (!parseUnsigned(bytes, offset, dash)) return 'none';
  out.set(hi, lo, missingWord, missingWord);
  if (dash === end) return 'whole';
  if (mayBeOpen && end - dash === 2 && bytes[dash + 1] === STAR) {
    out.set(hi, lo, 0, 0);
    return 'open';
  }
  if (!parseUnsigned(bytes, dash + 1, end)) return 'none';
  out.seqHi = hi;
  out.seqLo = lo;
  return 'whole';
}

/** The length up to the first NUL. */
function textLength(bytes: Uint8Array, offset: number, length: number): number {
  for (let i = 0; i < length; i++) if (bytes[offset + i] === 0) return i;
  return length;
}

function parseUnsigned(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = end - start;
  if (digits === 0) return false;
  if (digits > SAFE_DIGITS) return parseLoosely(bytes, start, end);
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - DIGIT_ZERO;
    if (digit < 0 || digit > 9) return parseLoosely(bytes, start, end);
    value = value * 10 + digit;
  }
  hi = Math.floor(value / WORD);
  lo = value | 0;
  return true;
}

/** What is no int64 in its only right spelling goes through strtoull. */
function parseLoosely(bytes: Uint8Array, start: number, end: number): boolean {
  const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
  if (/^-[1-9][0-9]*$/.test(text) && BigInt(text) >= -INT64_MAX - 1n) return false;
  const [, sign, digits] = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/.exec(text) ?? [];
  if (digits === undefined) return false;
  const magnitude = BigInt(digits);
  if (magnitude > UINT64_MAX) return false;
  const value = sign === '-' ? -magnitude : magnitude;
  hi = Number(BigInt.asIntN(32, value >> 32n));
  lo = Number(BigInt.asIntN(32, value));
  return true;
}

function refuse(call: Call, error: string): false {
  call.fail(error);
  return false;
}
