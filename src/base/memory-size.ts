/**
 * Amounts of memory as configuration files and INFO spell them.
 *
 * Read: digits and a unit, in any case: `b` or none, `k` `m` `g` of 1000, `kb` `mb` `gb` of 1024.
 * The catches are Redis's own: no digits at all is 0 (so is a bare unit), digits beyond 2^64 are
 * 2^64 - 1, and the product wraps at 2^64. Bounds are for the reader of the directive to check.
 */
const UINT64_MAX = 2n ** 64n - 1n;
const DIGITS_MAX = 127;
const UNITS = 'KMGTP';

const unitBytes: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['b', 1n],
  ['k', 1000n],
  ['kb', 1024n],
  ['m', 1000n ** 2n],
  ['mb', 1024n ** 2n],
  ['g', 1000n ** 3n],
  ['gb', 1024n ** 3n],
]);

/** Bytes (an unsigned 64-bit value), or undefined when `text` is not an amount of memory. */
export function parseMemorySize(text: string): bigint | undefined {
  const parts = /^(\d*)([a-z]*)$/i.exec(text);
  if (parts === null || parts[1]!.length > DIGITS_MAX) return undefined;
  const unit = unitBytes.get(parts[2]!.toLowerCase());
  if (unit === undefined) return undefined;
  const count = BigInt(parts[1]!);
  return BigInt.asUintN(64, (count > UINT64_MAX ? UINT64_MAX : count) * unit);
}

/**
 * INFO's *_human style: `512B`, `1.05M`, `8.00G`. `bytes` is a count of bytes, not negative.
 * Two decimals, exact ties to the even digit as C's printf rounds; 1024 PB and more in bytes.
 */
export function formatBytesHuman(bytes: number | bigint): string {
  const exact = BigInt(bytes);
  let divisor = 1024n;
  if (exact < divisor) return `${exact}B`;
  for (const unit of UNITS) {
    if (exact < divisor * 1024n) return `${hundredths(exact, divisor)}${unit}`;
    divisor *= 1024n;
  }
  return `${exact}B`;
}

function hundredths(dividend: bigint, divisor: bigint): string {
  const scaled = dividend * 100n;
  const twiceRest = (scaled % divisor) * 2n;
  let quotient = scaled / divisor;
  if (twiceRest > divisor || (twiceRest === divisor && (quotient & 1n) === 1n)) quotient += 1n;
  return `${quotient / 100n}.${String(quotient % 100n).padStart(2, '0')}`;
}
