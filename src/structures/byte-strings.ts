/**
 * Byte strings by the thousand, in one buffer: what a command collects from the keyspace before it sorts
 * or stores it, while memory there may move. They are numbered in the order in which they were added.
 */
import { compareBytes } from '../base/compare-bytes.ts';
import { copyBytes } from '../base/copy-bytes.ts';

const roomBytes = 4096;
/** More than this is given back when the strings are cleared. */
const keptBytes = 2 ** 20;

export class ByteStrings {
  bytes: Uint8Array = new Uint8Array(roomBytes);
  #ends = new Int32Array(roomBytes / 16);
  length = 0;

  offsetOf(i: number): number {
    return i === 0 ? 0 : this.#ends[i - 1]!;
  }

  lengthOf(i: number): number {
    return this.#ends[i]! - this.offsetOf(i);
  }

  add(source: Uint8Array, offset: number, length: number): void {
    const start = this.reserve(length);
    copyBytes(this.bytes, start, source, offset, length);
  }

  /** Adds a string of `length` bytes, which the caller writes at the offset that is returned. */
  reserve(length: number): number {
    const start = this.offsetOf(this.length);
    if (start + length > this.bytes.length) this.#growBytes(start + length);
    if (this.length === this.#ends.length) this.#growEnds();
    this.#ends[this.length++] = start + length;
    return start;
  }

  /** Negative, zero or positive as string `i` is less than, equal to or greater than `j`, byte for byte. */
  compare(i: number, j: number): number {
    return compareBytes(this.bytes, this.offsetOf(i), this.lengthOf(i), this.bytes, this.offsetOf(j), this.lengthOf(j));
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptBytes) this.bytes = new Uint8Array(roomBytes);
    if (this.#ends.length > keptBytes) this.#ends = new Int32Array(roomBytes / 16);
  }

  #growBytes(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  #growEnds(): void {
    const ends = new Int32Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
  }
}
