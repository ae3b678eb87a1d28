/**
 * Writes RESP2 or RESP3 straight into a byte buffer: a shard's reply ring or a door's buffer.
 *
 * The sink owns the buffer and gives more when `end` is near; a value larger than the buffer goes
 * through it in pieces. Nothing on the path of ok, nil, integer, bulk and the headers allocates.
 * Simple strings and errors are made safe here: CR and LF in them become spaces. Their text is
 * written one byte a character, so that bytes of a request read with latin1 come back unchanged;
 * a text with characters above 0xff is written as UTF-8.
 */
import { assert } from '../base/assert.ts';
import { DOUBLE_TEXT_BYTES_MAX, writeDouble } from '../base/format-double.ts';
import { WordCopier } from '../base/word-copier.ts';
import { writeInteger } from './ascii.ts';
import { growBuffer } from './buffer-sink.ts';

export interface ReplySink {
  /**
   * Called when fewer than `neededBytes` fit between `writer.pos` and `writer.end`. Sets
   * `writer.bytes`, `pos` and `end` so that at least min(neededBytes, 4096) fit.
   */
  makeRoom(writer: ReplyWriter, neededBytes: number): void;
}

/** An open array of unknown length, to be handed to one of the close methods. */
export type DeferredReply = number & { readonly deferredReply: true };

/** A writer's place while a deferred array collects its elements. */
interface Suspended {
  readonly bytes: Uint8Array;
  readonly pos: number;
  readonly end: number;
  readonly sink: ReplySink;
}

const CR = 0x0d;
const LF = 0x0a;
const MINUS = 0x2d;
/** A sink always makes room for so much at once. */
const GUARANTEED_ROOM_BYTES = 4096;
/** A type byte, an integer of 17 places and CR LF, rounded up. */
const HEADER_BYTES = 32;
const SHORT_BYTES = GUARANTEED_ROOM_BYTES - 2 * HEADER_BYTES;
/** From here on the native copy is faster than the loop, over shared memory. */
const NATIVE_COPY_BYTES = 40;
/** Buffer's copy also serves plain Uint8Arrays, and needs no subarray. */
const nativeCopy = Buffer.prototype.copy as (
  this: Uint8Array,
  target: Uint8Array,
  targetStart: number,
  sourceStart: number,
  sourceEnd: number,
) => number;

const doubleText = new Uint8Array(DOUBLE_TEXT_BYTES_MAX);

/** Where the elements of a deferred array wait. */
const scratchSink: ReplySink = { makeRoom: growBuffer };

const type = (character: string): number => character.charCodeAt(0);
const ARRAY = type('*');
const ATTRIBUTE = type('|');
const BIG_NUMBER = type('(');
const BOOLEAN = type('#');
const BULK = type('$');
const DOUBLE = type(',');
const ERROR = type('-');
const INTEGER = type(':');
const MAP = type('%');
const NULL = type('_');
const PUSH = type('>');
const SET = type('~');
const SIMPLE = type('+');
const VERBATIM = type('=');

export class ReplyWriter {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the next byte goes. */
  pos = 0;
  /** Where the room ends. */
  end = 0;
  resp: 2 | 3 = 2;
  sink: ReplySink;
  readonly #suspended: Suspended[] = [];
  readonly #copier = new WordCopier();

  constructor(sink: ReplySink) {
    this.sink = sink;
  }

  ok(): void {
    this.#fiveBytes(SIMPLE, type('O'), type('K'));
  }

  pong(): void {
    this.#shortLine(SIMPLE, 'PONG');
  }

  queued(): void {
    this.#shortLine(SIMPLE, 'QUEUED');
  }

  /** The absent value. */
  nil(): void {
    if (this.resp === 3) this.#null();
    else this.#fiveBytes(BULK, MINUS, type('1'));
  }

  /** The absent array. */
  nilArray(): void {
    if (this.resp === 3) this.#null();
    else this.#fiveBytes(ARRAY, MINUS, type('1'));
  }

  /** A safe integer. */
  integer(n: number): void {
    this.#header(INTEGER, n);
  }

  integer64(n: bigint): void {
    this.#shortLine(INTEGER, n.toString());
  }

  /** The bytes [offset, offset + length) of `source`, which may be larger than the buffer. */
  bulk(source: Uint8Array, offset: number, length: number): void {
    if (length > SHORT_BYTES) {
      this.#header(BULK, length);
      this.raw(source, offset, length);
      this.#lineEnd();
      return;
    }
    if (this.end - this.pos < length + HEADER_BYTES) this.sink.makeRoom(this, length + HEADER_BYTES);
    const bytes = this.bytes;
    let pos = this.pos;
    bytes[pos] = BULK;
    pos = writeInteger(bytes, pos + 1, length);
    bytes[pos] = CR;
    bytes[pos + 1] = LF;
    pos += 2;
    this.#copier.copy(bytes, pos, source, offset, length);
    pos += length;
    bytes[pos] = CR;
    bytes[pos + 1] = LF;
    this.pos = pos + 2;
  }

