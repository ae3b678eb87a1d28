/**
 * The nodes of streams, as records of an arena: a listpack of entries (stream-entry.ts) and the id that
 * their ids are relative to.
 *
 *     words 0-3            word 4       word 5
 *     id of the first      listpack     free
 *
 * A listpack's block always has a few bytes to spare for counters that get longer, so deleting entries
 * never needs memory. After an ArenaFullError all is as before.
 */
import { copyBytes } from '../base/copy-bytes.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import { backlengthBytes, elementBytesAt, elementEquals, encodedBytesAt, encodedBytesOf, LISTPACK_END, writeElement } from './listpack-encoding.ts';
import { EMPTY_LISTPACK_BYTES, LISTPACK_HEADER_BYTES, UNKNOWN_COUNT } from './listpack-reader.ts';
import { ListpackValue } from './listpack-value.ts';
import { Listpack, LISTPACK_BYTES_MAX } from './listpack.ts';
import { ENTRY_ELEMENTS, EntryFlag, type StreamEntry } from './stream-entry.ts';
import { ID_WORDS, type StreamId } from './stream-id.ts';

const RECORD_BYTES = 24;
/** Integers from 0 to before here are one byte in a listpack, and their length one more. */
const SMALL_END = 128;
const LISTPACK = ID_WORDS;
const SPARE_BYTES = 8;
/** Count, deleted and field count of a master entry with its end; flags, id, field count and size of an entry: 11 bytes each. */
const FIXED_BYTES = 110;

/** Arguments that hold an entry's fields and values, in turns. */
export interface FieldSource {
  readonly bytes: Uint8Array;
  offset(i: number): number;
  length(i: number): number;
}

