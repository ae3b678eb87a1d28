/** The two kinds of numbers that INCREX counts in: int64, exactly, and long double. */
import { INT64_MAX, INT64_MIN, type Int64 } from '../../base/int64.ts';
import {
  addLongDoubles, compareLongDoubles, formatLongDouble, type LongDouble, LONG_DOUBLE_MAX, LONG_DOUBLE_ZERO, negateLongDouble,
  parseLongDouble,
} from '../../base/long-double.ts';
import { StringEncoding } from '../../keyspace/entry.ts';
import { parseInteger, parseInteger64 } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import { encodingOfLength } from '../../keyspace/string-encoding.ts';

export interface NumberKind<T> {
  readonly zero: T;
  readonly one: T;
  readonly least: T;
  readonly greatest: T;
  parse(bytes: Uint8Array, offset: number, length: number): T | undefined;
  /** Exact, or rounded once; may leave the range of the kind. */
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  /** Negative, zero or positive. */
  compare(a: T, b: T): number;
  /** Whether a sum or difference can be a value, an increment or a reply. */
  isInRange(n: T): boolean;
  format(n: T): string;
  encodingOf(text: string): number;
  reply(writer: ReplyWriter, n: T): void;
  readonly errors: {
    readonly value: string;
    /** Of a value or increment that parses but cannot be counted with. */
    readonly valueRange: string;
    readonly amountRange: string;
    readonly appliedRange: string;
    /** Of the argument that is called `name`. */
    argument(name: string): string;
  };
}

/** Numbers while they are safe; results beyond int64 are exact bigints. */
export const int64Kind: NumberKind<Int64> = {
  zero: 0,
  one: 1,
  least: INT64_MIN,
  greatest: INT64_MAX,
  parse: parseInt64,
  add: (a, b) => exactly(a, b, Number(a) + Number(b), 1n),
  subtract: (a, b) => exactly(a, b, Number(a) - Number(b), -1n),
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  isInRange: (n) => typeof n === 'number' || (n >= INT64_MIN && n <= INT64_MAX),
  format: String,
  encodingOf: () => StringEncoding.int,
  reply: (writer, n) => (typeof n === 'number' ? writer.integer(n) : writer.integer64(n)),
  errors: {
    value: errors.notInteger,
    valueRange: errors.notInteger,
    amountRange: errors.namedNotInteger('Increment'),
    appliedRange: errors.appliedOverflow,
    argument: errors.namedNotInteger,
  },
};

export const longDoubleKind: NumberKind<LongDouble> = {
  zero: LONG_DOUBLE_ZERO,
  one: parseLongDouble(Buffer.from('1'), 0, 1)!,
  least: negateLongDouble(LONG_DOUBLE_MAX),
  greatest: LONG_DOUBLE_MAX,
  parse: parseLongDouble,
  add: addLongDoubles,
  subtract: (a, b) => addLongDoubles(a, negateLongDouble(b)),
  compare: compareLongDoubles,
  isInRange: ({ exponent }) => Number.isFinite(exponent),
  format: formatLongDouble,
  encodingOf: ({ length }) => encodingOfLength(length),
  reply: replyLongDouble,
  errors: {
    value: errors.notFloat,
    valueRange: errors.valueInfinite,
    amountRange: errors.amountInfinite,
    appliedRange: errors.appliedInfinite,
    argument: errors.namedNotFloat,
  },
};

function parseInt64(bytes: Uint8Array, offset: number, length: number): Int64 | undefined {
  const n = parseInteger(bytes, offset, length);
  return Number.isFinite(n) ? n : parseInteger64(bytes, offset, length);
}

/** a + sign × b; `rounded` is that as a number. */
function exactly(a: Int64, b: Int64, rounded: number, sign: bigint): Int64 {
  const isExact = typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(rounded);
  return isExact ? rounded : BigInt(a) + sign * BigInt(b);
}

/** RESP3 has doubles: all digits are sent, also those that a JavaScript number would not hold. */
function replyLongDouble(writer: ReplyWriter, n: LongDouble): void {
  const text = formatLongDouble(n);
  if (writer.resp === 2) {
    writer.bulkLatin1(text);
    return;
  }
  const line = Buffer.from(`,${text}\r\n`, 'latin1');
  writer.raw(line, 0, line.length);
}
