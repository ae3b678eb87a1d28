/**
 * MurmurHash64A (Austin Appleby, public domain), as Redis's HyperLogLogs hash their elements. 64-bit
 * arithmetic is done on two 32-bit words, so nothing is allocated. Blocks are read lowest byte first.
 */
const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
const MULTIPLIER_LOW = 0x5bd1e995;
const MULTIPLIER_LOW_TOP = MULTIPLIER_LOW >>> 16;
const MULTIPLIER_LOW_BOTTOM = MULTIPLIER_LOW & 0xffff;
const BLOCK_BYTES = 8;

export class MurmurHash64A {
  /** The two int32 words of the last hash. */
  hi = 0;
  lo = 0;
  readonly #seed: number;

  /** An unsigned seed of at most 32 bits. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Hashes `length` bytes from `offset`. */
  hash(bytes: Uint8Array, offset: number, length: number): void {
    let lo = Math.imul(length, MULTIPLIER_LOW);
    let hi = (Math.imul(length, MULTIPLIER_HIGH) + highProduct(length)) | 0;
    lo ^= this.#seed;
    const tail = offset + length - (length % BLOCK_BYTES);
    for (let at = offset; at < tail; at += BLOCK_BYTES) {
      const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      // The block times the multiplier, folded, and times the multiplier again.
      const onceHigh = (Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW) + highProduct(low)) | 0;
      const once = Math.imul(low, MULTIPLIER_LOW) ^ (onceHigh >>> 15);
      hi ^= Math.imul(once, MULTIPLIER_HIGH) + Math.imul(onceHigh, MULTIPLIER_LOW) + highProduct(once);
      lo ^= Math.imul(once, MULTIPLIER_LOW);
      hi = (Math.imul(lo, MULTIPLIER_HIGH) + Math.imul(hi, MULTIPLIER_LOW) + highProduct(lo)) | 0;
      lo = Math.imul(lo, MULTIPLIER_LOW);
    }
    const rest = length % BLOCK_BYTES;
    if (rest > 0) {
      for (let i = rest - 1; i >= 4; i--) hi ^= bytes[tail + i]! << ((i - 4) * 8);
      for (let i = Math.min(rest, 4) - 1; i >= 0; i--) lo ^= bytes[tail + i]! << (i * 8);
      hi = (Math.imul(lo, MULTIPLIER_HIGH) + Math.imul(hi, MULTIPLIER_LOW) + highProduct(lo)) | 0;
      lo = Math.imul(lo, MULTIPLIER_LOW);
    }
    lo ^= hi >>> 15;
    hi = (Math.imul(lo, MULTIPLIER_HIGH) + Math.imul(hi, MULTIPLIER_LOW) + highProduct(lo)) | 0;
    lo = Math.imul(lo, MULTIPLIER_LOW);
    this.hi = hi;
    this.lo = lo ^ (hi >>> 15);
  }
}

/** The upper 32 of the 64 bits of an unsigned word times the multiplier's lower word. */
function highProduct(word: number): number {
  const bottom = word & 0xffff;
  const top = word >>> 16;
  const carried = (Math.imul(top, MULTIPLIER_LOW_BOTTOM) + (Math.imul(bottom, MULTIPLIER_LOW_BOTTOM) >>> 16)) >>> 0;
  const middle = Math.imul(bottom, MULTIPLIER_LOW_TOP) + (carried & 0xffff);
  return Math.imul(top, MULTIPLIER_LOW_TOP) + (carried >>> 16) + (middle >>> 16);
}
