/**
 * HalfSipHash-1-3 with 32 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF";
 * the 32-bit variant is the one of their reference repository): a keyed hash, so that a client
 * cannot choose keys that collide.
 */
export class KeyHash {
  readonly #seed0: number;
  readonly #seed1: number;

  /** Two secret 32-bit words. */
  constructor(seed0: number, seed1: number) {
    this.#seed0 = seed0 | 0;
    this.#seed1 = seed1 | 0;
  }

  /** The int32 hash of `length` bytes from `offset`. */
  hash(bytes: Uint8Array, offset: number, length: number): number {
    let v0 = this.#seed0;
    let v1 = this.#seed1;
    let v2 = v0 ^ 0x6c796765;
    let v3 = v1 ^ 0x74656462;
    const end = offset + length;
    const wordsEnd = end - (length & 3);
    for (let at = offset; at < wordsEnd; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    let word = length << 24;
    for (let at = end - 1; at >= wordsEnd; at--) word |= bytes[at]! << ((at - wordsEnd) << 3);
    v3 ^= word;
    // One round for the last word, then three that finish.
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round === 0) {
        v0 ^= word;
        v2 ^= 0xff;
      }
    }
    return v1 ^ v3;
  }
}
