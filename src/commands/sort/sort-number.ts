/** Elements and weights as numbers, as SORT reads them: with C's strtod, to the NUL. */
import { parseDouble } from '../../base/parse-double.ts';

const smallestNormal = 2 ** -1022;

/** NaN for what is no number, or out of a double's range. White space may stand before it, and nothing is 0. */
export function sortNumber(bytes: Uint8Array, offset: number, length: number): number {
  const value = parseDouble(bytes, offset, length);
  return Number.isNaN(value) || isSubnormal(value) ? readText(bytes, offset, length) : value;
}

function readText(bytes: Uint8Array, offset: number, length: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
  const number = text.split('\0', 1)[0]!.replace(/^[ \t\n\v\f\r]+/, '');
  if (number === '') return /^[ \t\n\v\f\r]/.test(text) ? Number.NaN : 0;
  const value = parseDouble(Buffer.from(number, 'latin1'), 0, number.length);
  // Decimals so small are never exact, and what is not is out of range.
  return isSubnormal(value) && !/x/i.test(number) ? Number.NaN : value;
}

function isSubnormal(value: number): boolean {
  return value !== 0 && Math.abs(value) < smallestNormal;
}
