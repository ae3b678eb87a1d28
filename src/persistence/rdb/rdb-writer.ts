/**
 * Writes the elements of Redis's RDB format into a growing buffer. A length is
 *
 *   00xxxxxx                     6 bits        10000000 + 4 bytes   32 bits, big-endian
 *   01xxxxxx + 1 byte           14 bits        10000001 + 8 bytes   64 bits, big-endian
 *
 * and a string a length and its bytes, or 110000xx and an integer of 1, 2 or 4 bytes, little-endian.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { parseInteger } from '../../protocol/ascii.ts';

const FIRST_BYTES = 256;
/** Longer strings are not looked at as integers, as in Redis. */
const INTEGER_DIGITS_MAX = 11;

export class RdbWriter {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;

  /** What has been written; valid until more is. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A length or count, 0 to 2^53 - 1. */
  count(n: number): void {
    this.#reserve(9);
    if (n < 64) {
      this.bytes[this.length++] = n;
    } else if (n < 16384) {
      this.bytes[this.length++] = 0x40 | (n >>> 8);
      this.bytes[this.length++] = n & 0xff;
    } else if (n < 2 ** 32) {
      this.bytes[this.length++] = 0x80;
      this.length = this.bytes.writeUInt32BE(n, this.length);
    } else {
      this.bytes[this.length++] = 0x81;
      this.length = this.bytes.writeBigUInt64BE(BigInt(n), this.length);
    }
  }

  /** A count of any uint64. */
  count64(n: bigint): void {
    if (n < 2n ** 32n) {
      this.count(Number(n));
      return;
    }
    this.#reserve(9);
    this.bytes[this.length++] = 0x81;
    this.length = this.bytes.writeBigUInt64BE(n, this.length);
  }

  /** A string; the decimal form of an int32 becomes an integer. */
  string(source: Uint8Array, offset: number, length: number): void {
    if (length <= INTEGER_DIGITS_MAX && this.#integer(parseInteger(source, offset, length))) return;
    this.blob(source, offset, length);
  }

  /** A string that is kept as it is. */
  blob(source: Uint8Array, offset: number, length: number): void {
    this.count(length);
    this.raw(source, offset, length);
  }

  /** Bytes without a length. */
  raw(source: Uint8Array, offset: number, length: number): void {
    this.#reserve(length);
    copyBytes(this.bytes, this.length, source, offset, length);
    this.length += length;
  }

  /** 8 bytes, little-endian. */
  double(value: number): void {
    this.#reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  /** 8 bytes, little-endian. */
  int64(value: bigint): void {
    this.#reserve(8);
    this.length = this.bytes.writeBigInt64LE(value, this.length);
  }

  #integer(n: number): boolean {
    if (!(n >= -(2 ** 31) && n < 2 ** 31)) return false;
    this.#reserve(5);
    if (n >= -128 && n < 128) {
      this.bytes[this.length++] = 0xc0;
      this.length = this.bytes.writeInt8(n, this.length);
    } else if (n >= -32768 && n < 32768) {
      this.bytes[this.length++] = 0xc1;
      this.length = this.bytes.writeInt16LE(n, this.length);
    } else {
      this.bytes[this.length++] = 0xc2;
      this.length = this.bytes.writeInt32LE(n, this.length);
    }
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
