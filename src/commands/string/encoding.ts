/** Which encoding Redis would report for a string value. */
import { StringEncoding } from '../../keyspace/entry.ts';
import { parseInteger, parseInteger64 } from '../../protocol/ascii.ts';

const maxEmbeddedBytes = 44;
const maxIntegerBytes = 20;

export function encodingOfBytes(bytes: Uint8Array, offset: number, length: number): number {
  if (length <= maxIntegerBytes && isInteger(bytes, offset, length)) return StringEncoding.int;
  return length <= maxEmbeddedBytes ? StringEncoding.embstr : StringEncoding.raw;
}

function isInteger(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length === 0) return false;
  const first = bytes[offset]!;
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return false;
  const value = parseInteger(bytes, offset, length);
  return !Number.isNaN(value) || (length >= 16 && parseInteger64(bytes, offset, length) !== undefined);
}
