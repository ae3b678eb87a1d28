/**
 * Reading the entries of a stream's node, which is a listpack in Redis's format:
 *
 *     count  deleted  n  field 1 … field n  0          the master entry
 *     flags  ms  sequence  value 1 … value n  size     an entry with the master's fields
 *     flags  ms  sequence  n  field 1  value 1 … size  any other entry
 *
 * `ms` and `sequence` are what the entry's id has beyond the node's; `size` is the number of the entry's
 * elements before it, and leads backwards. A deleted entry stays where it is, with a flag.
 *
 * One of these is kept and used again and again. Positions are counted from the listpack's first byte.
 */
import type { Arena } from '../memory/arena.ts';
import { elementBytesAt, LISTPACK_END, readElement } from './listpack-encoding.ts';
import { LISTPACK_HEADER_BYTES, prevOf, totalBytesOf } from './listpack-reader.ts';
import { ListpackValue } from './listpack-value.ts';
import { StreamId } from './stream-id.ts';

export const EntryFlag = { deleted: 1, sameFields: 2 } as const;

/** Elements of an entry beside its fields and values, `size` not counted. */
export const ENTRY_ELEMENTS = 3;

export class StreamEntry {
  readonly id = new StreamId();
  /** The position of the entry's flags. */
  position = 0;
  flags = 0;
  fieldCount = 0;
  /** Where the fields begin when the entry has its own, else its values. */
  dataPosition = 0;
  /** Of the node: where its master entry's fields begin, and its first entry. */
  masterFieldsPosition = 0;
  masterFieldCount = 0;
  firstPosition = 0;
  /** The byte offset of the listpack in the arena. */
  base = 0;
  readonly #arena: Arena;
  readonly #masterId = new StreamId();
  readonly #value = new ListpackValue();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Takes a node: the address of its listpack and the Int32 index of its id. */
  open(listpack: number, idAt: number): void {
    this.#masterId.load(this.#arena.i32, idAt);
    this.base = listpack * 8;
    const afterDeleted = this.#after(this.#after(LISTPACK_HEADER_BYTES));
    this.masterFieldCount = this.#integer(afterDeleted);
    this.masterFieldsPosition = this.#after(afterDeleted);
    this.firstPosition = this.#after(this.#skip(this.masterFieldsPosition, this.masterFieldCount));
  }

  get endPosition(): number {
    return totalBytesOf(this.#arena.u8, this.base) - 1;
  }

  get isDeleted(): boolean {
    return (this.flags & EntryFlag.deleted) !== 0;
  }

  get hasSameFields(): boolean {
    return (this.flags & EntryFlag.sameFields) !== 0;
  }

  /** Reads the entry at `position`; false when the node ends there. */
  read(position: number): boolean {
    const { u8 } = this.#arena;
    if (u8[this.base + position] === LISTPACK_END) return false;
    this.position = position;
    this.flags = this.#integer(position);
    const msAt = this.#after(position);
    const seqAt = this.#after(msAt);
    this.#readId(msAt, seqAt);
    this.dataPosition = this.#after(seqAt);
    this.fieldCount = this.masterFieldCount;
    if (this.hasSameFields) return true;
    this.fieldCount = this.#integer(this.dataPosition);
    this.dataPosition = this.#after(this.dataPosition);
    return true;
  }

  /** The position behind the entry. */
  nextPosition(): number {
    const elements = this.hasSameFields ? this.fieldCount : this.fieldCount * 2;
    return this.#after(this.#skip(this.dataPosition, elements));
  }

  /** Reads the entry that ends at `position`; false when it is the first one's. */
  readBefore(position: number): boolean {
    if (position <= this.firstPosition) return false;
    const { u8 } = this.#arena;
    let at = prevOf(u8, this.base, position);
    for (let left = this.#integer(at); left > 0; left--) at = prevOf(u8, this.base, at);
    return this.read(at);
  }

  #after(position: number): number {
    return position + quickElementBytes(this.#arena.u8, this.base + position);
  }

  #skip(position: number, elements: number): number {
    const { u8 } = this.#arena;
    let at = this.base + position;
    for (let left = elements; left > 0; left--) at += quickElementBytes(u8, at);
    return at - this.base;
  }

  #integer(position: number): number {
    const { u8 } = this.#arena;
    const first = u8[this.base + position]!;
    if (first < 0x80) return first;
    readElement(u8, this.base + position, this.#value);
    return this.#value.integer;
  }

  #readId(msAt: number, seqAt: number): void {
    const { msHi, msLo, seqHi, seqLo } = this.#masterId;
    const value = this.#value;
    const { id } = this;
    this.#readDistance(msAt);
    const ms = (msLo >>> 0) + (value.lo >>> 0);
    id.msLo = ms | 0;
    id.msHi = (msHi + value.hi + (ms > 0xffff_ffff ? 1 : 0)) | 0;
    this.#readDistance(seqAt);
    const seq = (seqLo >>> 0) + (value.lo >>> 0);
    id.seqLo = seq | 0;
    id.seqHi = (seqHi + value.hi + (seq > 0xffff_ffff ? 1 : 0)) | 0;
  }

  #readDistance(position: number): void {
    const { u8 } = this.#arena;
    const first = u8[this.base + position]!;
    if (first >= 0x80) {
      readElement(u8, this.base + position, this.#value);
      return;
    }
    this.#value.hi = 0;
    this.#value.lo = first;
  }
}

/** `elementBytesAt`, with a short way for the short elements that most are: small integers and strings. */
function quickElementBytes(u8: Uint8Array, at: number): number {
  const first = u8[at]!;
  if (first < 0x80) return 2;
  if (first < 0xc0) return 2 + (first & 63);
  return first < 0xe0 ? 3 : elementBytesAt(u8, at);
}