export class StreamNodes {
  readonly #arena: Arena;
  readonly #listpack: Listpack;
  readonly #value = new ListpackValue();
  /** The byte offset in the arena where the next element goes, and the number of those that were written. */
  #at = 0;
  #written = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#listpack = new Listpack(arena);
  }

  listpackOf(node: number): number {
    return this.#arena.i32[node * 2 + LISTPACK]!;
  }

  totalBytes(node: number): number {
    return this.#listpack.totalBytes(this.listpackOf(node));
  }

  /** Takes the node up for reading. */
  open(node: number, entry: StreamEntry): void {
    entry.open(this.listpackOf(node), node * 2);
  }

  /** The number of entries that are not deleted. */
  liveCount(node: number): number {
    return this.#counter(node, LISTPACK_HEADER_BYTES);
  }

  deletedCount(node: number): number {
    return this.#counter(node, this.#deletedPosition(node));
  }

  /**
   * A node without entries that begins with the id and has the fields of the pairs from argument `first` on.
   * There is room for an entry with them, or for as many as make `expectedBytes`.
   */
  create(id: StreamId, source: FieldSource, first: number, pairCount: number, expectedBytes: number): number {
    const bytes = EMPTY_LISTPACK_BYTES + boundOf(source, first, pairCount, true);
    const listpack = this.#listpack.create(Math.max(bytes, expectedBytes) + SPARE_BYTES);
    const node = this.#record(listpack);
    id.store(this.#arena.i32, node * 2);
    this.#begin(listpack);
    this.#putInteger(0, 0);
    this.#putInteger(0, 0);
    this.#putInteger(0, pairCount);
    for (let pair = 0; pair < pairCount; pair++) this.#putArgument(source, first + pair * 2);
    this.#putInteger(0, 0);
    this.#finish(listpack);
    return node;
  }

  /** A node with a listpack of its own that was validated before. */
  fromBytes(id: StreamId, bytes: Uint8Array): number {
    const listpack = this.#listpack.create(bytes.length + SPARE_BYTES);
    copyBytes(this.#arena.u8, listpack * 8, bytes, 0, bytes.length);
    const node = this.#record(listpack);
    id.store(this.#arena.i32, node * 2);
    return node;
  }

  /** Makes room for an entry, so that `append` needs no memory. What it takes is counted exactly only where a guess does not do. */
  reserve(node: number, id: StreamId, source: FieldSource, first: number, pairCount: number, hasSameFields: boolean): void {
    const presentBytes = this.totalBytes(node) + SPARE_BYTES;
    const capacity = this.#arena.capacityBytes(this.listpackOf(node));
    if (presentBytes + boundOf(source, first, pairCount, !hasSameFields) <= capacity) return;
    this.#resize(node, presentBytes + this.#entryBytes(node, id, source, first, pairCount, hasSameFields));
  }

  /** Whether an entry's fields are the node's own. */
  hasFields(node: number, source: FieldSource, first: number, pairCount: number): boolean {
    const { u8 } = this.#arena;
    const countPosition = this.#after(node, this.#deletedPosition(node));
    if (this.#counter(node, countPosition) !== pairCount) return false;
    let at = this.listpackOf(node) * 8 + this.#after(node, countPosition);
    for (let i = first; i < first + pairCount * 2; i += 2) {
      this.#value.setBytes(source.bytes, source.offset(i), source.length(i));
      if (!elementEquals(u8, at, this.#value)) return false;
      at += elementBytesAt(u8, at);
    }
    return true;
  }

  /** Appends the entry for which room was made. */
  append(node: number, id: StreamId, source: FieldSource, first: number, pairCount: number, hasSameFields: boolean): void {
    this.#setCounter(node, LISTPACK_HEADER_BYTES, this.liveCount(node) + 1);
    const listpack = this.listpackOf(node);
    this.#begin(listpack);
    this.#putInteger(0, hasSameFields ? EntryFlag.sameFields : 0);
    this.#msDistance(node, id);
    this.#putInteger(this.#value.hi, this.#value.lo);
    this.#seqDistance(node, id);
    this.#putInteger(this.#value.hi, this.#value.lo);
    if (!hasSameFields) this.#putInteger(0, pairCount);
    for (let pair = 0; pair < pairCount; pair++) {
      if (!hasSameFields) this.#putArgument(source, first + pair * 2);
      this.#putArgument(source, first + pair * 2 + 1);
    }
    this.#putInteger(0, elementsOf(pairCount, hasSameFields));
    this.#finish(listpack);
  }

  /** Marks the entry at `position` as deleted: its flags are a small integer, which is a byte. */
  markDeleted(node: number, position: number): void {
    this.#arena.u8[this.listpackOf(node) * 8 + position]! |= EntryFlag.deleted;
  }

  /** Moves `count` entries from those that live to those that are deleted. */
  countDeleted(node: number, count: number): void {
    const deleted = this.deletedCount(node) + count;
    this.#setCounter(node, LISTPACK_HEADER_BYTES, this.liveCount(node) - count);
    this.#setCounter(node, this.#deletedPosition(node), deleted);
  }

  /** Gives back what the listpack's block has to spare, as far as there is room to do it. */
  shrink(node: number): void {
    const listpack = this.listpackOf(node);
    const wanted = this.totalBytes(node) + SPARE_BYTES;
    const capacity = this.#arena.capacityBytes(listpack);
    if (wanted * 1.25 <= capacity) this.#move(node, listpack, this.#arena.tryAlloc(wanted, Purpose.value));
  }

  free(node: number): void {
    this.#listpack.free(this.listpackOf(node));
    this.#arena.free(node, Purpose.structure);
  }

  usedBytes(node: number): number {
    return this.#arena.capacityBytes(node) + this.#arena.capacityBytes(this.listpackOf(node));
  }

  #record(listpack: number): number {
    const node = this.#arena.tryAlloc(RECORD_BYTES, Purpose.structure);
    if (node === 0) {
      this.#listpack.free(listpack);
      return this.#arena.alloc(RECORD_BYTES, Purpose.structure);
    }
    this.#arena.i32[node * 2 + LISTPACK] = listpack;
    this.#arena.i32[node * 2 + LISTPACK + 1] = 0;
    return node;
  }

  #resize(node: number, bytes: number): void {
    const listpack = this.listpackOf(node);
    const capacity = this.#arena.capacityBytes(listpack);
    if (bytes <= capacity) return;
    const generous = Math.min(Math.max(bytes, capacity * 2), LISTPACK_BYTES_MAX);
    const grown = this.#arena.tryAlloc(generous, Purpose.value);
    this.#move(node, listpack, grown === 0 ? this.#arena.alloc(bytes, Purpose.value) : grown);
  }

  #move(node: number, listpack: number, target: number): void {
    if (target === 0) return;
    const { i32, u8 } = this.#arena;
    copyBytes(u8, target * 8, u8, listpack * 8, i32[listpack * 2]!);
    i32[node * 2 + LISTPACK] = target;
    this.#listpack.free(listpack);
  }

  #entryBytes(node: number, id: StreamId, source: FieldSource, first: number, pairCount: number, hasSameFields: boolean): number {
    let bytes = this.#integerBytes(0, 0) * 2;
    this.#msDistance(node, id);
    bytes += this.#valueBytes();
    this.#seqDistance(node, id);
    bytes += this.#valueBytes();
    if (!hasSameFields) bytes += this.#integerBytes(0, pairCount);
    for (let i = first + (hasSameFields ? 1 : 0); i < first + pairCount * 2; i += hasSameFields ? 2 : 1) {
      this.#value.setBytes(source.bytes, source.offset(i), source.length(i));
      bytes += this.#valueBytes();
    }
    return bytes + this.#integerBytes(0, elementsOf(pairCount, hasSameFields));
  }

  #integerBytes(hi: number, lo: number): number {
    this.#value.setWords(hi, lo);
    return this.#valueBytes();
  }

  #valueBytes(): number {
    const encodedBytes = encodedBytesOf(this.#value);
    return encodedBytes + backlengthBytes(encodedBytes);
  }

  #deletedPosition(node: number): number {
    return this.#after(node, LISTPACK_HEADER_BYTES);
  }

  /** The position of the element behind the one at `position`. */
  #after(node: number, position: number): number {
    return position + elementBytesAt(this.#arena.u8, this.listpackOf(node) * 8 + position);
  }

  #counter(node: number, position: number): number {
    const listpack = this.listpackOf(node);
    const first = this.#arena.u8[listpack * 8 + position]!;
    if (first < SMALL_END) return first;
    this.#listpack.read(listpack, position, this.#value);
    return this.#value.integer;
  }

  #setCounter(node: number, position: number, count: number): void {
    const listpack = this.listpackOf(node);
    if (count < SMALL_END && this.#arena.u8[listpack * 8 + position]! < SMALL_END) {
      this.#arena.u8[listpack * 8 + position] = count;
      return;
    }
    const value = this.#value;
    value.setInteger(count);
    const encodedBytes = encodedBytesOf(value);
    const { u8 } = this.#arena;
    const at = listpack * 8 + position;
    if (encodedBytesAt(u8, at) === encodedBytes) writeElement(u8, at, value, encodedBytes);
    else this.#arena.i32[node * 2 + LISTPACK] = this.#listpack.replace(listpack, position, value);
  }

  // Writing at the listpack's end, for which there is room.

  #begin(listpack: number): void {
    this.#at = listpack * 8 + this.#arena.i32[listpack * 2]! - 1;
    this.#written = 0;
  }

  #finish(listpack: number): void {
    const { i32, u8 } = this.#arena;
    u8[this.#at] = LISTPACK_END;
    i32[listpack * 2] = this.#at + 1 - listpack * 8;
    const countAt = listpack * 8 + 4;
    const stated = u8[countAt]! | u8[countAt + 1]! << 8;
    if (stated === UNKNOWN_COUNT) return;
    const count = Math.min(stated + this.#written, UNKNOWN_COUNT);
    u8[countAt] = count;
    u8[countAt + 1] = count >>> 8;
  }

  #put(value: ListpackValue): void {
    const encodedBytes = encodedBytesOf(value);
    writeElement(this.#arena.u8, this.#at, value, encodedBytes);
    this.#at += encodedBytes + backlengthBytes(encodedBytes);
    this.#written++;
  }

  #putInteger(hi: number, lo: number): void {
    if (hi === 0 && lo >= 0 && lo < SMALL_END) {
      const { u8 } = this.#arena;
      u8[this.#at] = lo;
      u8[this.#at + 1] = 1;
      this.#at += 2;
      this.#written++;
      return;
    }
    this.#value.setWords(hi, lo);
    this.#put(this.#value);
  }

  #putArgument(source: FieldSource, i: number): void {
    this.#value.setBytes(source.bytes, source.offset(i), source.length(i));
    this.#put(this.#value);
  }

  /** Sets the value to what the id's milliseconds have beyond the node's. */
  #msDistance(node: number, id: StreamId): void {
    const { i32 } = this.#arena;
    const at = node * 2;
    const borrow = (id.msLo >>> 0) < (i32[at + 1]! >>> 0) ? 1 : 0;
    this.#value.setWords((id.msHi - i32[at]! - borrow) | 0, (id.msLo - i32[at + 1]!) | 0);
  }

  #seqDistance(node: number, id: StreamId): void {
    const { i32 } = this.#arena;
    const at = node * 2 + 2;
    const borrow = (id.seqLo >>> 0) < (i32[at + 1]! >>> 0) ? 1 : 0;
    this.#value.setWords((id.seqHi - i32[at]! - borrow) | 0, (id.seqLo - i32[at + 1]!) | 0);
  }
}

/** The elements of an entry before the one that counts them. */
function elementsOf(pairCount: number, hasSameFields: boolean): number {
  return ENTRY_ELEMENTS + (hasSameFields ? pairCount : 1 + pairCount * 2);
}

/** The bytes that the elements of pairs take at most, with their values only or with the fields as well. */
function boundOf(source: FieldSource, first: number, pairCount: number, withFields: boolean): number {
  let bytes = FIXED_BYTES;
  for (let i = first + (withFields ? 0 : 1); i < first + pairCount * 2; i += withFields ? 1 : 2) {
    const length = source.length(i);
    bytes += length + (length < 64 ? 2 : length < 4096 ? 4 : 10);
  }
  return bytes;
}
