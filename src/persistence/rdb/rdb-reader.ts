/**
 * Reads the elements of Redis's RDB format (rdb-writer.ts draws them) from untrusted bytes. Whatever is
 * not as it should be throws BadFormatError; nothing outside of the bytes is read, and no memory is taken
 * for lengths that the bytes cannot hold.
 */
import { expectFormat } from './bad-format.ts';
import { decompressLzf } from './lzf.ts';

/** How many times larger than its compressed form LZF can be: 264 bytes stand in three. */
const COMPRESSION_MAX = 88;

export class RdbReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, offset: number, length: number) {
    this.bytes = bytes;
    this.pos = offset;
    this.end = offset + length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.pos === this.end;
  }

  byte(): number {
    return this.bytes[this.#take(1)]!;
  }

  /** A length or count up to 2^53 - 1. */
  count(): number {
    const n = this.count64();
    expectFormat(n <= BigInt(Number.MAX_SAFE_INTEGER), 'a count is within bounds');
    return Number(n);
  }

  /** The count of elements that take at least `leastBytes` each. */
  countOf(leastBytes: number): number {
    const n = this.count();
    expectFormat(n * leastBytes <= this.end - this.pos, 'there are as many elements as announced');
    return n;
  }

  count64(): bigint {
    const first = this.byte();
    expectFormat(first >>> 6 !== 3, 'a count is no encoded string');
    return this.#countFrom(first);
  }

  /** A string's bytes, which may be a part of the payload. */
  string(): Uint8Array {
    const first = this.byte();
    if (first >>> 6 !== 3) {
      const length = this.#countFrom(first);
      expectFormat(length <= BigInt(this.end - this.pos), 'a string is complete');
      return this.raw(Number(length));
    }
    switch (first & 63) {
      case 0:
        return Buffer.from(String(this.#view.getInt8(this.#take(1))));
      case 1:
        return Buffer.from(String(this.#view.getInt16(this.#take(2), true)));
      case 2:
        return Buffer.from(String(this.#view.getInt32(this.#take(4), true)));
      case 3:
        return this.#compressed();
      default:
        return expectFormat(false, 'a string has an encoding that is known') as never;
    }
  }

  /** `length` bytes of the payload itself. */
  raw(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** 8 bytes, little-endian. */
  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** 8 bytes, little-endian. */
  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  #countFrom(first: number): bigint {
    switch (first >>> 6) {
      case 0:
        return BigInt(first & 63);
      case 1:
        return BigInt(((first & 63) << 8) | this.byte());
      default:
        expectFormat(first === 0x80 || first === 0x81, 'a count has a form that is known');
        return first === 0x80 ? BigInt(this.#view.getUint32(this.#take(4))) : this.#view.getBigUint64(this.#take(8));
    }
  }

  #compressed(): Uint8Array {
    const length = this.count();
    const outBytes = this.count();
    expectFormat(outBytes <= length * COMPRESSION_MAX, 'a compressed string has a length that is possible');
    const start = this.#take(length);
    return decompressLzf(this.bytes, start, length, outBytes);
  }

  #take(length: number): number {
    expectFormat(length <= this.end - this.pos, 'the payload is complete');
    const start = this.pos;
    this.pos += length;
    return start;
  }
}
