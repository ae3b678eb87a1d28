/**
 * The large form of a hash: a table of field records, and an ordered tree of those that expire, by their
 * time, so that due fields are found without looking at others. A hash is named by its header block:
 *
 *   words 0-3   the table's root; word 3 counts the granules of all records
 *   words 4,5   the root of the tree: (expiry, record)
 */
import { Purpose, type Arena } from '../../memory/arena.ts';
import type { Random } from '../../base/random.ts';
import type { AddressList } from '../../structures/address-list.ts';
import type { KeyHash } from '../../structures/key-hash.ts';
import { keyLengthOf, keyOffsetOf } from '../../structures/keyed-record.ts';
import { OrderedTree } from '../../structures/ordered-tree.ts';
import { Table } from '../../structures/table.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { freeSomeOfTree } from '../../structures/tree-freeing.ts';
import { RefOrder } from '../../structures/tree-search.ts';
import {
  clearRecordExpiry, createRecord, createRoomyRecord, fitsRecord, freeHusk, freeRecord, hasExpiryRoom, recordBytes, recordExpiry,
  writeRecordExpiry, writeRecordValue,
} from './field-record.ts';

const HEADER_BYTES = 24;
const HEADER_WORDS = 6;
const RECORD_GRANULES = 3;
const TREE_ROOT = 4;
export const SCAN_END = 2 ** 32;

export class FieldTable {
  readonly #arena: Arena;
  readonly #hash: KeyHash;
  readonly #table: Table;
  readonly #tree: OrderedTree;
  readonly #cursor: TreeCursor;

  constructor(arena: Arena, hash: KeyHash) {
    this.#arena = arena;
    this.#hash = hash;
    this.#table = new Table(arena, hash);
    this.#tree = new OrderedTree(arena, new RefOrder());
    this.#cursor = new TreeCursor(arena);
  }

  /** The header of a new hash without fields. */
  create(): number {
    const header = this.#arena.alloc(HEADER_BYTES, Purpose.value);
    this.#arena.i32.fill(0, header * 2, header * 2 + HEADER_WORDS);
    return header;
  }

  free(header: number, scratch: AddressList): void {
    this.freeSome(header, 0, Infinity, scratch);
  }

