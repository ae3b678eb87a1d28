/** Numbers short enough for a column, three or four digits of them. */
import { formatBytesHuman } from '../base/memory-size.ts';

/** `9999`, `10.0k`, `1.23M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  const units = ['k', 'M', 'G', 'T'];
  let [value, at] = [count / 1000, 0];
  // What would be rounded to four digits takes the next unit.
  for (; value >= 999.5 && at < units.length - 1; at++) value /= 1000;
  return `${threeDigits(value)}${units[at]}`;
}

/** Bytes as INFO writes them: `512B`, `1.05M`. */
export function formatAmount(bytes: number): string {
  return formatBytesHuman(Math.round(bytes));
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
