/**
 * The order of named records of an ordered tree by their names' bytes. A tree's keys are the names' first
 * six bytes as a number (`nameKey`), so refs are only compared where two names begin alike. In which of a
 * record's words the length of its name is, and where the name begins, depends on the kind of record.
 */
import type { Arena } from '../memory/arena.ts';
import { Order } from './tree-search.ts';

const KEY_BYTES = 6;

export class NameOrder extends Order {
  readonly #arena: Arena;
  readonly #headerBytes: number;
  readonly #lengthWord: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #length = 0;

  /** `headerBytes` come before a record's name. */
  constructor(arena: Arena, headerBytes: number, lengthWord = 0) {
    super();
    this.#arena = arena;
    this.#headerBytes = headerBytes;
    this.#lengthWord = lengthWord;
  }

  /** Says what a probe is compared as; its key. */
  setProbe(bytes: Uint8Array, offset: number, length: number): number {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#length = length;
    return nameKey(bytes, offset, length);
  }

  override compare(refA: number, refB: number): number {
    const { i32, u8 } = this.#arena;
    const header = this.#headerBytes;
    const word = this.#lengthWord;
    return compareNames(u8, refA * 8 + header, i32[refA * 2 + word]!, u8, refB * 8 + header, i32[refB * 2 + word]!);
  }

  override compareProbe(ref: number): number {
    const { i32, u8 } = this.#arena;
    return compareNames(this.#bytes, this.#offset, this.#length, u8, ref * 8 + this.#headerBytes, i32[ref * 2 + this.#lengthWord]!);
  }
}

/** The first bytes of a name as a number, as if zeros followed it. */
export function nameKey(bytes: Uint8Array, offset: number, length: number): number {
  let key = 0;
  for (let i = 0; i < KEY_BYTES; i++) key = key * 256 + (i < length ? bytes[offset + i]! : 0);
  return key;
}

function compareNames(a: Uint8Array, aOffset: number, aLength: number, b: Uint8Array, bOffset: number, bLength: number): number {
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = a[aOffset + i]! - b[bOffset + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
