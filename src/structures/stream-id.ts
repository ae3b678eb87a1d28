/**
 * The id of a stream's entry: two unsigned 64-bit integers, milliseconds and a sequence number, in four
 * int32 words. One of these is kept and used again and again, so that nothing is allocated.
 *
 * In the arena an id is four words in the same order; in payloads 16 bytes, most significant first.
 */
import { writeInteger } from '../base/decimal.ts';

export const ID_WORDS = 4;
export const ID_BYTES = 16;
/** The longest id as text: twice twenty digits and a dash. */
export const ID_TEXT_BYTES = 41;

const WORD = 2 ** 32;
const DASH = 0x2d;

export class StreamId {
  msHi = 0;
  msLo = 0;
  seqHi = 0;
  seqLo = 0;

  /** The milliseconds as a number: exact while it is safe, else the nearest; never less for a greater id. */
  get ms(): number {
    return (this.msHi >>> 0) * WORD + (this.msLo >>> 0);
  }

  get isZero(): boolean {
    return (this.msHi | this.msLo | this.seqHi | this.seqLo) === 0;
  }

  get isMax(): boolean {
    return (this.msHi & this.msLo & this.seqHi & this.seqLo) === -1;
  }

  set(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.msHi = msHi;
    this.msLo = msLo;
    this.seqHi = seqHi;
    this.seqLo = seqLo;
  }

  setZero(): void {
    this.set(0, 0, 0, 0);
  }

  setMax(): void {
    this.set(-1, -1, -1, -1);
  }

  /** Takes milliseconds, a safe integer from 0 on, with the sequence number 0. */
  setMs(ms: number): void {
    this.set(Math.floor(ms / WORD) | 0, ms | 0, 0, 0);
  }

  /** Sets the bytes from `count` on, in the order of payloads, to those of `word`: 0 or -1. */
  fillFrom(count: number, word: number): void {
    this.set(filled(this.msHi, count, word), filled(this.msLo, count - 4, word), filled(this.seqHi, count - 8, word), filled(this.seqLo, count - 12, word));
  }

  copy(other: StreamId): void {
    this.set(other.msHi, other.msLo, other.seqHi, other.seqLo);
  }

  /** Reads the id at an Int32 index of the arena. */
  load(i32: Int32Array, at: number): void {
    this.set(i32[at]!, i32[at + 1]!, i32[at + 2]!, i32[at + 3]!);
  }

  store(i32: Int32Array, at: number): void {
    i32[at] = this.msHi;
    i32[at + 1] = this.msLo;
    i32[at + 2] = this.seqHi;
    i32[at + 3] = this.seqLo;
  }

  /** Reads 16 bytes, most significant first. */
  loadBytes(bytes: Uint8Array, at: number): void {
    this.set(bigEndian(bytes, at), bigEndian(bytes, at + 4), bigEndian(bytes, at + 8), bigEndian(bytes, at + 12));
  }

  storeBytes(bytes: Uint8Array, at: number): void {
    writeBigEndian(bytes, at, this.msHi);
    writeBigEndian(bytes, at + 4, this.msLo);
    writeBigEndian(bytes, at + 8, this.seqHi);
    writeBigEndian(bytes, at + 12, this.seqLo);
  }

  /** Less than, equal to or greater than 0 as this id is to the other. */
  compare(other: StreamId): number {
    return compareWords(this.msHi, this.msLo, this.seqHi, this.seqLo, other.msHi, other.msLo, other.seqHi, other.seqLo);
  }

  /** As `compare`, with the id at an Int32 index of the arena. */
  compareAt(i32: Int32Array, at: number): number {
    return compareWords(this.msHi, this.msLo, this.seqHi, this.seqLo, i32[at]!, i32[at + 1]!, i32[at + 2]!, i32[at + 3]!);
  }

