/** Which encoding Redis would report for a string value. Nothing here allocates. */
import { INT64_MAX_DIGITS, INT64_MIN_DIGITS } from '../base/int64.ts';
import { StringEncoding } from './entry.ts';

const maxEmbeddedBytes = 44;
const maxIntegerDigits = 19;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const greatestDigits = Buffer.from(INT64_MAX_DIGITS);
const leastDigits = Buffer.from(INT64_MIN_DIGITS.slice(1));

/** Of a value as a client has sent it: an int if it is spelled as Redis would print one. */
export function encodingOfBytes(bytes: Uint8Array, offset: number, length: number): number {
  return isInt64(bytes, offset, length) ? StringEncoding.int : encodingOfLength(length);
}

/** Of a value that is kept as text though it may spell an integer. */
export function encodingOfLength(length: number): number {
  return length <= maxEmbeddedBytes ? StringEncoding.embstr : StringEncoding.raw;
}

function isInt64(bytes: Uint8Array, offset: number, length: number): boolean {
  const isNegative = length > 1 && bytes[offset] === minus;
  const first = isNegative ? offset + 1 : offset;
  const end = offset + length;
  const digitCount = end - first;
  if (digitCount === 0 || digitCount > maxIntegerDigits) return false;
  if (bytes[first] === zero) return length === 1;
  for (let at = first; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < zero || byte > nine) return false;
  }
  return digitCount < maxIntegerDigits || isAtMost(bytes, first, isNegative ? leastDigits : greatestDigits);
}

/** Whether the digits from `offset` are at most `limit`, which has as many. */
function isAtMost(bytes: Uint8Array, offset: number, limit: Uint8Array): boolean {
  for (let i = 0; i < limit.length; i++) {
    const difference = bytes[offset + i]! - limit[i]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}
