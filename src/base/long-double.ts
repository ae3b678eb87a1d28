/**
 * The arithmetic of INCRBYFLOAT: x87 extended precision, a 64-bit significand, rounding half even.
 *
 * A finite value is ±significand × 2^exponent. The significand is below 2^64 and at least 2^63,
 * unless the exponent is the least one, -16445, where the subnormal numbers and zero live.
 * Infinity and NaN have those as their exponent: `Number.isFinite(x.exponent)` tells.
 *
 * Reading accepts what Redis accepts (glibc's strtold, stricter at the edges) and printing is
 * Redis's: 17 decimals without trailing zeros, so that 0.1 + 0.2 is 0.3. Integers are bigint
 * inside: a microsecond or so for short decimals, tens for thousands of digits.
 */
export interface LongDouble {
  readonly negative: boolean;
  readonly significand: bigint;
  readonly exponent: number;
}

const PRECISION_BITS = 64;
const LEAST_EXPONENT = -16_445;
const GREATEST_EXPONENT = 16_320;
const SIGNIFICAND_END = 1n << 64n;
/** Redis reads numbers through a buffer of 5 * 1024 bytes with a terminator. */
const TEXT_LENGTH_MAX = 5 * 1024 - 1;
/** 10^4933 is beyond the greatest value, 10^-4952 is less than half the least one. */
const DECIMAL_MAGNITUDE_MAX = 4933;
const DECIMAL_MAGNITUDE_MIN = -4952;
const SHOWN_DECIMALS = 17;

const smallPowersOfTen = Array.from({ length: 64 }, (_, power) => 10n ** BigInt(power));
const numberPattern = /^([+-]?)(?:(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d+))?|0x([0-9a-f]+(?:\.[0-9a-f]*)?|\.[0-9a-f]+)(?:p([+-]?\d+))?|inf(?:inity)?)$/i;

export const LONG_DOUBLE_ZERO: LongDouble = { negative: false, significand: 0n, exponent: LEAST_EXPONENT };
export const LONG_DOUBLE_MAX: LongDouble = {
  negative: false,
  significand: SIGNIFICAND_END - 1n,
  exponent: GREATEST_EXPONENT,
};

/**
 * The number in `length` bytes from `offset`, or undefined for what Redis calls not a valid float:
 * empty, longer than 5119 bytes, with spaces or other bytes around, NaN, too large, or so small
 * that it rounds to zero. "inf" and "infinity" with a sign and in any case are numbers.
 */
export function parseLongDouble(bytes: Uint8Array, offset: number, length: number): LongDouble | undefined {
  if (length === 0 || length > TEXT_LENGTH_MAX) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
  const match = numberPattern.exec(text);
  if (match === null) return undefined;
  const negative = match[1] === '-';
  const [decimal, hexadecimal] = [match[2], match[4]];
  if (decimal === undefined && hexadecimal === undefined) return infinity(negative);
  const value =
    decimal === undefined
      ? fromHexadecimal(negative, hexadecimal!, Number(match[5] ?? 0))
      : fromDecimal(negative, decimal, Number(match[3] ?? 0));
  return value !== undefined && Number.isFinite(value.exponent) ? value : undefined;
}

/** a + b rounded once; Infinity when too large, NaN for Infinity - Infinity. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble {
  if (!Number.isFinite(a.exponent) || !Number.isFinite(b.exponent)) return addNonFinite(a, b);
  const [high, low] = a.exponent >= b.exponent ? [a, b] : [b, a];
  const gapBits = high.exponent - low.exponent;
  // So far below half a unit of the last place that it cannot change how `high` rounds.
  if (gapBits > 2 * PRECISION_BITS + 2) return high;
  const sum = (signed(high) << BigInt(gapBits)) + signed(low);
  if (sum === 0n) return a.negative && b.negative ? a : LONG_DOUBLE_ZERO;
  return roundedScaled(sum < 0n, sum < 0n ? -sum : sum, low.exponent, false);
}

export function negateLongDouble(x: LongDouble): LongDouble {
  return { negative: !x.negative, significand: x.significand, exponent: x.exponent };
}

/** Negative, zero or positive as a is less than, equal to or greater than b. Neither is NaN. */
export function compareLongDoubles(a: LongDouble, b: LongDouble): number {
  if (a.significand === 0n && b.significand === 0n) return 0;
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const [high, low] = a.negative ? [b, a] : [a, b];
  if (high.exponent !== low.exponent) return high.exponent - low.exponent;
  return Number(high.significand > low.significand) - Number(high.significand < low.significand);
}

/**
 * Redis's text for people: at most 17 decimals, half even, no trailing zeros, no exponent; zero
 * has no sign, also when a tiny negative value rounds to it. "inf", "-inf", "nan".
 */
