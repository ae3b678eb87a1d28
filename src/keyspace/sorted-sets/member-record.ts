/**
 * The record of one member of a large sorted set. It is a keyed record as table.ts wants it:
 *
 *   word 0      bits 0-15 member length (0xffff: long), 16-19 header words
 *   words 1, 2  score, float64, low word first; -0 stays -0
 *  [word 3      member length, when long]
 *   member bytes
 */
import { compareBytes } from '../../base/compare-bytes.ts';
import { copyBytes } from '../../base/copy-bytes.ts';
import { Purpose, type Arena } from '../../memory/arena.ts';
import { keyLengthOf, keyOffsetOf, LONG_KEY } from '../../structures/keyed-record.ts';
import { Order } from '../../structures/tree-search.ts';

const HEADER_WORDS = 3;
const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** The address of a new record; throws ArenaFullError. */
export function newMemberRecord(arena: Arena, score: number, bytes: Uint8Array, offset: number, length: number): number {
  const isLong = length >= LONG_KEY;
  const headerWords = HEADER_WORDS + Number(isLong);
  const record = arena.alloc(headerWords * 4 + length, Purpose.value);
  const i32 = arena.i32;
  const at = record * 2;
  i32[at] = (isLong ? LONG_KEY : length) | (headerWords << 16);
  setRecordScore(i32, record, score);
  if (isLong) i32[at + HEADER_WORDS] = length;
  copyBytes(arena.u8, record * 8 + headerWords * 4, bytes, offset, length);
  return record;
}

/** The score to the last bit, the sign of zero included. */
export function recordScore(i32: Int32Array, record: number): number {
  scratchWords[0] = i32[record * 2 + 1]!;
  scratchWords[1] = i32[record * 2 + 2]!;
  return scratch[0]!;
}

export function setRecordScore(i32: Int32Array, record: number, score: number): void {
  scratch[0] = score;
  i32[record * 2 + 1] = scratchWords[0]!;
  i32[record * 2 + 2] = scratchWords[1]!;
}

/** Members with the same score are in the order of their bytes. The probe is a range of bytes. */
export class MemberOrder extends Order {
  readonly #arena: Arena;
  #bytes: Uint8Array;
  #offset = 0;
  #length = 0;

  constructor(arena: Arena) {
    super();
    this.#arena = arena;
    this.#bytes = arena.u8;
  }

  setProbe(bytes: Uint8Array, offset: number, length: number): void {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#length = length;
  }

  override compare(refA: number, refB: number): number {
    const { i32, u8 } = this.#arena;
    return compareBytes(
      u8, keyOffsetOf(i32, refA), keyLengthOf(i32, refA), u8, keyOffsetOf(i32, refB), keyLengthOf(i32, refB));
  }

  override compareProbe(ref: number): number {
    const { i32, u8 } = this.#arena;
    return compareBytes(this.#bytes, this.#offset, this.#length, u8, keyOffsetOf(i32, ref), keyLengthOf(i32, ref));
  }
}
