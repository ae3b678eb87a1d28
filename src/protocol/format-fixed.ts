/**
 * Numbers with a fixed count of decimals, as C's printf prints them for `%.4f`: exact, and half to even.
 * JavaScript's toFixed rounds exact halves up, leaves out the sign of -0, and stops at 10^21.
 */
const fixedEnd = 1e21;

export function formatFixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return '-nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (magnitude >= fixedEnd) return `${sign}${BigInt(magnitude)}.${'0'.repeat(decimals)}`;
  const text = magnitude.toFixed(decimals);
  const lastDigit = Number(text.at(-1));
  // Halves of the last decimal are the odd multiples of 2^-(decimals + 1), of which it has rounded up.
  const isHalf = Math.abs((magnitude * 2 ** (decimals + 1)) % 2) === 1;
  return isHalf && lastDigit % 2 === 1 ? `${sign}${text.slice(0, -1)}${lastDigit - 1}` : sign + text;
}
