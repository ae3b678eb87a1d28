/** The bytes whose digests xxh3.recorded.txt holds, and the lengths in the order of its lines. */
const LARGEST_BYTES = 1_048_577;

/** Byte i is the top byte of (i + 1) × 0x9e3779b1 modulo 2^32. */
export const xxh3Input = Uint8Array.from({ length: LARGEST_BYTES }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);

export const xxh3Lengths: readonly number[] = Array.from({ length: 1026 }, (_, length) => length).concat(
  [1087, 1088, 1089, 2047, 2048, 2049, 3072, 4096, 5000, 65_535, 65_536, 65_537, 1_000_003, LARGEST_BYTES],
);
