/**
 * HyperLogLogs as Redis lays them out in strings. 2^14 registers of 6 bits estimate how many different
 * elements have been added: an element's hash picks a register, and the register keeps the longest run
 * of zeros that the rest of such hashes began with.
 *
 *   bytes 0-3    HYLL
 *   byte 4       encoding: 0 dense, 1 sparse
 *   bytes 5-7    0
 *   bytes 8-15   the last count, lowest byte first; its highest bit is set when it is out of date
 *   then         dense: the registers, lowest bits first, 12288 bytes
 *                sparse: opcodes that run over all registers (hyperloglog-sparse.ts)
 */
import { MurmurHash64A } from '../base/murmur-hash64a.ts';

export const HEADER_BYTES = 16;
export const INDEX_BITS = 14;
export const REGISTER_COUNT = 1 << INDEX_BITS;
export const REGISTER_BITS = 6;
export const REGISTER_MAX = 63;
/** Bits of the hash that are left for a run of zeros. */
export const RUN_BITS = 64 - INDEX_BITS;
export const DENSE_BYTES = HEADER_BYTES + (REGISTER_COUNT * REGISTER_BITS) / 8;

export const Encoding = { dense: 0, sparse: 1 } as const;

const encodingByte = 4;
const countByte = 8;
const staleByte = 15;
const staleFlag = 0x80;
const magic = Buffer.from('HYLL', 'latin1');
const hash = new MurmurHash64A(0xadc83b19);

/** Whether a string may be a HyperLogLog. Sparse ones are looked at more closely as they are read. */
export function isHyperLogLog(u8: Uint8Array, offset: number, length: number): boolean {
  if (length < HEADER_BYTES) return false;
  for (let i = 0; i < magic.length; i++) if (u8[offset + i] !== magic[i]) return false;
  const encoding = u8[offset + encodingByte]!;
  return encoding === Encoding.sparse || (encoding === Encoding.dense && length === DENSE_BYTES);
}

export function writeHeader(u8: Uint8Array, offset: number, encoding: number): void {
  u8.fill(0, offset, offset + HEADER_BYTES);
  u8.set(magic, offset);
  u8[offset + encodingByte] = encoding;
}

export function encodingAt(u8: Uint8Array, offset: number): number {
  return u8[offset + encodingByte]!;
}

export function setEncodingAt(u8: Uint8Array, offset: number, encoding: number): void {
  u8[offset + encodingByte] = encoding;
}

export function isCountStale(u8: Uint8Array, offset: number): boolean {
  return (u8[offset + staleByte]! & staleFlag) !== 0;
}

export function markCountStale(u8: Uint8Array, offset: number): void {
  u8[offset + staleByte]! |= staleFlag;
}

/** Word 0 (the lower) or 1 of the last count. */
export function countWordAt(u8: Uint8Array, offset: number, word: 0 | 1): number {
  const at = offset + countByte + word * 4;
  return u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24);
}

export function setCountAt(u8: Uint8Array, offset: number, hi: number, lo: number): void {
  for (let i = 0; i < 4; i++) {
    u8[offset + countByte + i] = lo >>> (i * 8);
    u8[offset + countByte + 4 + i] = hi >>> (i * 8);
  }
}

/** Where an element belongs and what it brings: `index | value << INDEX_BITS`. */
export function registerOf(bytes: Uint8Array, offset: number, length: number): number {
  hash.hash(bytes, offset, length);
  const { hi, lo } = hash;
  const index = lo & (REGISTER_COUNT - 1);
  // A bit behind the last ends the longest run.
  const low = (lo >>> INDEX_BITS) | (hi << (32 - INDEX_BITS));
  const high = (hi >>> INDEX_BITS) | (1 << (RUN_BITS - 32));
  const zeros = low !== 0 ? trailingZeros(low) : 32 + trailingZeros(high);
  return index | ((zeros + 1) << INDEX_BITS);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
