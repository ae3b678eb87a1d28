/**
 * Doubles as clients write them: what glibc's strtod reads, decimal and hexadecimal, "inf" and
 * "infinity", correctly rounded. Numbers of up to 15 digits are read without making a string.
 */
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_ZERO = 0x30;
/** Up to here digits make an exact double, and so do the powers of ten up to 10^22. */
const EXACT_DIGITS = 15;
const SIGNIFICAND_BITS = 53;
const LEAST_EXPONENT = -1074;
const GREATEST_EXPONENT = 1024;
const EXPONENT_BOUND = 1e9;
const powersOfTen = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

const pattern = /^([+-]?)(?:((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|0x([\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p([+-]?\d+))?|(inf(?:inity)?))$/i;

/**
 * The double in `length` bytes from `offset`; NaN for what Redis calls not a valid float: anything
 * else around it, no digits, "nan", and numbers too large or so small that they round to zero.
 */
export function parseDouble(bytes: Uint8Array, offset: number, length: number): number {
  const value = parseShort(bytes, offset, length);
  return Number.isNaN(value) ? parseText(textOf(bytes, offset, length), false) : value;
}

/**
 * A bound of a range, which Redis reads more leniently: text counts up to a NUL, white space before it
 * is passed over, nothing is 0, and what is too large or too small is infinite or 0. NaN: no number.
 */
export function parseBound(bytes: Uint8Array, offset: number, length: number): number {
  const value = parseShort(bytes, offset, length);
  if (!Number.isNaN(value)) return value;
  const text = textOf(bytes, offset, length).split('\0', 1)[0]!;
  return text === '' ? 0 : parseText(text.replace(/^[ \t\n\v\f\r]+/, ''), true);
}

/** The number if it is at most 15 digits with at most one point and a sign, else NaN. */
function parseShort(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  const sign = length > 0 ? bytes[offset]! : 0;
  let at = sign === MINUS || sign === PLUS ? offset + 1 : offset;
  const first = at;
  if (end - at > EXACT_DIGITS + 1) return Number.NaN;
  let digits = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte - DIGIT_ZERO;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (byte === POINT && point < 0) point = at;
    else return Number.NaN;
  }
  const digitCount = end - first - (point < 0 ? 0 : 1);
  if (digitCount === 0 || digitCount > EXACT_DIGITS) return Number.NaN;
  // Both are exact, so the quotient is rounded once.
  const value = point < 0 ? digits : digits / powersOfTen[end - point - 1]!;
  return sign === MINUS ? -value : value;
}

function parseText(text: string, isLenient: boolean): number {
  const match = pattern.exec(text);
  if (match === null) return Number.NaN;
  const [, sign, decimal, hexadecimal, exponent] = match;
  const factor = sign === '-' ? -1 : 1;
  if (decimal === undefined && hexadecimal === undefined) return factor * Number.POSITIVE_INFINITY;
  const value = decimal === undefined ? fromHexadecimal(hexadecimal!, Number(exponent ?? 0)) : Number(decimal);
  if (!isLenient && (value === Number.POSITIVE_INFINITY || (value === 0 && /[1-9a-f]/i.test(significandOf(decimal, hexadecimal))))) return Number.NaN;
  return factor * value;
}

function significandOf(decimal: string | undefined, hexadecimal: string | undefined): string {
  return decimal === undefined ? hexadecimal! : decimal.replace(/e.*/i, '');
}

/** `digits` may hold one point; 4 bits each, times two to the `exponent`. */
function fromHexadecimal(digits: string, exponent: number): number {
  const point = digits.indexOf('.');
  const significand = BigInt(`0x${point < 0 ? digits : digits.slice(0, point) + digits.slice(point + 1) || '0'}`);
  if (significand === 0n) return 0;
  const twos = Math.max(-EXPONENT_BOUND, Math.min(EXPONENT_BOUND, exponent)) - (point < 0 ? 0 : 4 * (digits.length - point - 1));
  const bits = significand.toString(2).length;
  if (bits + twos > GREATEST_EXPONENT) return Number.POSITIVE_INFINITY;
  if (bits + twos < LEAST_EXPONENT) return 0;
  const cutBits = Math.max(0, bits - SIGNIFICAND_BITS, LEAST_EXPONENT - twos);
  const kept = shiftHalfEven(significand, cutBits);
  // The scale may be beyond a double's exponents while the product is not.
  const scale = twos + cutBits;
  const half = Math.trunc(scale / 2);
  return Number(kept) * 2 ** half * 2 ** (scale - half);
}

function shiftHalfEven(value: bigint, bits: number): bigint {
  if (bits === 0) return value;
  const kept = value >> BigInt(bits);
  const rest = value - (kept << BigInt(bits));
  const half = 1n << BigInt(bits - 1);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
}
