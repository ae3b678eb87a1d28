/**
 * Doubles as servers of the Redis 7.2 line and later print them: the shortest digits that read
 * back as the same double, laid out by these rules (d digits, value = digits × 10^exponent):
 *
 *   exponent ≥ 0 and the integer has fewer than d + 8 digits    plain      370000
 *   integers up to 2^52                                          plain      1000000000
 *   a few decimals, or the first digit near the point            point      0.000001   31.5
 *   the rest                                                     scientific 1e+20   1.5e-7
 *
 * JavaScript finds the same digits and only lays them out differently.
 */
const LARGEST_PLAIN_INTEGER = 2 ** 52;

export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) <= LARGEST_PLAIN_INTEGER) {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return value < 0 ? `-${layOut(-value)}` : layOut(value);
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
