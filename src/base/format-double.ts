/**
 * Doubles as servers of the Redis 7.2 line and later print them: the shortest digits that read
 * back as the same double, laid out by these rules (d digits, value = digits × 10^exponent):
 *
 *   integers up to 2^62                              exactly        283298647372511392
 *   exponent ≥ 0, at most 7 zeros behind the digits  plain          14235220980667142000
 *   at most 6 decimals, or first digit near point  with a point   0.00012  31.5
 *   the rest                                         scientific     1e+20  1.5e-7
 *
 * JavaScript finds the same digits and only lays them out differently.
 */
import { writeInteger } from './decimal.ts';

const LARGEST_EXACT_INTEGER = 2 ** 62;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_ZERO = 0x30;
/** Below this a decimal number has at most 15 digits, and no other such number is the same double. */
const FIFTEEN_DIGITS = 1e15;
const MOST_DECIMALS = 6;

/** What `writeDouble` may need. */
export const DOUBLE_TEXT_BYTES_MAX = 32;

/** Prints `value` as formatDouble does and returns the position behind it. Integers and short decimals make no string. */
export function writeDouble(bytes: Uint8Array, pos: number, value: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(bytes, pos, value);
  const magnitude = value < 0 ? -value : value;
  for (let decimals = 1, power = 10; decimals <= MOST_DECIMALS; decimals++, power *= 10) {
    const digits = Math.round(magnitude * power);
    if (!(digits > 0 && digits < FIFTEEN_DIGITS)) break;
    if (digits / power === magnitude) return writeDecimal(bytes, pos, value < 0, digits, decimals, power);
  }
  const text = formatDouble(value);
  for (let i = 0; i < text.length; i++) bytes[pos + i] = text.charCodeAt(i);
  return pos + text.length;
}

export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isInteger(value) && Math.abs(value) <= LARGEST_EXACT_INTEGER) return BigInt(value).toString();
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude >= 0.001 && magnitude < 10_000) return String(value);
  return value < 0 ? `-${layOut(magnitude)}` : layOut(value);
}

/** Prints ±digits / power, where power is 10 to the `decimals`. */
function writeDecimal(bytes: Uint8Array, pos: number, isNegative: boolean, digits: number, decimals: number, power: number): number {
  let at = pos;
  if (isNegative) bytes[at++] = MINUS;
  const whole = Math.floor(digits / power);
  at = writeInteger(bytes, at, whole);
  bytes[at] = POINT;
  let rest = digits - whole * power;
  for (let place = decimals; place > 0; place--) {
    const quotient = (rest / 10) | 0;
    bytes[at + place] = DIGIT_ZERO + (rest - quotient * 10);
    rest = quotient;
  }
  return at + decimals + 1;
}

function layOut(value: number): string {
  const scientific = value.toExponential();
  const split = scientific.indexOf('e');
  const digits = scientific.slice(0, split).replace('.', '');
  const pointAt = Number(scientific.slice(split + 1));
  const exponent = pointAt - (digits.length - 1);
  const distance = Math.abs(pointAt);
  if (exponent >= 0 && distance < digits.length + 7) return digits + '0'.repeat(exponent);
  if (exponent < 0 && (exponent > -7 || distance < 4)) return withPoint(digits, exponent);
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${pointAt < 0 ? '-' : '+'}${distance}`;
}

function withPoint(digits: string, exponent: number): string {
  const wholeDigits = digits.length + exponent;
  if (wholeDigits <= 0) return `0.${'0'.repeat(-wholeDigits)}${digits}`;
  return `${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}`;
}
