/**
 * Reads one append-only file item by item: a command or an annotation line. Memory is bounded by a
 * chunk and the largest command; a value of 512 MB is a command like any other.
 *
 *   *<argc>\r\n  then argc times  $<length>\r\n<bytes>\r\n      or      #<annotation>\r\n
 *
 * `next` returns what it has read: after `command` the arguments lie in `bytes`, and `index` holds
 * argc pairs (offset, length) into it, both until the following call. A file that ends inside an item
 * is `torn`: a crash may leave that. So is a rest of zeros, which a crash leaves on some file systems
 * when the size reached the disk and the content did not. Anything else that is no item throws.
 */
import { PersistenceError } from './persistence-error.ts';
import type { Files } from './files.ts';

export type Item = 'command' | 'annotation' | 'end' | 'torn';

const chunkBytes = 1 << 20;
/** Offsets are int32. */
const maxItemBytes = 2 ** 31 - 1 - chunkBytes;
const maxAnnotationBytes = 1024;
const star = 0x2a;
const dollar = 0x24;
const hash = 0x23;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** Thrown inside when the file ends; never leaves this module. */
const endOfFile = Symbol('end of file');

export class AofReader {
  readonly path: string;
  /** Arguments of the command last read: pairs (offset, length) into `bytes`. */
  index = new Int32Array(64);
  argc = 0;
  /** File offset of the item last read. */
  itemOffset = 0;
  readonly #files: Files;
  readonly #file: number;
  readonly #endOffset: number;
  readonly #chunkBytes: number;
  #buffer: Uint8Array;
  /** File offset of buffer[0]; the bytes up to `#filled` are valid. */
  #bufferOffset = 0;
  #filled = 0;
  #itemStart = 0;
  #at = 0;

  /** Reads up to `endOffset` of the file at `path`, by default all of it. Close it after use. */
  constructor(files: Files, path: string, endOffset?: number, chunk: number = chunkBytes) {
    this.#files = files;
    this.path = path;
    this.#file = files.open(path, 'read');
    this.#endOffset = Math.min(endOffset ?? Infinity, files.sizeBytes(this.#file));
    this.#chunkBytes = Math.max(1, Math.min(chunk, this.#endOffset));
    this.#buffer = new Uint8Array(this.#chunkBytes);
  }

  close(): void {
    this.#files.close(this.#file);
  }

  get bytes(): Uint8Array {
    return this.#buffer;
  }

  get sizeBytes(): number {
    return this.#endOffset;
  }

  /** File offset of the item that `next` will read. */
  get offset(): number {
    return this.#bufferOffset + this.#at;
  }

  /** Goes on at `offset`, where an item begins. */
  seek(offset: number): void {
    const at = offset - this.#bufferOffset;
    if (at >= 0 && at <= this.#filled) {
      this.#at = at;
    } else {
      this.#bufferOffset = offset;
      this.#filled = 0;
      this.#at = 0;
    }
    this.#itemStart = this.#at;
  }

