/** Copying between byte ranges: a loop while it beats the native call, that call beyond. */
const loopLimitBytes = 96;

export function copyBytes(target: Uint8Array, targetOffset: number, source: Uint8Array, offset: number, length: number): void {
  if (length <= loopLimitBytes) {
    for (let i = 0; i < length; i++) target[targetOffset + i] = source[offset + i]!;
  } else {
    target.set(source.subarray(offset, offset + length), targetOffset);
  }
}
