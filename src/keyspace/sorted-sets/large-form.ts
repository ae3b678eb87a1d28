/**
 * A sorted set of any size, which Redis calls a skiplist: a table finds members, an ordered tree with
 * counts has them in order. Its root is a block of 8 words:
 *
 *   words 0-3  the table's root, over member records
 *   words 4, 5 the ordered tree's root; an item's key is the score, its ref the record
 *   word 6     granules that the records take
 *
 * After an ArenaFullError all is as before.
 */
import { Purpose, type Arena } from '../../memory/arena.ts';
import { AddressList } from '../../structures/address-list.ts';
import type { KeyHash } from '../../structures/key-hash.ts';
import { keyLengthOf, keyOffsetOf } from '../../structures/keyed-record.ts';
import { OrderedTree } from '../../structures/ordered-tree.ts';
import { Table } from '../../structures/table.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { freeSomeOfTree } from '../../structures/tree-freeing.ts';
import { ROOT_NODE } from '../../structures/tree-node.ts';
import { MemberOrder, newMemberRecord, recordScore, setRecordScore } from './member-record.ts';

const ROOT_WORDS = 8;
const TREE = 4;
const RECORD_GRANULES = 6;

export class LargeForm {
  readonly #arena: Arena;
  readonly #hash: KeyHash;
  readonly #order: MemberOrder;
  readonly #table: Table;
  readonly #tree: OrderedTree;
  readonly #cursor: TreeCursor;
  readonly #removed = new AddressList();

  constructor(arena: Arena, hash: KeyHash) {
    this.#arena = arena;
    this.#hash = hash;
    this.#order = new MemberOrder(arena);
    this.#table = new Table(arena, hash);
    this.#tree = new OrderedTree(arena, this.#order);
    this.#cursor = new TreeCursor(arena);
  }

  /** The address of a new empty one. */
  create(): number {
    const addr = this.#arena.alloc(ROOT_WORDS * 4, Purpose.value);
    this.#arena.i32.fill(0, addr * 2, addr * 2 + ROOT_WORDS);
    return addr;
  }

  free(addr: number): void {
    this.freeSome(addr, Infinity);
  }

  /** Frees about `budget` members; true when all is gone. */
  freeSome(addr: number, budget: number): boolean {
    const arena = this.#arena;
    freeSomeOfTree(arena, addr * 2 + TREE, budget, (record) => arena.free(record, Purpose.value));
    if (arena.i32[addr * 2 + TREE + ROOT_NODE] !== 0) return false;
    this.#table.clear(addr * 2);
    arena.free(addr, Purpose.value);
    return true;
  }

  usedBytes(addr: number): number {
    const recordBytes = this.#arena.i32[addr * 2 + RECORD_GRANULES]! * 8;
    return this.#arena.capacityBytes(addr) + recordBytes + this.#table.usedBytes(addr * 2) + this.#tree.usedBytes(addr * 2 + TREE);
  }

  count(addr: number): number {
    return this.#tree.count(addr * 2 + TREE);
  }

  hashOf(bytes: Uint8Array, offset: number, length: number): number {
    return this.#hash.hash(bytes, offset, length);
  }

  /** The record of a member, or 0. */
  find(addr: number, hash: number, bytes: Uint8Array, offset: number, length: number): number {
    return this.#table.find(addr * 2, hash, bytes, offset, length);
  }

  scoreOf(record: number): number {
    return recordScore(this.#arena.i32, record);
  }

  /** Adds a member that is not there. */
  insert(addr: number, hash: number, score: number, bytes: Uint8Array, offset: number, length: number): void {
    const record = newMemberRecord(this.#arena, score, bytes, offset, length);
    try {
      this.#tree.insert(addr * 2 + TREE, score, record);
    } catch (error) {
      this.#arena.free(record, Purpose.value);
      throw error;
    }
    try {
      this.#table.insert(addr * 2, hash, record);
    } catch (error) {
      this.#tree.remove(addr * 2 + TREE, score, record);
      this.#arena.free(record, Purpose.value);
      throw error;
    }
    this.#countRecord(addr, record, 1);
  }

  /** Gives a record another score; the two are not equal as numbers. */
  setScore(addr: number, record: number, score: number): void {
    const old = this.scoreOf(record);
    this.#tree.insert(addr * 2 + TREE, score, record);
    this.#tree.remove(addr * 2 + TREE, old, record);
    setRecordScore(this.#arena.i32, record, score);
  }

  remove(addr: number, hash: number, record: number): void {
    this.#table.remove(addr * 2, hash, record);
    this.#tree.remove(addr * 2 + TREE, this.scoreOf(record), record);
    this.#countRecord(addr, record, -1);
    this.#arena.free(record, Purpose.value);
  }

  /** Takes out the members of `count` ranks from `rank` on. */
  removeRange(addr: number, rank: number, count: number): void {
    const removed = this.#removed;
    for (let left = count; left > 0;) {
      removed.clear();
      left -= this.#tree.takeFrom(addr * 2 + TREE, rank, left, removed);
      for (let i = 0; i < removed.length; i++) this.#forget(addr, removed.at(i));
    }
  }

  rankOf(addr: number, record: number): number {
    return this.#tree.rank(addr * 2 + TREE, this.scoreOf(record), record);
  }

  /** The number of members whose score is below `score`, or not above it. */
  rankOfScore(addr: number, score: number, isIncluded: boolean): number {
    const root = addr * 2 + TREE;
    return isIncluded ? this.#tree.upperBound(root, score, this.#cursor) : this.#tree.lowerBound(root, score, this.#cursor);
  }

  /** The number of members before these bytes, or not after them, where all have one score. */
  rankOfBytes(addr: number, bytes: Uint8Array, offset: number, length: number, isIncluded: boolean): number {
    const root = addr * 2 + TREE;
    const cursor = this.#cursor;
    if (!this.#tree.first(root, cursor)) return 0;
    this.#order.setProbe(bytes, offset, length);
    return isIncluded ? this.#tree.upperBoundOfProbe(root, cursor.key, cursor) : this.#tree.lowerBoundOfProbe(root, cursor.key, cursor);
  }

  /** Places a cursor, whose refs are records, on the member of a rank; false when there is none. */
  moveTo(addr: number, rank: number, cursor: TreeCursor): boolean {
    return cursor.moveTo(addr * 2 + TREE, rank);
  }

  /** Appends the records of up to `count` members, which there are, from a rank on; how many. */
  recordsFrom(addr: number, rank: number, count: number, out: AddressList): number {
    return this.#tree.refsFrom(addr * 2 + TREE, rank, count, out);
  }

  /** As Table.scan; what is found are records. */
  scan(addr: number, position: number, out: AddressList): number {
    return this.#table.scan(addr * 2, position, out);
  }

  /** Removes a record that the tree does not have any more. */
  #forget(addr: number, record: number): void {
    const { i32, u8 } = this.#arena;
    const hash = this.#hash.hash(u8, keyOffsetOf(i32, record), keyLengthOf(i32, record));
    this.#table.remove(addr * 2, hash, record);
    this.#countRecord(addr, record, -1);
    this.#arena.free(record, Purpose.value);
  }

  #countRecord(addr: number, record: number, sign: number): void {
    this.#arena.i32[addr * 2 + RECORD_GRANULES]! += sign * (this.#arena.capacityBytes(record) >>> 3);
  }
}
