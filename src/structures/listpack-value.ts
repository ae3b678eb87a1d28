/**
 * A value on its way into or out of a listpack: an integer or a string. One of these is kept and
 * used again and again, so that nothing is allocated.
 *
 * A string is a range of `bytes`; it is referred to, not copied, so it is good as long as the
 * bytes stay as they are. An integer is in the words `hi` and `lo` (see Int64Words); when it was
 * given as text the range is there, too, else `length` is -1.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import { Int64Words } from '../base/int64-words.ts';

const nothing = new Uint8Array(0);

export class ListpackValue extends Int64Words {
  isInteger = false;
  bytes: Uint8Array = nothing;
  offset = 0;
  length = 0;

  /** Takes bytes as a client sends them: text that spells an int64 in the only right way is an integer. */
  setBytes(bytes: Uint8Array, offset: number, length: number): void {
    this.isInteger = this.setText(bytes, offset, length);
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  /** Takes bytes as a string, whatever they spell. */
  setString(bytes: Uint8Array, offset: number, length: number): void {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.isInteger = false;
  }

  override setInteger(integer: number): void {
    super.setInteger(integer);
    this.isInteger = true;
    this.length = -1;
  }

  override setWords(hi: number, lo: number): void {
    super.setWords(hi, lo);
    this.isInteger = true;
    this.length = -1;
  }

  /** The length of the value as text. */
  byteLength(): number {
    return this.isInteger ? this.textLength() : this.length;
  }

  /** Writes the value as text at `pos` and returns the position behind it. */
  writeBytes(target: Uint8Array, pos: number): number {
    if (this.isInteger) return this.writeText(target, pos);
    copyBytes(target, pos, this.bytes, this.offset, this.length);
    return pos + this.length;
  }

  /** Lets go of the bytes, which this would otherwise keep alive. */
  clear(): void {
    this.setString(nothing, 0, 0);
  }
}
