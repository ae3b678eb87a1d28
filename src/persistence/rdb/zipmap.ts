/**
 * Reading zipmaps, in which servers before 2.6 kept small hashes: a count (1 byte; 254: not known), then for
 * each field its length, its bytes, the value's length, a number of unused bytes, the value's bytes and the
 * unused ones; 255 at the end. A length is 1 byte below 254, or 254 and 4 bytes, little-endian.
 */
import { expectFormat } from './bad-format.ts';

const END = 255;
const LONG_LENGTH = 254;

/** Fields and values in turn; throws BadFormatError. */
export function readZipmap(bytes: Uint8Array): Uint8Array[] {
  expectFormat(bytes.length >= 2, 'a zipmap has a beginning and an end');
  const parts: Uint8Array[] = [];
  const reader = new ZipmapReader(bytes);
  while (!reader.isAtEnd) {
    parts.push(reader.bytes(reader.length()));
    const valueBytes = reader.length();
    const unusedBytes = reader.byte();
    parts.push(reader.bytes(valueBytes));
    reader.bytes(unusedBytes);
  }
  const stated = bytes[0]!;
  expectFormat(stated >= LONG_LENGTH || stated === parts.length / 2, 'a zipmap has as many fields as it says');
  return parts;
}

class ZipmapReader {
  readonly #bytes: Uint8Array;
  #pos = 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether the end byte is next, behind which there is nothing. */
  get isAtEnd(): boolean {
    expectFormat(this.#pos < this.#bytes.length, 'a zipmap has an end');
    if (this.#bytes[this.#pos] !== END) return false;
    expectFormat(this.#pos === this.#bytes.length - 1, 'a zipmap ends with its end');
    return true;
  }

  byte(): number {
    return this.bytes(1)[0]!;
  }

  length(): number {
    const first = this.byte();
    expectFormat(first !== END, 'a field of a zipmap is complete');
    return first < LONG_LENGTH ? first : Buffer.from(this.bytes(4)).readUInt32LE();
  }

  bytes(length: number): Uint8Array {
    expectFormat(length < this.#bytes.length - this.#pos, 'a zipmap is complete');
    const start = this.#pos;
    this.#pos += length;
    return this.#bytes.subarray(start, this.#pos);
  }
}