  /** A text as UTF-8. */
  bulkString(text: string): void {
    if (text.length <= NATIVE_COPY_BYTES && isAscii(text)) {
      this.bulkLatin1(text);
    } else {
      const encoded = Buffer.from(text, 'utf8');
      this.bulk(encoded, 0, encoded.length);
    }
  }

  /** A text of characters up to 0xff, one byte each. */
  bulkLatin1(text: string): void {
    if (text.length > SHORT_BYTES) {
      this.bulk(Buffer.from(text, 'latin1'), 0, text.length);
      return;
    }
    this.#header(BULK, text.length);
    this.#shortText(text);
    this.#lineEnd();
  }

  /** A safe integer as a bulk string. */
  bulkInteger(n: number): void {
    if (this.end - this.pos < 2 * HEADER_BYTES) this.sink.makeRoom(this, 2 * HEADER_BYTES);
    const bytes = this.bytes;
    // The length has one digit, or two: print behind the shorter header, and move by one when it was longer.
    const start = this.pos;
    let after = writeInteger(bytes, start + 4, n);
    const length = after - start - 4;
    if (length > 9) after = writeInteger(bytes, start + 5, n);
    bytes[start] = BULK;
    const pos = writeInteger(bytes, start + 1, length);
    bytes[pos] = CR;
    bytes[pos + 1] = LF;
    bytes[after] = CR;
    bytes[after + 1] = LF;
    this.pos = after + 2;
  }

  bulkInteger64(n: bigint): void {
    this.bulkLatin1(n.toString());
  }

  /** A status, made safe. */
  simple(text: string): void {
    this.#line(SIMPLE, text);
  }

  /** An error, 'ERR ...' without the '-', made safe. */
  error(text: string): void {
    this.#line(ERROR, text.replace(/[\r\n]+$/, ''));
  }

  /** The header of `n` elements that follow. */
  array(n: number): void {
    this.#header(ARRAY, n);
  }

  /** The header of `n` pairs that follow; RESP2 has an array of twice as many elements. */
  map(n: number): void {
    if (this.resp === 3) this.#header(MAP, n);
    else this.#header(ARRAY, 2 * n);
  }

  set(n: number): void {
    this.#header(this.resp === 3 ? SET : ARRAY, n);
  }

  /** Out-of-band data, such as a message to a subscriber. */
  push(n: number): void {
    this.#header(this.resp === 3 ? PUSH : ARRAY, n);
  }

  /** `n` pairs about the reply that follows. RESP3 alone has them. */
  attribute(n: number): void {
    assert(this.resp === 3, 'attributes are only sent to RESP3 clients');
    this.#header(ATTRIBUTE, n);
  }

  double(n: number): void {
    if (this.resp === 2 && Number.isSafeInteger(n) && !Object.is(n, -0)) {
      this.bulkInteger(n);
      return;
    }
    const length = writeDouble(doubleText, 0, n);
    if (this.resp === 2) {
      this.bulk(doubleText, 0, length);
      return;
    }
    if (this.end - this.pos < HEADER_BYTES + length) this.sink.makeRoom(this, HEADER_BYTES + length);
    const { bytes, pos } = this;
    bytes[pos] = DOUBLE;
    for (let i = 0; i < length; i++) bytes[pos + 1 + i] = doubleText[i]!;
    bytes[pos + length + 1] = CR;
    bytes[pos + length + 2] = LF;
    this.pos = pos + length + 3;
  }

  boolean(value: boolean): void {
    if (this.resp === 3) this.#shortLine(BOOLEAN, value ? 't' : 'f');
    else this.integer(value ? 1 : 0);
  }

  /** A double that is printed in its own way. */
  doubleText(text: string): void {
    if (this.resp === 3) this.#shortLine(DOUBLE, text);
    else this.bulkLatin1(text);
  }

  /** A decimal integer of any length. */
  bigNumber(digits: string): void {
    if (this.resp === 3) this.#line(BIG_NUMBER, digits);
    else this.bulkLatin1(digits);
  }

  /** A text for people to read, as UTF-8; RESP3 says its format. */
  verbatim(format: 'txt' | 'mkd', text: string): void {
    if (this.resp === 2) {
      this.bulkString(text);
      return;
    }
    const encoded = Buffer.from(`${format}:${text}`, 'utf8');
    this.#header(VERBATIM, encoded.length);
    this.raw(encoded, 0, encoded.length);
    this.#lineEnd();
  }

