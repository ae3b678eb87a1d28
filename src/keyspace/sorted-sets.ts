/**
 * Sorted sets. A small one is a listpack (sorted-sets/compact-form.ts) and becomes a table with an
 * ordered tree (large-form.ts) when it passes the limits; it never goes back by itself.
 *
 * For users, with an entry of type zset, and members as ranges of bytes:
 *
 *   get       scoreOf(entry, bytes, offset, length)   NaN when it is no member; O(1), or the listpack's length
 *   add       put(entry, score, bytes, ..., flags)    tells what has happened; `score` is the resulting one
 *   remove    remove(entry, bytes, ...), removeRange(entry, rank, count)
 *   count     length(entry)
 *   order     rankOf, rankOfScore, rankOfBytes: ranks from 0; a range is two ranks. O(log n)
 *   walk      const { cursor } = sets; for (let on = cursor.moveTo(entry, rank); on; on = cursor.next())
 *             … cursor.bytes, cursor.offset, cursor.length, cursor.score …    (newCursor() for one of your own)
 *   make      create(entry), or createLarge(entry) and settle(entry), on an entry that is prepared or new
 *
 * Who removes the last member removes the key. Bytes that are added are never those of the sorted set
 * itself. After an ArenaFullError all is as before. A new or longer sorted set may be what a blocked
 * client waits for: all members come in through `put`.
 */
import type { Arena } from '../memory/arena.ts';
import type { AddressList } from '../structures/address-list.ts';
import type { KeyHash } from '../structures/key-hash.ts';
import { encodingOf, setEncoding, setValueAddress, valueAddress } from './entry.ts';
import { CompactForm } from './sorted-sets/compact-form.ts';
import { SortedSetCursor } from './sorted-sets/cursor.ts';
import { SortedSetEncoding, sortedSetEncodingNames } from './sorted-sets/encoding.ts';
import { LargeForm } from './sorted-sets/large-form.ts';
import type { ValueKind } from './value-kind.ts';
import type { ValueLimits } from './value-limits.ts';

/** Conditions of ZADD, and that the score is added to the one there is. */
export const PutFlag = { ifAbsent: 1, ifPresent: 2, ifGreater: 4, ifLess: 8, increment: 16 } as const;

export const PutResult = {
  /** The conditions are not met. */
  skipped: 0,
  added: 1,
  updated: 2,
  /** The member has that score already. */
  same: 3,
  /** Infinity less infinity. */
  notNumber: 4,
} as const;
export type PutResult = (typeof PutResult)[keyof typeof PutResult];

export class SortedSets implements ValueKind {
  /** For whoever walks through one sorted set at a time. */
  readonly cursor: SortedSetCursor;
  /** The member's score after `put` has added, updated or found it. */
  score = 0;
  readonly #arena: Arena;
  readonly #limits: ValueLimits;
  readonly #compact: CompactForm;
  readonly #large: LargeForm;
  /** For walks within a call, so that those of others go on. */
  readonly #walk: SortedSetCursor;
  /** Of the member that was looked for last, in a large form. */
  #hash = 0;

  constructor(arena: Arena, hash: KeyHash, limits: ValueLimits) {
    this.#arena = arena;
    this.#limits = limits;
    this.#compact = new CompactForm(arena);
    this.#large = new LargeForm(arena, hash);
    this.cursor = this.newCursor();
    this.#walk = this.newCursor();
  }

