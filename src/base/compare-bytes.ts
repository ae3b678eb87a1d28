/** The order of byte strings: byte by byte, and a beginning before the whole. */
const loopLimitBytes = 40;
/** Buffer's compare also serves plain Uint8Arrays and shared memory. */
const nativeCompare = Buffer.prototype.compare as (
  this: Uint8Array, other: Uint8Array, otherStart: number, otherEnd: number, start: number, end: number,
) => number;

/** Negative when the first range comes before the second, positive when after it, 0 when they are equal. */
export function compareBytes(
  a: Uint8Array, aOffset: number, aLength: number, b: Uint8Array, bOffset: number, bLength: number,
): number {
  const common = aLength < bLength ? aLength : bLength;
  const looped = common < loopLimitBytes ? common : loopLimitBytes;
  for (let i = 0; i < looped; i++) {
    const difference = a[aOffset + i]! - b[bOffset + i]!;
    if (difference !== 0) return difference;
  }
  if (looped === common) return aLength - bLength;
  return nativeCompare.call(a, b, bOffset + looped, bOffset + bLength, aOffset + looped, aOffset + aLength);
}
