/** Copying between byte ranges: a loop while it beats the native call, that call beyond. */
const loopLimitBytes = 40;
/** Buffer's copy also serves plain Uint8Arrays and shared memory, and needs no subarray. */
const nativeCopy = Buffer.prototype.copy as (
  this: Uint8Array, target: Uint8Array, targetStart: number, sourceStart: number, sourceEnd: number,
) => number;

export function copyBytes(target: Uint8Array, targetOffset: number, source: Uint8Array, offset: number, length: number): void {
  if (length <= loopLimitBytes) {
    for (let i = 0; i < length; i++) target[targetOffset + i] = source[offset + i]!;
  } else {
    nativeCopy.call(source, target, targetOffset, offset, offset + length);
  }
}

/** A copy of [start, end) that shares nothing with its source, which Buffer's own slice does. */
export function copyOf(source: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copyBytes(copy, 0, source, start, end - start);
  return copy;
}