  /** True if the file starts with `magic`. */
  startsWith(magic: string): boolean {
    this.seek(0);
    for (let i = 0; i < magic.length; i++) {
      if (i >= this.#endOffset) return false;
      if (this.#byte() !== magic.charCodeAt(i)) return this.#rewound(false);
    }
    return this.#rewound(true);
  }

  /** Throws PersistenceError where the file is no sequence of items. */
  next(): Item {
    this.#itemStart = this.#at;
    this.itemOffset = this.offset;
    if (this.itemOffset >= this.#endOffset) return 'end';
    try {
      const first = this.#byte();
      if (first === star) return this.#command();
      if (first === hash) return this.#annotation();
      return this.#bad('an item starts with * or #');
    } catch (error) {
      if (error !== endOfFile) throw error;
      this.seek(this.itemOffset);
      return 'torn';
    }
  }

  /** The annotation last read, without # and line end. */
  get annotation(): string {
    return Buffer.from(this.#buffer.buffer, this.index[0]!, this.index[1]!).toString('latin1');
  }

  /** Argument `i` of the command last read is `word` in ASCII capitals, whatever its case. */
  argumentIs(i: number, word: string): boolean {
    const length = this.index[i * 2 + 1]!;
    if (i >= this.argc || length !== word.length) return false;
    const offset = this.index[i * 2]!;
    for (let at = 0; at < length; at++) {
      const byte = this.#buffer[offset + at]!;
      if ((byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte) !== word.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Argument `i` of the command last read as text, empty if there is none. */
  argument(i: number): string {
    if (i >= this.argc) return '';
    return Buffer.from(this.#buffer.buffer, this.index[i * 2]!, this.index[i * 2 + 1]!).toString('latin1');
  }

  /** The error that stops a start because of the item last read. */
  corrupt(reason: string, offset: number = this.itemOffset): PersistenceError {
    return new PersistenceError(
      `Bad file format reading the append only file ${this.path} at byte ${offset}: ${reason}. `
      + `Make a backup of the file, then use: redis-check-aof --fix ${this.path}`,
    );
  }

  #command(): Item {
    const argc = this.#number();
    if (argc < 1) this.#bad('a command has at least one argument');
    this.argc = argc;
    let index = this.index;
    for (let i = 0; i < argc; i++) {
      if (this.#byte() !== dollar) this.#bad('an argument starts with $');
      const length = this.#number();
      if (i * 2 + 2 > index.length) index = this.#growIndex();
      // Relative to the item until it is complete: reading more moves it in the buffer.
      index[i * 2] = this.#at - this.#itemStart;
      index[i * 2 + 1] = length;
      this.#need(length + 2);
      this.#at += length;
      this.#lineEnd();
    }
    for (let i = 0; i < argc; i++) index[i * 2]! += this.#itemStart;
    return 'command';
  }

  #annotation(): Item {
    const start = this.#at - this.#itemStart;
    let length = 0;
    while (this.#byte() !== lineFeed) {
      length++;
      if (length > maxAnnotationBytes) this.#bad('an annotation line is too long');
    }
    const offset = this.#itemStart + start;
    if (length > 0 && this.#buffer[offset + length - 1] === carriageReturn) length--;
    this.index[0] = offset;
    this.index[1] = length;
    this.argc = 0;
    return 'annotation';
  }

  /** A decimal number and its line end. */
  #number(): number {
    let n = 0;
    let digits = 0;
    for (;;) {
      const byte = this.#byte();
      if (byte === carriageReturn && digits > 0) break;
      if (byte < 0x30 || byte > 0x39) this.#bad('a count is a decimal number');
      n = n * 10 + (byte - 0x30);
      digits++;
      if (n > maxItemBytes) this.#bad('a command is larger than 2 GiB');
    }
    if (this.#byte() !== lineFeed) this.#bad('a line ends with CR LF');
    return n;
  }

  #lineEnd(): void {
    if (this.#byte() !== carriageReturn || this.#byte() !== lineFeed) this.#bad('an argument ends with CR LF');
  }

  #byte(): number {
    if (this.#at === this.#filled) this.#need(1);
    return this.#buffer[this.#at++]!;
  }

  /** Makes `count` bytes from the current one available, or ends at the end of the file. */
  #need(count: number): void {
    if (this.#filled - this.#at >= count) return;
    if (this.offset + count > this.#endOffset) throw endOfFile;
    const wantedBytes = this.#at - this.#itemStart + count;
    if (wantedBytes > maxItemBytes) this.#bad('a command is larger than 2 GiB');
    this.#moveItemToFront(wantedBytes);
    while (this.#filled - this.#at < count) {
      const position = this.#bufferOffset + this.#filled;
      const length = Math.min(this.#buffer.length - this.#filled, this.#endOffset - position);
      const read = this.#files.read(this.#file, this.#buffer, this.#filled, length, position);
      if (read === 0) throw endOfFile;
      this.#filled += read;
    }
  }

  /** The buffer grows by doubling, so that many arguments do not copy it often, and shrinks again. */
  #moveItemToFront(wantedBytes: number): void {
    const { length } = this.#buffer;
    let size = length;
    if (wantedBytes > length) size = Math.max(wantedBytes, Math.min(length * 2, maxItemBytes));
    else if (length > this.#chunkBytes && wantedBytes <= this.#chunkBytes && this.#filled - this.#itemStart <= this.#chunkBytes) {
      size = this.#chunkBytes;
    }
    if (size === length) {
      this.#buffer.copyWithin(0, this.#itemStart, this.#filled);
    } else {
      const larger = new Uint8Array(size);
      larger.set(this.#buffer.subarray(this.#itemStart, this.#filled));
      this.#buffer = larger;
    }
    this.#bufferOffset += this.#itemStart;
    this.#filled -= this.#itemStart;
    this.#at -= this.#itemStart;
    this.#itemStart = 0;
  }

  #growIndex(): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(this.index.length * 2);
    larger.set(this.index);
    this.index = larger;
    return larger;
  }

  #rewound(answer: boolean): boolean {
    this.seek(0);
    return answer;
  }

  /** The byte just read does not fit: the rest of the file is zeros, or the file is corrupt. */
  #bad(reason: string): never {
    const offset = this.offset - 1;
    if (this.#isZeroFrom(offset)) throw endOfFile;
    throw this.corrupt(reason, offset);
  }

  #isZeroFrom(offset: number): boolean {
    const chunk = new Uint8Array(64 * 1024);
    for (let at = offset; at < this.#endOffset;) {
      const read = this.#files.read(this.#file, chunk, 0, Math.min(chunk.length, this.#endOffset - at), at);
      if (read === 0) return true;
      for (let i = 0; i < read; i++) if (chunk[i] !== 0) return false;
      at += read;
    }
    return true;
  }
}
