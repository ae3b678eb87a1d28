/**
 * Key to hash slot, as Redis Cluster defines it: CRC16 of the key, or of its hash tag, mod 16384.
 *
 * The hash tag is what stands between the first `{` and the first `}` after it; when that is
 * nothing, or either brace is missing, the whole key counts. The CRC is XMODEM's: polynomial
 * 0x1021, start 0, no reflection, no final xor.
 *
 * Four bytes are folded at a time (slicing-by-4) while looking for the brace in the same pass:
 * entry `n * 256 + byte` of `tables` is what a byte contributes when n bytes follow it.
 */
export const SLOT_COUNT = 16_384;

const POLYNOMIAL = 0x1021;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const tables = makeTables();

/** The hash slot, 0 to 16383, of the key in `length` bytes from `offset`. O(length), allocates nothing. */
export function keySlot(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  let crc = 0;
  let at = offset;
  for (const last = end - 4; at <= last; at += 4) {
    const b0 = bytes[at]!;
    const b1 = bytes[at + 1]!;
    const b2 = bytes[at + 2]!;
    const b3 = bytes[at + 3]!;
    if (b0 === OPEN_BRACE || b1 === OPEN_BRACE || b2 === OPEN_BRACE || b3 === OPEN_BRACE) {
      return bracedKeySlot(bytes, offset, at, end);
    }
    crc = tables[768 + ((crc >> 8) ^ b0)]! ^ tables[512 + ((crc & 0xff) ^ b1)]! ^ tables[256 + b2]! ^ tables[b3]!;
  }
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === OPEN_BRACE) return bracedKeySlot(bytes, offset, at, end);
    crc = followedBy(crc, byte);
  }
  return crc & (SLOT_COUNT - 1);
}

/** The slot of a key whose first `{` is at `searchFrom` or soon after. */
function bracedKeySlot(bytes: Uint8Array, start: number, searchFrom: number, end: number): number {
  const open = indexOfByte(bytes, OPEN_BRACE, searchFrom, end);
  const close = indexOfByte(bytes, CLOSE_BRACE, open + 1, end);
  const tagged = close > open + 1;
  let crc = 0;
  for (let at = tagged ? open + 1 : start; at < (tagged ? close : end); at++) crc = followedBy(crc, bytes[at]!);
  return crc & (SLOT_COUNT - 1);
}

function indexOfByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

function followedBy(crc: number, byte: number): number {
  return ((crc & 0xff) << 8) ^ tables[(crc >> 8) ^ byte]!;
}

function makeTables(): Int32Array {
  const made = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let followed = 0; followed < 4; followed++) {
      for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? POLYNOMIAL : 0)) & 0xffff;
      made[followed * 256 + byte] = crc;
    }
  }
  return made;
}
