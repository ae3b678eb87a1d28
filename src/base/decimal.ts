/** Printing safe integers as decimal digits into byte ranges, without making strings. */
const MINUS = 0x2d;
const DIGIT_ZERO = 0x30;
/** Larger numbers are printed in two parts, each of which is an int32. */
const LOWER_DIGITS = 8;
const LOWER_BASE = 10 ** LOWER_DIGITS;

/** How many bytes `writeInteger` prints for the safe integer `n`. */
export function integerLength(n: number): number {
  let rest = n < 0 ? -n : n;
  let digits = n < 0 ? 2 : 1;
  while (rest >= 10_000) {
    rest /= 10_000;
    digits += 4;
  }
  return rest >= 1000 ? digits + 3 : rest >= 100 ? digits + 2 : rest >= 10 ? digits + 1 : digits;
}

/** Prints the safe integer `n` at `pos` (at most 17 bytes) and returns the position behind it. */
export function writeInteger(bytes: Uint8Array, pos: number, n: number): number {
  if (n >= 0 && n < 10) {
    bytes[pos] = DIGIT_ZERO + n;
    return pos + 1;
  }
  if (n >= 10 && n < 100) {
    const tens = Math.imul(n, 103) >> 10;
    bytes[pos] = DIGIT_ZERO + tens;
    bytes[pos + 1] = DIGIT_ZERO + n - tens * 10;
    return pos + 2;
  }
  const end = pos + integerLength(n);
  let rest = n;
  if (n < 0) {
    bytes[pos] = MINUS;
    rest = -n;
  }
  if (rest > 0x3fff_ffff) {
    const upper = Math.floor(rest / LOWER_BASE);
    writeDigits(bytes, end - LOWER_DIGITS, end, rest - upper * LOWER_BASE);
    writeDigits(bytes, n < 0 ? pos + 1 : pos, end - LOWER_DIGITS, upper);
  } else {
    writeDigits(bytes, n < 0 ? pos + 1 : pos, end, rest);
  }
  return end;
}

/** Fills bytes from `start` to before `end` with the digits of an int32 that has at most so many. */
function writeDigits(bytes: Uint8Array, start: number, end: number, n: number): void {
  let rest = n | 0;
  for (let at = end - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0;
    bytes[at] = DIGIT_ZERO + (rest - quotient * 10);
    rest = quotient;
  }
}
