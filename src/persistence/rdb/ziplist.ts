/**
 * Ziplists, in which versions before 7 kept small lists, hashes and sorted sets. They are only read:
 *
 *     all bytes (4), offset of the last element (4), count (2), elements, 255; little-endian
 *
 * An element begins with the length of the one before (1 byte, or 254 and 4 bytes), then a head:
 *
 *     00llllll                    string          11000000, 11010000, 11100000    integer of 2, 4, 8 bytes
 *     01llllll l8                 string          11110000, 11111110              integer of 3 bytes, 1 byte
 *     10xxxxxx l32, big-endian    string          1111vvvv                        integer vvvv - 1, 0 to 12
 */
import type { ListpackValue } from '../../structures/listpack-value.ts';
import { expectFormat } from './bad-format.ts';

const HEADER_BYTES = 10;
const END = 255;
const LONG_PREVIOUS = 254;
const UNKNOWN_COUNT = 0xffff;

/** Calls `visit` with each element; returns how many there are. Throws BadFormatError for bytes that are no ziplist. */
export function eachOfZiplist(bytes: Uint8Array, value: ListpackValue, visit: () => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 1;
  expectFormat(end >= HEADER_BYTES && view.getUint32(0, true) === bytes.length && bytes[end] === END, 'a ziplist has the length that it says');
  let at = HEADER_BYTES;
  let last = at;
  let count = 0;
  for (let previousBytes = 0; at < end; count++) {
    last = at;
    const start = readPrevious(view, at, end, previousBytes);
    at = readElement(bytes, view, start, end, value);
    previousBytes = at - last;
    visit();
  }
  const stated = view.getUint16(8, true);
  expectFormat(stated === UNKNOWN_COUNT || stated === count, 'a ziplist has as many elements as it says');
  expectFormat(view.getUint32(4, true) === last, 'a ziplist knows its last element');
  return count;
}

/** The position behind the length of the element before, which is to be `previousBytes`. */
function readPrevious(view: DataView, at: number, end: number, previousBytes: number): number {
  const isLong = view.getUint8(at) === LONG_PREVIOUS;
  expectFormat(at + (isLong ? 5 : 1) < end, 'an element of a ziplist is complete');
  expectFormat((isLong ? view.getUint32(at + 1, true) : view.getUint8(at)) === previousBytes, 'an element of a ziplist knows the one before');
  return at + (isLong ? 5 : 1);
}

/** Reads the element whose head is at `at`; the position behind it. */
function readElement(bytes: Uint8Array, view: DataView, at: number, end: number, value: ListpackValue): number {
  const head = bytes[at]!;
  if (head < 0xc0) return readString(bytes, view, at, end, value);
  if (head > 0xf0 && head < 0xfe) {
    value.setInteger((head & 15) - 1);
    return at + 1;
  }
  const size = integerBytes(head);
  expectFormat(size > 0 && at + 1 + size <= end, 'an integer of a ziplist is complete');
  let low = 0;
  for (let i = 0; i < Math.min(size, 4); i++) low |= bytes[at + 1 + i]! << (i * 8);
  const unused = 32 - Math.min(size, 4) * 8;
  low = (low << unused) >> unused;
  value.setWords(size === 8 ? view.getInt32(at + 5, true) : low >> 31, low);
  return at + 1 + size;
}

function readString(bytes: Uint8Array, view: DataView, at: number, end: number, value: ListpackValue): number {
  const headBytes = [1, 2, 5][bytes[at]! >>> 6]!;
  expectFormat(at + headBytes <= end, 'an element of a ziplist is complete');
  let length = bytes[at]! & 63;
  if (headBytes === 2) length = (length << 8) | bytes[at + 1]!;
  else if (headBytes === 5) length = view.getUint32(at + 1);
  expectFormat(at + headBytes + length <= end, 'a string of a ziplist is complete');
  value.setBytes(bytes, at + headBytes, length);
  return at + headBytes + length;
}

/** The bytes of an integer by the head before it; 0 for no head. */
function integerBytes(head: number): number {
  switch (head) {
    case 0xc0: return 2;
    case 0xd0: return 4;
    case 0xe0: return 8;
    case 0xf0: return 3;
    case 0xfe: return 1;
    default: return 0;
  }
}
