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
const LARGEST_EXACT_INTEGER = 2 ** 62;

export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isInteger(value) && Math.abs(value) <= LARGEST_EXACT_INTEGER) return BigInt(value).toString();
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude >= 0.001 && magnitude < 10_000) return String(value);
  return value < 0 ? `-${layOut(magnitude)}` : layOut(value);
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
