/**
 * Decompression of LZF (Marc Lehmann's LibLZF), which Redis uses in RDB files. A control byte below 32
 * is followed by that many literal bytes and one more; a larger one refers back: its top three bits are
 * the length less 2 (7: the next byte is added), its lower five the top of a 13-bit distance less 1.
 */
import { expectFormat } from './bad-format.ts';

/** The `outBytes` bytes that `length` bytes from `offset` stand for; throws BadFormatError. */
export function decompressLzf(bytes: Uint8Array, offset: number, length: number, outBytes: number): Uint8Array {
  const out = new Uint8Array(outBytes);
  const end = offset + length;
  let at = offset;
  let to = 0;
  while (at < end) {
    const control = bytes[at++]!;
    if (control < 32) {
      const literals = control + 1;
      expectFormat(at + literals <= end && to + literals <= outBytes, 'compressed bytes are within bounds');
      for (let i = 0; i < literals; i++) out[to++] = bytes[at++]!;
      continue;
    }
    let count = control >>> 5;
    if (count === 7) {
      expectFormat(at < end, 'a compressed length is complete');
      count += bytes[at++]!;
    }
    expectFormat(at < end, 'a compressed reference is complete');
    const from = to - ((control & 31) << 8) - bytes[at++]! - 1;
    count += 2;
    expectFormat(from >= 0 && to + count <= outBytes, 'a compressed reference is within bounds');
    for (let i = 0; i < count; i++) out[to++] = out[from + i]!;
  }
  expectFormat(to === outBytes, 'compressed bytes have the length that was announced');
  return out;
}
