/**
 * Where each slot's table is, and what databases and slots count. Layout from the arena's root area:
 *
 *   root word 0        address of the database array; per database 4 words:
 *                        slot directory address (0 until the first key), keys, keys with expiry,
 *                        hashes with fields that expire
 *        words 1 to 4  what waits to be freed (unlinked.ts)
 *   slot directory     per slot of this shard a table root of 4 words; word 3 counts what active expiry
 *                        has to visit: keys with expiry and hashes with fields that expire
 */
import { assert } from '../base/assert.ts';
import { Purpose, type Arena } from '../memory/arena.ts';
import { expiryFlag, fieldExpiryFlag } from './entry.ts';

export const slotCount = 16384;
export const rootWords = 4;
const volatileWord = 3;
const databaseWords = 4;
const keysWord = 1;
const expiringWord = 2;
const expiringFieldsWord = 3;
const volatileFlags = expiryFlag | fieldExpiryFlag;

export class SlotRoots {
  readonly #arena: Arena;
  readonly #shardCount: number;
  readonly #databaseCount: number;
  readonly slotsHere: number;

  constructor(arena: Arena, shard: number, shardCount: number, databaseCount: number) {
    this.#arena = arena;
    this.#shardCount = shardCount;
    this.#databaseCount = databaseCount;
    this.slotsHere = slotsOfShard(shard, shardCount);
  }

  /** Lays out a fresh arena; attaching threads must not. */
  format(): void {
    assert(this.#arena.i32[this.#arena.rootIndex] === 0, 'a keyspace is laid out once');
    this.#arena.i32[this.#arena.rootIndex] = this.#allocateZeroed(this.#databaseCount * databaseWords * 4);
  }

  /** The Int32 index of a slot's table root, or 0 while the database is empty. */
  of(db: number, slot: number): number {
    const { i32, rootIndex } = this.#arena;
    const directory = i32[i32[rootIndex]! * 2 + db * databaseWords]!;
    if (directory === 0) return 0;
    return directory * 2 + (this.#shardCount === 1 ? slot : (slot / this.#shardCount) | 0) * rootWords;
  }

  /** As `of`; makes the database's directory if need be. Throws ArenaFullError. */
  forWrite(db: number, slot: number): number {
    if (this.directory(db) === 0) {
      const directory = this.#allocateZeroed(this.slotsHere * rootWords * 4);
      this.#arena.i32[this.#database(db)] = directory;
    }
    return this.of(db, slot);
  }

  /** The address of the slots' table roots, or 0. */
  directory(db: number): number {
    return this.#arena.i32[this.#database(db)]!;
  }

  keyCount(db: number): number {
    return this.#arena.i32[this.#database(db) + keysWord]!;
  }

  expiringCount(db: number): number {
    return this.#arena.i32[this.#database(db) + expiringWord]!;
  }

  expiringFieldsCount(db: number): number {
    return this.#arena.i32[this.#database(db) + expiringFieldsWord]!;
  }

  /** What active expiry has to visit in a slot. */
  slotVolatileCount(db: number, slot: number): number {
    const root = this.of(db, slot);
    return root === 0 ? 0 : this.#arena.i32[root + volatileWord]!;
  }

  countKeys(db: number, change: number): void {
    this.#arena.i32[this.#database(db) + keysWord]! += change;
  }

  /** An entry with the head word `before` (0: none) has become one with `after` (0: none). */
  countFlags(db: number, slot: number, before: number, after: number): void {
    if (((before ^ after) & volatileFlags) === 0) return;
    const { i32 } = this.#arena;
    const at = this.#database(db);
    i32[at + expiringWord]! += flag(after, expiryFlag) - flag(before, expiryFlag);
    i32[at + expiringFieldsWord]! += flag(after, fieldExpiryFlag) - flag(before, fieldExpiryFlag);
    i32[this.of(db, slot) + volatileWord]! += flag(after, volatileFlags) - flag(before, volatileFlags);
  }

  /** Frees the directory of a database whose slots are empty. */
  drop(db: number): void {
    const { i32 } = this.#arena;
    const at = this.#database(db);
    if (i32[at] !== 0) this.#arena.free(i32[at]!, Purpose.index);
    i32.fill(0, at, at + databaseWords);
  }

  /** Empties a database whose directory another has taken over. */
  forget(db: number): void {
    const at = this.#database(db);
    this.#arena.i32.fill(0, at, at + databaseWords);
  }

  /** Exchanges two databases. */
  swap(a: number, b: number): void {
    exchange(this.#arena.i32, this.#database(a), this.#database(b), databaseWords);
  }

  /** Exchanges the table roots of one slot; the counts of the databases are the caller's. */
  swapSlot(a: number, b: number, slot: number): void {
    const [rootA, rootB] = [this.forWrite(a, slot), this.forWrite(b, slot)];
    exchange(this.#arena.i32, rootA, rootB, rootWords);
  }

  /** Adds to a database's counts of keys, keys with expiry and hashes with fields that expire. */
  addCounts(db: number, keys: number, expiring: number, expiringFields: number): void {
    const at = this.#database(db);
    this.#arena.i32[at + keysWord]! += keys;
    this.#arena.i32[at + expiringWord]! += expiring;
    this.#arena.i32[at + expiringFieldsWord]! += expiringFields;
  }

  #database(db: number): number {
    assert(db >= 0 && db < this.#databaseCount, 'a database index is in range');
    return this.#arena.i32[this.#arena.rootIndex]! * 2 + db * databaseWords;
  }

  #allocateZeroed(bytes: number): number {
    const address = this.#arena.alloc(bytes, Purpose.index);
    this.#arena.u8.fill(0, address * 8, address * 8 + bytes);
    return address;
  }
}

/** How many slots belong to a shard. */
export function slotsOfShard(shard: number, shardCount: number): number {
  return Math.ceil((slotCount - shard) / shardCount);
}

function flag(head: number, mask: number): number {
  return (head & mask) === 0 ? 0 : 1;
}

function exchange(i32: Int32Array, a: number, b: number, words: number): void {
  for (let word = 0; word < words; word++) {
    const kept = i32[a + word]!;
    i32[a + word] = i32[b + word]!;
    i32[b + word] = kept;
  }
}