export function formatLongDouble(x: LongDouble): string {
  const sign = x.negative ? '-' : '';
  if (Number.isNaN(x.exponent)) return 'nan';
  if (!Number.isFinite(x.exponent)) return `${sign}inf`;
  if (x.exponent >= 0) return `${sign}${x.significand << BigInt(x.exponent)}`;
  const scaled = shiftRightHalfEven(x.significand * smallPowersOfTen[SHOWN_DECIMALS]!, -x.exponent, false);
  if (scaled === 0n) return '0';
  const digits = scaled.toString().padStart(SHOWN_DECIMALS + 1, '0');
  const whole = digits.slice(0, -SHOWN_DECIMALS);
  const decimals = withoutTrailingZeros(digits.slice(-SHOWN_DECIMALS));
  return decimals === '' ? sign + whole : `${sign}${whole}.${decimals}`;
}

/** `digits` may hold one point; undefined when a value that is not zero rounds to zero. */
function fromDecimal(negative: boolean, digits: string, exponent: number): LongDouble | undefined {
  const { significant, scale } = splitAtPoint(digits);
  if (significant === '') return zero(negative);
  const tens = exponent - scale;
  const magnitude = tens + significant.length;
  if (magnitude > DECIMAL_MAGNITUDE_MAX) return infinity(negative);
  if (magnitude <= DECIMAL_MAGNITUDE_MIN) return undefined;
  const value = BigInt(significant);
  return nonZero(tens >= 0 ? roundedScaled(negative, value * powerOfTen(tens), 0, false) : roundedQuotient(negative, value, powerOfTen(-tens)));
}

/** `digits` may hold one point; undefined when a value that is not zero rounds to zero. */
function fromHexadecimal(negative: boolean, digits: string, exponent: number): LongDouble | undefined {
  const { significant, scale } = splitAtPoint(digits);
  if (significant === '') return zero(negative);
  const twos = exponent - 4 * scale;
  const magnitude = twos + 4 * significant.length;
  if (magnitude > GREATEST_EXPONENT + 2 * PRECISION_BITS) return infinity(negative);
  if (magnitude < LEAST_EXPONENT - PRECISION_BITS) return undefined;
  return nonZero(roundedScaled(negative, BigInt(`0x${significant}`), twos, false));
}

/** The digits without point and leading zeros, and how many of them stand behind the point. */
function splitAtPoint(digits: string): { significant: string; scale: number } {
  const point = digits.indexOf('.');
  if (point < 0) return { significant: digits.replace(/^0+/, ''), scale: 0 };
  const joined = digits.slice(0, point) + digits.slice(point + 1);
  return { significant: joined.replace(/^0+/, ''), scale: digits.length - point - 1 };
}

function powerOfTen(power: number): bigint {
  return smallPowersOfTen[power] ?? 10n ** BigInt(power);
}

/** dividend / divisor, both positive, rounded once. */
function roundedQuotient(negative: boolean, dividend: bigint, divisor: bigint): LongDouble {
  // Enough quotient bits to round from; the remainder only says whether something is left below.
  const shiftBits = Math.max(0, bitLength(divisor) - bitLength(dividend) + PRECISION_BITS + 2);
  const scaled = dividend << BigInt(shiftBits);
  const quotient = scaled / divisor;
  return roundedScaled(negative, quotient, -shiftBits, quotient * divisor !== scaled);
}

/** ±integer × 2^exponent rounded to the format; `inexact` says that a fraction below 1 was cut from `integer`. */
function roundedScaled(negative: boolean, integer: bigint, exponent: number, inexact: boolean): LongDouble {
  const cutBits = Math.max(bitLength(integer) - PRECISION_BITS, LEAST_EXPONENT - exponent);
  let significand = cutBits > 0 ? shiftRightHalfEven(integer, cutBits, inexact) : integer << BigInt(-cutBits);
  let rounded = exponent + cutBits;
  if (significand === SIGNIFICAND_END) {
    significand >>= 1n;
    rounded++;
  }
  return rounded > GREATEST_EXPONENT ? infinity(negative) : { negative, significand, exponent: rounded };
}

function shiftRightHalfEven(value: bigint, bits: number, inexact: boolean): bigint {
  const kept = value >> BigInt(bits);
  const rest = value - (kept << BigInt(bits));
  const half = 1n << BigInt(bits - 1);
  const up = rest > half || (rest === half && (inexact || (kept & 1n) === 1n));
  return up ? kept + 1n : kept;
}

function bitLength(positive: bigint): number {
  const hexadecimal = positive.toString(16);
  return hexadecimal.length * 4 - Math.clz32(Number.parseInt(hexadecimal[0]!, 16)) + 28;
}

function signed(x: LongDouble): bigint {
  return x.negative ? -x.significand : x.significand;
}

function addNonFinite(a: LongDouble, b: LongDouble): LongDouble {
  if (Number.isFinite(b.exponent)) return a;
  if (Number.isFinite(a.exponent)) return b;
  return a.exponent === b.exponent && a.negative === b.negative ? a : { negative: false, significand: 1n, exponent: Number.NaN };
}

function nonZero(value: LongDouble): LongDouble | undefined {
  return value.significand === 0n ? undefined : value;
}

function zero(negative: boolean): LongDouble {
  return { negative, significand: 0n, exponent: LEAST_EXPONENT };
}

function infinity(negative: boolean): LongDouble {
  return { negative, significand: 1n, exponent: Number.POSITIVE_INFINITY };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.codePointAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
