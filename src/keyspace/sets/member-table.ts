/**
 * A large set: a table over records that hold one member each.
 *
 *     the set     a table's root of 4 words; its last word: what the records occupy, in granules
 *     a record    a keyed record (keyed-record.ts) without anything of its own, whose key is the member
 *
 * A 20-byte member takes 24 bytes and its share of the table, 7 to 10 bytes.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import type { Random } from '../../base/random.ts';
import { Purpose, type Arena } from '../../memory/arena.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { KeyHash } from '../../structures/key-hash.ts';
import { keyLengthOf, keyOffsetOf, LONG_KEY } from '../../structures/keyed-record.ts';
import { Table } from '../../structures/table.ts';

/** The position of a scan that has seen everything. */
export const SCAN_END = 2 ** 32;

const ROOT_WORDS = 4;
const GRANULES = 3;
const GRANULE_BYTES = 8;

export class MemberTable {
  readonly #arena: Arena;
  readonly #hash: KeyHash;
  readonly #table: Table;
  readonly #found = new AddressList();

  constructor(arena: Arena, hash: KeyHash) {
    this.#arena = arena;
    this.#hash = hash;
    this.#table = new Table(arena, hash);
  }

  /** The address of a new empty set. */
  create(): number {
    const addr = this.#arena.alloc(ROOT_WORDS * 4, Purpose.value);
    this.#arena.i32.fill(0, addr * 2, addr * 2 + ROOT_WORDS);
    return addr;
  }

  free(addr: number): void {
    this.freeSome(addr, 0, Infinity);
  }

  /** Frees about `budget` members from a scan's position on; the next position, or SCAN_END when the set is gone. */
  freeSome(addr: number, from: number, budget: number): number {
    const found = this.#found;
    let position = from;
    for (let freed = 0; position < SCAN_END && freed < budget; freed += found.length + 1) {
      found.clear();
      position = this.#table.scan(addr * 2, position, found);
      for (let i = 0; i < found.length; i++) this.#arena.free(found.at(i), Purpose.value);
    }
    if (position < SCAN_END) return position;
    this.#table.clear(addr * 2);
    this.#arena.free(addr, Purpose.value);
    return SCAN_END;
  }

  count(addr: number): number {
    return this.#table.count(addr * 2);
  }

  usedBytes(addr: number): number {
    const arena = this.#arena;
    return arena.capacityBytes(addr) + this.#table.usedBytes(addr * 2) + arena.i32[addr * 2 + GRANULES]! * GRANULE_BYTES;
  }

  has(addr: number, bytes: Uint8Array, offset: number, length: number): boolean {
    return this.#table.find(addr * 2, this.#hash.hash(bytes, offset, length), bytes, offset, length) !== 0;
  }

  /** Adds a member; false if it is there already. After an ArenaFullError all is as before. */
  add(addr: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const arena = this.#arena;
    const hash = this.#hash.hash(bytes, offset, length);
    if (this.#table.find(addr * 2, hash, bytes, offset, length) !== 0) return false;
    const record = this.#newRecord(bytes, offset, length);
    try {
      this.#table.insert(addr * 2, hash, record);
    } catch (error) {
      arena.free(record, Purpose.value);
      throw error;
    }
    arena.i32[addr * 2 + GRANULES]! += arena.capacityBytes(record) / GRANULE_BYTES;
    return true;
  }

  /** Removes a member; false if it is not there. */
  remove(addr: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const hash = this.#hash.hash(bytes, offset, length);
    const record = this.#table.find(addr * 2, hash, bytes, offset, length);
    if (record === 0) return false;
    this.#drop(addr, hash, record);
    return true;
  }

  removeRecord(addr: number, record: number): void {
    this.#drop(addr, this.#hash.hash(this.#arena.u8, this.memberOffset(record), this.memberLength(record)), record);
  }

  /** A member's record, drawn uniformly; there must be one. */
  random(addr: number, random: Random): number {
    return this.#table.random(addr * 2, random);
  }

  /** As Table.scan: appends records and returns the position to go on from, or SCAN_END. */
  scan(addr: number, position: number, out: AddressList): number {
    return this.#table.scan(addr * 2, position, out);
  }

  /** Byte offset in the arena of a record's member. */
  memberOffset(record: number): number {
    return keyOffsetOf(this.#arena.i32, record);
  }

  memberLength(record: number): number {
    return keyLengthOf(this.#arena.i32, record);
  }

  #newRecord(bytes: Uint8Array, offset: number, length: number): number {
    const arena = this.#arena;
    const headerWords = length < LONG_KEY ? 1 : 2;
    const record = arena.alloc(headerWords * 4 + length, Purpose.value);
    const { i32 } = arena;
    i32[record * 2] = (headerWords << 16) | Math.min(length, LONG_KEY);
    if (headerWords > 1) i32[record * 2 + 1] = length;
    copyBytes(arena.u8, record * 8 + headerWords * 4, bytes, offset, length);
    return record;
  }

  #drop(addr: number, hash: number, record: number): void {
    const arena = this.#arena;
    this.#table.remove(addr * 2, hash, record);
    arena.i32[addr * 2 + GRANULES]! -= arena.capacityBytes(record) / GRANULE_BYTES;
    arena.free(record, Purpose.value);
  }
}
