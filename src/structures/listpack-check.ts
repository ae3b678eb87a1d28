/** Whether bytes from elsewhere (RESTORE, a file) are a listpack. Nothing outside the range is ever read. */
import { backlengthBefore, backlengthBytes, encodedBytesAt, headBytesAt, LISTPACK_END } from './listpack-encoding.ts';
import { EMPTY_LISTPACK_BYTES, LISTPACK_HEADER_BYTES, totalBytesOf, UNKNOWN_COUNT } from './listpack-reader.ts';

/**
 * The number of elements of the listpack that the `length` bytes from `offset` are, or -1 when they
 * are none. Unless `isDeep`, only the header and the end are looked at, and the count is the
 * header's, 65535 for unknown: that is no check to rely on when the bytes come from a client.
 */
export function validateListpack(u8: Uint8Array, offset: number, length: number, isDeep: boolean): number {
  if (length < EMPTY_LISTPACK_BYTES || offset + length > u8.length) return -1;
  if (totalBytesOf(u8, offset) !== length || u8[offset + length - 1] !== LISTPACK_END) return -1;
  const stated = u8[offset + 4]! | u8[offset + 5]! << 8;
  if (!isDeep) return stated;
  const count = countElements(u8, offset + LISTPACK_HEADER_BYTES, offset + length - 1);
  return stated === UNKNOWN_COUNT || stated === count ? count : -1;
}

/** The number of elements in [start, end), or -1 when they are not whole or the range holds anything else. */
function countElements(u8: Uint8Array, start: number, end: number): number {
  let at = start;
  let count = 0;
  while (at < end) {
    const headBytes = headBytesAt(u8, at);
    if (headBytes === 0 || at + headBytes > end) return -1;
    const encodedBytes = encodedBytesAt(u8, at);
    const next = at + encodedBytes + backlengthBytes(encodedBytes);
    if (next > end || backlengthBefore(u8, next) !== encodedBytes) return -1;
    at = next;
    count++;
  }
  return count;
}