  /** Becomes the next id; false, and 0-0, after the greatest one. */
  increment(): boolean {
    this.seqLo = (this.seqLo + 1) | 0;
    if (this.seqLo !== 0) return true;
    this.seqHi = (this.seqHi + 1) | 0;
    if (this.seqHi !== 0) return true;
    this.msLo = (this.msLo + 1) | 0;
    if (this.msLo !== 0) return true;
    this.msHi = (this.msHi + 1) | 0;
    return this.msHi !== 0;
  }

  /** Becomes the id before; false, and the greatest one, before 0-0. */
  decrement(): boolean {
    const wasZero = this.isZero;
    this.seqLo = (this.seqLo - 1) | 0;
    if (this.seqLo !== -1) return true;
    this.seqHi = (this.seqHi - 1) | 0;
    if (this.seqHi !== -1) return true;
    this.msLo = (this.msLo - 1) | 0;
    if (this.msLo !== -1) return true;
    this.msHi = (this.msHi - 1) | 0;
    return !wasZero;
  }

  /** Prints the id at `pos`, at most ID_TEXT_BYTES, and returns the position behind it. */
  writeText(bytes: Uint8Array, pos: number): number {
    const dash = writeUint64(bytes, pos, this.msHi, this.msLo);
    bytes[dash] = DASH;
    return writeUint64(bytes, dash + 1, this.seqHi, this.seqLo);
  }

  toString(): string {
    return `${toUint64(this.msHi, this.msLo)}-${toUint64(this.seqHi, this.seqLo)}`;
  }
}

/** Compares the ids at two Int32 indices of the arena. */
export function compareIdsAt(i32: Int32Array, a: number, b: number): number {
  return compareWords(i32[a]!, i32[a + 1]!, i32[a + 2]!, i32[a + 3]!, i32[b]!, i32[b + 1]!, i32[b + 2]!, i32[b + 3]!);
}

/** How many of their first bytes, in the order of payloads, the different ids at two Int32 indices have in common. */
export function commonIdBytes(i32: Int32Array, a: number, b: number): number {
  let word = 0;
  while (word < ID_WORDS - 1 && i32[a + word] === i32[b + word]) word++;
  return word * 4 + (Math.clz32(i32[a + word]! ^ i32[b + word]!) >>> 3);
}

/** The milliseconds of the id at an Int32 index of the arena, as `ms`. */
export function msAt(i32: Int32Array, at: number): number {
  return (i32[at]! >>> 0) * WORD + (i32[at + 1]! >>> 0);
}

function compareWords(
  aMsHi: number, aMsLo: number, aSeqHi: number, aSeqLo: number, bMsHi: number, bMsLo: number, bSeqHi: number, bSeqLo: number,
): number {
  if (aMsHi !== bMsHi) return (aMsHi >>> 0) - (bMsHi >>> 0);
  if (aMsLo !== bMsLo) return (aMsLo >>> 0) - (bMsLo >>> 0);
  if (aSeqHi !== bSeqHi) return (aSeqHi >>> 0) - (bSeqHi >>> 0);
  return (aSeqLo >>> 0) - (bSeqLo >>> 0);
}

/** The word with its bytes from `count` on taken from `filling`, most significant first. */
function filled(word: number, count: number, filling: number): number {
  if (count >= 4) return word;
  const mask = count <= 0 ? -1 : 0xff_ff_ff_ff >>> count * 8;
  return (word & ~mask) | (filling & mask);
}

function writeUint64(bytes: Uint8Array, pos: number, hi: number, lo: number): number {
  // The upper word of a safe integer has 21 bits.
  if (hi >>> 21 === 0) return writeInteger(bytes, pos, hi * WORD + (lo >>> 0));
  const digits = toUint64(hi, lo).toString();
  for (let i = 0; i < digits.length; i++) bytes[pos + i] = digits.charCodeAt(i);
  return pos + digits.length;
}

function toUint64(hi: number, lo: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
}

function writeBigEndian(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
