/**
 * A double as C's printf has it with "%.17g": 17 significant digits, without the zeros at their end,
 * and an exponent when it is below -4 or above 16. An exact tie goes to the even digit, which
 * toPrecision does not do.
 */
const DIGITS = 17;
/** More than a tie has, which ends with the 18th digit. */
const LOOKED_AT_DIGITS = 60;

export function formatGeneral17(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0`;
  const [digits, exponent] = roundedDigits(Math.abs(value));
  return sign + layOut(digits.replace(/0+$/, ''), exponent);
}

/** The 17 digits of a magnitude, and the exponent of the first. */
function roundedDigits(magnitude: number): [digits: string, exponent: number] {
  const [mantissa, exponent] = magnitude.toExponential(LOOKED_AT_DIGITS).split('e') as [string, string];
  const all = mantissa.replace('.', '');
  const rest = all.slice(DIGITS);
  const half = `5${'0'.repeat(rest.length - 1)}`;
  const kept = BigInt(all.slice(0, DIGITS));
  const isUp = rest > half || (rest === half && kept % 2n === 1n);
  const rounded = String(isUp ? kept + 1n : kept);
  return [rounded, Number(exponent) + rounded.length - DIGITS];
}

function layOut(digits: string, exponent: number): string {
  if (exponent < -4 || exponent >= DIGITS) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