  newCursor(): SortedSetCursor {
    return new SortedSetCursor(this.#arena, this.#compact, this.#large);
  }

  // ValueKind.

  free(entry: number): void {
    const addr = valueAddress(this.#arena, entry);
    if (this.isCompact(entry)) this.#compact.listpack.free(addr);
    else this.#large.free(addr);
  }

  blockCount(entry: number): number {
    return this.isCompact(entry) ? 1 : this.length(entry);
  }

  freeSome(entry: number, budget: number): boolean {
    return this.#large.freeSome(valueAddress(this.#arena, entry), budget);
  }

  usedBytes(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    return this.isCompact(entry) ? this.#arena.capacityBytes(addr) : this.#large.usedBytes(addr);
  }

  length(entry: number): number {
    return this.isCompact(entry) ? this.#compact.count(entry) : this.#large.count(valueAddress(this.#arena, entry));
  }

  encodingName(entry: number): string {
    return sortedSetEncodingNames[encodingOf(this.#arena, entry)]!;
  }

  isCompact(entry: number): boolean {
    return encodingOf(this.#arena, entry) === SortedSetEncoding.listpack;
  }

  // Making one.

  /**
   * Gives an entry without a value an empty sorted set, in a form that suits a first member of
   * `memberBytes`, and `count` members, if they are known.
   */
  create(entry: number, memberBytes = 0, count = 1): void {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
    if (count > zsetMaxListpackEntries || memberBytes > zsetMaxListpackValue) this.createLarge(entry);
    else this.#become(entry, SortedSetEncoding.listpack, this.#compact.listpack.create());
  }

  /** As `create`, in the large form. */
  createLarge(entry: number): void {
    this.#become(entry, SortedSetEncoding.skiplist, this.#large.create());
  }

  /** Gives an entry without a value a copy of a listpack that is a sorted set and was validated. */
  createFromListpack(entry: number, bytes: Uint8Array, offset: number, length: number): void {
    this.#become(entry, SortedSetEncoding.listpack, this.#compact.listpack.fromBytes(bytes, offset, length));
    if (this.#compact.count(entry) > this.#limits.zsetMaxListpackEntries) this.#enlarge(entry, this.#largeCopy(entry));
  }

  /** Brings a large form that is within the limits into the compact form. */
  settle(entry: number): void {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
    if (this.isCompact(entry) || this.length(entry) > zsetMaxListpackEntries) return;
    const cursor = this.#walk;
    for (let on = cursor.moveTo(entry, 0); on; on = cursor.next()) if (cursor.length > zsetMaxListpackValue) return;
    const large = valueAddress(this.#arena, entry);
    const listpack = this.#compact.listpack.create();
    try {
      let on = cursor.moveTo(entry, 0);
      this.#become(entry, SortedSetEncoding.listpack, listpack);
      for (; on; on = cursor.next()) this.#compact.insert(entry, cursor.score, cursor.bytes, cursor.offset, cursor.length);
    } catch (error) {
      this.#compact.listpack.free(valueAddress(this.#arena, entry));
      this.#become(entry, SortedSetEncoding.skiplist, large);
      throw error;
    }
    this.#large.free(large);
  }

  // Members.

  /** The score of a member; NaN when it is none. */
  scoreOf(entry: number, bytes: Uint8Array, offset: number, length: number): number {
    const place = this.#find(entry, bytes, offset, length);
    return place === 0 ? Number.NaN : this.#scoreAt(entry, place);
  }

  /** Adds a member or changes its score, as the PutFlags say. The score is no NaN. */
  put(entry: number, score: number, bytes: Uint8Array, offset: number, length: number, flags = 0): PutResult {
    const place = this.#find(entry, bytes, offset, length);
    if (place === 0) {
      if ((flags & PutFlag.ifPresent) !== 0) return PutResult.skipped;
      this.score = score;
      this.#insert(entry, score, bytes, offset, length);
      return PutResult.added;
    }
    if ((flags & PutFlag.ifAbsent) !== 0) return PutResult.skipped;
    const old = this.#scoreAt(entry, place);
    const next = (flags & PutFlag.increment) === 0 ? score : old + score;
    if (Number.isNaN(next)) return PutResult.notNumber;
    if ((flags & PutFlag.ifLess) !== 0 && next >= old) return PutResult.skipped;
    if ((flags & PutFlag.ifGreater) !== 0 && next <= old) return PutResult.skipped;
    this.score = next;
    if (next === old) return PutResult.same;
    if (this.isCompact(entry)) this.#compact.setScore(entry, place, next, bytes, offset, length);
    else this.#large.setScore(valueAddress(this.#arena, entry), place, next);
    return PutResult.updated;
  }

  /** Removes a member; false when it is none. */
  remove(entry: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const place = this.#find(entry, bytes, offset, length);
    if (place === 0) return false;
    if (this.isCompact(entry)) this.#compact.remove(entry, place);
    else this.#large.remove(valueAddress(this.#arena, entry), this.#hash, place);
    return true;
  }

  /** Removes the members of `count` ranks from `rank` on, all of which there are. */
  removeRange(entry: number, rank: number, count: number): void {
    if (this.isCompact(entry)) this.#compact.removeRange(entry, rank, count);
    else this.#large.removeRange(valueAddress(this.#arena, entry), rank, count);
  }

  // Order.

  /** The rank of a member; -1 when it is none. */
  rankOf(entry: number, bytes: Uint8Array, offset: number, length: number): number {
    const place = this.#find(entry, bytes, offset, length);
    if (place === 0) return -1;
    return this.isCompact(entry) ? this.#compact.rankOf(entry, place) : this.#large.rankOf(valueAddress(this.#arena, entry), place);
  }

  /** The number of members with a score below `score`; with those of that score, if they are included. */
  rankOfScore(entry: number, score: number, isIncluded: boolean): number {
    if (this.isCompact(entry)) return this.#compact.rankOfScore(entry, score, isIncluded);
    return this.#large.rankOfScore(valueAddress(this.#arena, entry), score, isIncluded);
  }

  /** The number of members before these bytes; with a member that is equal, if it is included. All have one score. */
  rankOfBytes(entry: number, bytes: Uint8Array, offset: number, length: number, isIncluded: boolean): number {
    if (this.isCompact(entry)) return this.#compact.rankOfBytes(entry, bytes, offset, length, isIncluded);
    return this.#large.rankOfBytes(valueAddress(this.#arena, entry), bytes, offset, length, isIncluded);
  }

  /**
   * Of a large form: appends records of members from hash position `position` on, and returns the
   * position to go on from, or 2^32 at the end; see Table.scan. `cursor.showRecord` shows them.
   */
  scan(entry: number, position: number, records: AddressList): number {
    return this.#large.scan(valueAddress(this.#arena, entry), position, records);
  }

  /** Of a large form: appends the records of some of the `count` members, which there are, from a rank on; how many. */
  recordsFrom(entry: number, rank: number, count: number, records: AddressList): number {
    return this.#large.recordsFrom(valueAddress(this.#arena, entry), rank, count, records);
  }

  /** The place of a member in its form, or 0. */
  #find(entry: number, bytes: Uint8Array, offset: number, length: number): number {
    if (this.isCompact(entry)) return this.#compact.find(entry, bytes, offset, length);
    this.#hash = this.#large.hashOf(bytes, offset, length);
    return this.#large.find(valueAddress(this.#arena, entry), this.#hash, bytes, offset, length);
  }

  #scoreAt(entry: number, place: number): number {
    return this.isCompact(entry) ? this.#compact.scoreAt(entry, place) : this.#large.scoreOf(place);
  }

  /** Adds the member that `#find` has not found. */
  #insert(entry: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    if (!this.isCompact(entry)) this.#large.insert(valueAddress(this.#arena, entry), this.#hash, score, bytes, offset, length);
    else if (this.#fits(entry, length)) this.#compact.insert(entry, score, bytes, offset, length);
    else this.#insertAndEnlarge(entry, score, bytes, offset, length);
  }

  #fits(entry: number, memberBytes: number): boolean {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
    if (memberBytes > zsetMaxListpackValue || this.#compact.count(entry) >= zsetMaxListpackEntries) return false;
    return this.#compact.listpack.mayAdd(valueAddress(this.#arena, entry), memberBytes);
  }

  #insertAndEnlarge(entry: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    const large = this.#largeCopy(entry);
    try {
      this.#large.insert(large, this.#large.hashOf(bytes, offset, length), score, bytes, offset, length);
    } catch (error) {
      this.#large.free(large);
      throw error;
    }
    this.#enlarge(entry, large);
  }

  /** The address of a large form with the members of a compact one. */
  #largeCopy(entry: number): number {
    const cursor = this.#walk;
    const large = this.#large.create();
    try {
      for (let on = cursor.moveTo(entry, 0); on; on = cursor.next()) {
        const hash = this.#large.hashOf(cursor.bytes, cursor.offset, cursor.length);
        this.#large.insert(large, hash, cursor.score, cursor.bytes, cursor.offset, cursor.length);
      }
    } catch (error) {
      this.#large.free(large);
      throw error;
    }
    return large;
  }

  /** Puts a large form in the place of a compact one. */
  #enlarge(entry: number, large: number): void {
    this.#compact.listpack.free(valueAddress(this.#arena, entry));
    this.#become(entry, SortedSetEncoding.skiplist, large);
  }

  #become(entry: number, encoding: number, addr: number): void {
    setValueAddress(this.#arena, entry, addr);
    setEncoding(this.#arena, entry, encoding);
  }
}