  /** Bytes that are RESP already, or a piece of it. */
  raw(source: Uint8Array, offset: number, length: number): void {
    let from = offset;
    const sourceEnd = offset + length;
    while (from < sourceEnd) {
      if (this.pos === this.end) this.sink.makeRoom(this, sourceEnd - from);
      const pieceBytes = Math.min(sourceEnd - from, this.end - this.pos);
      nativeCopy.call(source, this.bytes, this.pos, from, from + pieceBytes);
      this.pos += pieceBytes;
      from += pieceBytes;
    }
  }

  /**
   * Opens an array whose length is known only after its elements. They wait in a scratch buffer,
   * since a stream cannot be patched: count first where that is cheap or the reply is huge. Nests.
   * Until the matching close, `bytes`, `pos`, `end` and `sink` are the scratch buffer's.
   */
  arrayDeferred(): DeferredReply {
    this.#suspended.push({ bytes: this.bytes, pos: this.pos, end: this.end, sink: this.sink });
    this.bytes = new Uint8Array(0);
    this.pos = 0;
    this.end = 0;
    this.sink = scratchSink;
    return this.#suspended.length as DeferredReply;
  }

  closeArray(handle: DeferredReply, n: number): void {
    const content = this.#resume(handle);
    this.array(n);
    this.raw(content, 0, content.length);
  }

  closeMap(handle: DeferredReply, n: number): void {
    const content = this.#resume(handle);
    this.map(n);
    this.raw(content, 0, content.length);
  }

  closeSet(handle: DeferredReply, n: number): void {
    const content = this.#resume(handle);
    this.set(n);
    this.raw(content, 0, content.length);
  }

  /** Forgets the elements, for instance to answer with an error instead. */
  dropDeferred(handle: DeferredReply): void {
    this.#resume(handle);
  }

  #resume(handle: DeferredReply): Uint8Array {
    assert(this.#suspended.length === handle, 'deferred arrays close in order');
    const content = this.bytes.subarray(0, this.pos);
    const suspended = this.#suspended.pop()!;
    this.bytes = suspended.bytes;
    this.pos = suspended.pos;
    this.end = suspended.end;
    this.sink = suspended.sink;
    return content;
  }

  #null(): void {
    if (this.end - this.pos < 3) this.sink.makeRoom(this, 3);
    this.bytes[this.pos++] = NULL;
    this.bytes[this.pos++] = CR;
    this.bytes[this.pos++] = LF;
  }

  #fiveBytes(first: number, second: number, third: number): void {
    if (this.end - this.pos < 5) this.sink.makeRoom(this, 5);
    const bytes = this.bytes;
    const pos = this.pos;
    bytes[pos] = first;
    bytes[pos + 1] = second;
    bytes[pos + 2] = third;
    bytes[pos + 3] = CR;
    bytes[pos + 4] = LF;
    this.pos = pos + 5;
  }

  #header(typeByte: number, n: number): void {
    if (this.end - this.pos < HEADER_BYTES) this.sink.makeRoom(this, HEADER_BYTES);
    const bytes = this.bytes;
    bytes[this.pos] = typeByte;
    const pos = writeInteger(bytes, this.pos + 1, n);
    bytes[pos] = CR;
    bytes[pos + 1] = LF;
    this.pos = pos + 2;
  }

  #lineEnd(): void {
    if (this.end - this.pos < 2) this.sink.makeRoom(this, 2);
    this.bytes[this.pos++] = CR;
    this.bytes[this.pos++] = LF;
  }

  /** A line whose text is made safe, of any length. */
  #line(typeByte: number, text: string): void {
    const safe = /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, ' ') : text;
    if (safe.length <= SHORT_BYTES && isLatin1(safe)) {
      this.#shortLine(typeByte, safe);
      return;
    }
    const encoded = Buffer.from(safe, isLatin1(safe) ? 'latin1' : 'utf8');
    this.#type(typeByte);
    this.raw(encoded, 0, encoded.length);
    this.#lineEnd();
  }

  #shortLine(typeByte: number, text: string): void {
    this.#type(typeByte);
    this.#shortText(text);
    this.#lineEnd();
  }

  #type(typeByte: number): void {
    if (this.end - this.pos < 1) this.sink.makeRoom(this, 1);
    this.bytes[this.pos++] = typeByte;
  }

  /** A text of characters up to 0xff and at most SHORT_BYTES. */
  #shortText(text: string): void {
    const length = text.length;
    if (this.end - this.pos < length) this.sink.makeRoom(this, length);
    const bytes = this.bytes;
    const pos = this.pos;
    for (let i = 0; i < length; i++) bytes[pos + i] = text.charCodeAt(i);
    this.pos = pos + length;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}