  /** Frees about `budget` fields from a scan's position on; the next position, or SCAN_END when the hash is gone. */
  freeSome(header: number, from: number, budget: number, scratch: AddressList): number {
    let freed = freeSomeOfTree(this.#arena, header * 2 + TREE_ROOT, budget);
    let position = from;
    for (; position < SCAN_END && freed < budget; freed += scratch.length + 1) {
      scratch.clear();
      position = this.#table.scan(header * 2, position, scratch);
      for (let i = 0; i < scratch.length; i++) freeRecord(this.#arena, scratch.at(i));
    }
    if (position < SCAN_END) return position;
    this.#table.clear(header * 2);
    this.#arena.free(header, Purpose.value);
    return SCAN_END;
  }

  usedBytes(header: number): number {
    const records = this.#arena.i32[header * 2 + RECORD_GRANULES]! * 8;
    const tree = this.#tree.usedBytes(header * 2 + TREE_ROOT);
    return this.#arena.capacityBytes(header) + records + this.#table.usedBytes(header * 2) + tree;
  }

  count(header: number): number {
    return this.#table.count(header * 2);
  }

  /** The record of a field, or 0. `hash` is `hashOf` the field. */
  find(header: number, hash: number, field: Uint8Array, fieldAt: number, fieldBytes: number): number {
    return this.#table.find(header * 2, hash, field, fieldAt, fieldBytes);
  }

  hashOf(field: Uint8Array, fieldAt: number, fieldBytes: number): number {
    return this.#hash.hash(field, fieldAt, fieldBytes);
  }

  /** Adds a field that the hash does not have; throws ArenaFullError. */
  add(
    header: number, hash: number, field: Uint8Array, fieldAt: number, fieldBytes: number, value: Uint8Array, valueAt: number, valueBytes: number,
  ): number {
    const arena = this.#arena;
    const record = createRecord(arena, field, fieldAt, fieldBytes, valueBytes, false);
    writeRecordValue(arena, record, value, valueAt, valueBytes);
    try {
      this.#table.insert(header * 2, hash, record);
    } catch (error) {
      freeRecord(arena, record);
      throw error;
    }
    this.#countBytes(header, recordBytes(arena, record));
    return record;
  }

  /** Gives a field another value; its expiry stays. Returns its record. Throws ArenaFullError. */
  write(header: number, hash: number, record: number, value: Uint8Array, valueAt: number, valueBytes: number): number {
    const arena = this.#arena;
    if (fitsRecord(arena, record, valueBytes)) {
      writeRecordValue(arena, record, value, valueAt, valueBytes);
      return record;
    }
    const { i32, u8 } = arena;
    const atMs = recordExpiry(i32, record);
    const moved = createRecord(arena, u8, keyOffsetOf(i32, record), keyLengthOf(i32, record), valueBytes, atMs !== 0);
    writeRecordValue(arena, moved, value, valueAt, valueBytes);
    try {
      if (atMs !== 0) this.#takeOverExpiry(header, record, moved, atMs);
    } catch (error) {
      freeRecord(arena, moved);
      throw error;
    }
    this.#table.replace(header * 2, hash, record, moved);
    this.#countBytes(header, recordBytes(arena, moved) - recordBytes(arena, record));
    freeRecord(arena, record);
    return moved;
  }

  /** Lets a field expire at a time that is not 0. Throws ArenaFullError. */
  setExpiry(header: number, hash: number, record: number, atMs: number): void {
    const arena = this.#arena;
    const before = recordExpiry(arena.i32, record);
    if (before === atMs) return;
    if (hasExpiryRoom(arena.i32, record)) {
      this.#tree.insert(header * 2 + TREE_ROOT, atMs, record);
      if (before !== 0) this.#tree.remove(header * 2 + TREE_ROOT, before, record);
      writeRecordExpiry(arena.i32, record, atMs);
      return;
    }
    const roomy = createRoomyRecord(arena, record);
    try {
      this.#takeOverExpiry(header, record, roomy, atMs);
    } catch (error) {
      freeHusk(arena, roomy);
      throw error;
    }
    this.#table.replace(header * 2, hash, record, roomy);
    this.#countBytes(header, arena.capacityBytes(roomy) - arena.capacityBytes(record));
    freeHusk(arena, record);
  }

  /** Lets a field expire no more; false if it did not. */
  clearExpiry(header: number, record: number): boolean {
    const { i32 } = this.#arena;
    const atMs = recordExpiry(i32, record);
    if (atMs === 0) return false;
    this.#tree.remove(header * 2 + TREE_ROOT, atMs, record);
    clearRecordExpiry(i32, record);
    return true;
  }

  remove(header: number, hash: number, record: number): void {
    this.clearExpiry(header, record);
    this.#table.remove(header * 2, hash, record);
    this.#countBytes(header, -recordBytes(this.#arena, record));
    freeRecord(this.#arena, record);
  }

  /** The time of the field that expires first; Infinity for none. */
  earliest(header: number): number {
    return this.#tree.first(header * 2 + TREE_ROOT, this.#cursor) ? this.#cursor.key : Infinity;
  }

  /** The number of fields whose time is `nowMs` or before. */
  dueCount(header: number, nowMs: number): number {
    return this.#tree.upperBound(header * 2 + TREE_ROOT, nowMs, this.#cursor);
  }

  /** The record of the field that expires first, or 0. `nextExpiring` gives the others. */
  firstExpiring(header: number): number {
    return this.#tree.first(header * 2 + TREE_ROOT, this.#cursor) ? this.#cursor.ref : 0;
  }

  /** The record that expires next, or 0. */
  nextExpiring(): number {
    return this.#cursor.next() ? this.#cursor.ref : 0;
  }

  /** Removes the `count` fields that expire first. */
  removeFirst(header: number, count: number): void {
    for (let left = count; left > 0; left--) {
      const record = this.firstExpiring(header);
      const { i32, u8 } = this.#arena;
      this.remove(header, this.#hash.hash(u8, keyOffsetOf(i32, record), keyLengthOf(i32, record)), record);
    }
  }

  scan(header: number, position: number, out: AddressList): number {
    return this.#table.scan(header * 2, position, out);
  }

  /** A record drawn uniformly. */
  random(header: number, random: Random): number {
    return this.#table.random(header * 2, random);
  }

  /** Asserts that the table and the tree are consistent. */
  check(header: number): void {
    this.#table.check(header * 2);
    this.#tree.check(header * 2 + TREE_ROOT);
  }

  /** Lets the tree refer to `moved` instead of `record`, to expire at a time; throws ArenaFullError. */
  #takeOverExpiry(header: number, record: number, moved: number, atMs: number): void {
    const root = header * 2 + TREE_ROOT;
    this.#tree.insert(root, atMs, moved);
    const before = recordExpiry(this.#arena.i32, record);
    if (before !== 0) this.#tree.remove(root, before, record);
    writeRecordExpiry(this.#arena.i32, moved, atMs);
  }

  #countBytes(header: number, bytes: number): void {
    this.#arena.i32[header * 2 + RECORD_GRANULES]! += bytes / 8;
  }
}
