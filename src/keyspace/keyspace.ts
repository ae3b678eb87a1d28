/**
 * The keys of one shard, per database and slot, in the shard's memory.
 *
 * Everything lies in the arena, so any thread that owns the shard or holds its lease can attach a
 * Keyspace and work on it. Layout from the arena's root area:
 *
 *   root word 0        address of the database array; per database 4 words:
 *                        slot directory address (0 until the first key), keys, keys with expiry, -
 *   slot directory     per slot of this shard a table root of 4 words; word 3 counts the keys with expiry
 *
 * An entry's address changes when it is rewritten: methods that may do so return the new one.
 * Expiry is not judged here; see call.ts and expiry-cycle.ts.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import type { Random } from '../base/random.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import { AddressList } from '../structures/address-list.ts';
import type { KeyHash } from '../structures/key-hash.ts';
import { Table } from '../structures/table.ts';
import {
  expiryFlag, keyLength, keyOffset, longKey, maxInlineValueBytes, outsideFlag, typeOf, ValueType, valueHeaderBytes,
  valueLength, valueOffset, writeExpiry,
} from './entry.ts';

export const slotCount = 16384;
const databaseWords = 4;
const rootWords = 4;
const volatileWord = 3;
const baseHeaderWords = 3;
const expiryWords = 2;

export class Keyspace {
  readonly arena: Arena;
  readonly table: Table;
  readonly shard: number;
  readonly shardCount: number;
  readonly databaseCount: number;
  readonly #hash: KeyHash;
  readonly #slotsHere: number;
  readonly #scratch = new AddressList();

  constructor(arena: Arena, hash: KeyHash, shard: number, shardCount: number, databaseCount: number) {
    this.arena = arena;
    this.table = new Table(arena, hash);
    this.shard = shard;
    this.shardCount = shardCount;
    this.databaseCount = databaseCount;
    this.#hash = hash;
    this.#slotsHere = Math.ceil((slotCount - shard) / shardCount);
  }

  /** Lays out a fresh arena; attaching threads must not. */
  format(): void {
    assert(this.arena.i32[this.arena.rootIndex] === 0, 'a keyspace is laid out once');
    const databases = this.#allocateZeroed(this.databaseCount * databaseWords * 4, Purpose.index);
    this.arena.i32[this.arena.rootIndex] = databases;
  }

  // Counts.

  keyCount(db: number): number {
    return this.arena.i32[this.#database(db) + 1]!;
  }

  volatileCount(db: number): number {
    return this.arena.i32[this.#database(db) + 2]!;
  }

  slotKeyCount(db: number, slot: number): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 0 : this.table.count(root);
  }

  slotVolatileCount(db: number, slot: number): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 0 : this.arena.i32[root + volatileWord]!;
  }

  // Look-up.

  /** The entry of a key, expired or not, or 0. */
  find(db: number, slot: number, key: Uint8Array, offset: number, length: number): number {
    const root = this.#slotRoot(db, slot);
    if (root === 0) return 0;
    return this.table.find(root, this.#hash.hash(key, offset, length), key, offset, length);
  }

  // Strings.

  /**
   * Stores a string under a key. `entry` is the key's present entry or 0. The key's expiry is kept
   * if `keepExpiry`, else removed. Returns the entry's address.
   */
  putString(
    db: number, slot: number, entry: number, key: Uint8Array, keyAt: number, keyBytes: number,
    value: Uint8Array, valueAt: number, valueBytes: number, encoding: number, keepExpiry: boolean,
  ): number {
    if (entry !== 0 && this.#fitsInPlace(entry, valueBytes, keepExpiry)) {
      const { i32, u8 } = this.arena;
      const at = entry * 2;
      i32[at] = (i32[at]! & ~(15 << 24)) | (encoding << 24);
      i32[at + 1] = valueBytes;
      copyBytes(u8, keyOffset(this.arena, entry) + keyLength(this.arena, entry), value, valueAt, valueBytes);
      return entry;
    }
    const fresh = this.#newStringEntry(key, keyAt, keyBytes, valueBytes, encoding, entry !== 0 && keepExpiry ? entry : 0);
    copyBytes(this.arena.u8, valueOffset(this.arena, fresh), value, valueAt, valueBytes);
    this.#install(db, slot, entry, fresh);
    return fresh;
  }

  /** Changes the length of a string value, keeping its bytes up to there and zeroing new ones. Returns the entry. */
  resizeString(db: number, slot: number, entry: number, valueBytes: number, encoding: number): number {
    const oldBytes = valueLength(this.arena, entry);
    const keep = Math.min(oldBytes, valueBytes);
    const target = this.#resizeInPlace(entry, valueBytes, encoding)
      ? entry
      : this.#moveString(db, slot, entry, valueBytes, keep, encoding);
    const start = valueOffset(this.arena, target);
    if (valueBytes > keep) this.arena.u8.fill(0, start + keep, start + valueBytes);
    return target;
  }

  /** Throws ArenaFullError unless about `bytes` more can be stored, so that a command over many keys fails before it begins. */
  assureRoom(bytes: number): void {
    const { arena } = this;
    if (arena.reservedBytes + bytes <= arena.maxBytes) return;
    arena.free(arena.alloc(bytes, Purpose.value), Purpose.value);
  }

  // Any type.

  /** Removes a key and frees its value. */
  remove(db: number, slot: number, entry: number): void {
    this.#unlink(db, slot, entry);
    this.#freeEntry(entry);
  }

  /** Sets the expiry in milliseconds since 1970. Returns the entry. */
  setExpiry(db: number, slot: number, entry: number, atMs: number | bigint): number {
    const target = this.#hasExpiryRoom(entry) ? entry : this.#withExpiryRoom(db, slot, entry);
    const at = target * 2;
    if ((this.arena.i32[at]! & expiryFlag) === 0) {
      this.arena.i32[at]! |= expiryFlag;
      this.#countVolatile(db, slot, 1);
    }
    writeExpiry(this.arena, target, atMs);
    return target;
  }

  /** Removes the expiry; false if there was none. */
  clearExpiry(db: number, slot: number, entry: number): boolean {
    const at = entry * 2;
    if ((this.arena.i32[at]! & expiryFlag) === 0) return false;
    this.arena.i32[at]! &= ~expiryFlag;
    this.#countVolatile(db, slot, -1);
    return true;
  }

  /** Bytes of shard memory that an entry occupies with its value. */
  entryBytes(entry: number): number {
    const outside = (this.arena.i32[entry * 2]! & outsideFlag) !== 0;
    return this.arena.capacityBytes(entry) + (outside ? this.arena.capacityBytes(this.arena.i32[entry * 2 + 1]!) : 0);
  }

  // Walks.

  /** A random key of the database, or 0. Slots are drawn by their share of the keys. */
  random(db: number, random: Random): number {
    let rank = random.below(this.keyCount(db));
    const directory = this.#directory(db);
    if (directory === 0) return 0;
    for (let at = directory * 2, left = this.#slotsHere; left > 0; left--, at += rootWords) {
      const count = this.table.count(at);
      if (rank < count) return this.table.random(at, random);
      rank -= count;
    }
    return 0;
  }

  /** Appends the entries around hash position `position` of a slot to `out`; returns the next position, 2^32 at the end. */
  scanSlot(db: number, slot: number, position: number, out: AddressList): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 2 ** 32 : this.table.scan(root, position, out);
  }

  /** The first slot of this shard at or after `slot` that has keys, or -1. */
  nextUsedSlot(db: number, slot: number): number {
    const directory = this.#directory(db);
    if (directory === 0) return -1;
    const first = Math.max(0, Math.ceil((slot - this.shard) / this.shardCount));
    for (let i = first; i < this.#slotsHere; i++) {
      if (this.table.count(directory * 2 + i * rootWords) > 0) return i * this.shardCount + this.shard;
    }
    return -1;
  }

  /** Removes every key of a database. */
  flush(db: number): void {
    for (let slot = this.nextUsedSlot(db, 0); slot >= 0; slot = this.nextUsedSlot(db, slot)) this.flushSlot(db, slot);
    const at = this.#database(db);
    if (this.arena.i32[at] !== 0) this.arena.free(this.arena.i32[at]!, Purpose.index);
    this.arena.i32.fill(0, at, at + databaseWords);
  }

  flushSlot(db: number, slot: number): void {
    const root = this.#slotRoot(db, slot);
    if (root === 0) return;
    const at = this.#database(db);
    this.arena.i32[at + 1]! -= this.table.count(root);
    this.arena.i32[at + 2]! -= this.arena.i32[root + volatileWord]!;
    this.arena.i32[root + volatileWord] = 0;
    for (let position = 0; position < 2 ** 32;) {
      this.#scratch.clear();
      position = this.table.scan(root, position, this.#scratch);
      for (let i = 0; i < this.#scratch.length; i++) this.#freeEntry(this.#scratch.at(i));
    }
    this.table.clear(root);
  }

  /** Exchanges two databases. */
  swap(a: number, b: number): void {
    const { i32 } = this.arena;
    for (let word = 0; word < databaseWords; word++) {
      const kept = i32[this.#database(a) + word]!;
      i32[this.#database(a) + word] = i32[this.#database(b) + word]!;
      i32[this.#database(b) + word] = kept;
    }
  }

  /** Exchanges the keys of one slot between two databases. */
  swapSlot(a: number, b: number, slot: number): void {
    const [rootA, rootB] = [this.#slotRootForWrite(a, slot), this.#slotRootForWrite(b, slot)];
    const { i32 } = this.arena;
    const moved = this.table.count(rootB) - this.table.count(rootA);
    const movedVolatile = i32[rootB + volatileWord]! - i32[rootA + volatileWord]!;
    i32[this.#database(a) + 1]! += moved;
    i32[this.#database(b) + 1]! -= moved;
    i32[this.#database(a) + 2]! += movedVolatile;
    i32[this.#database(b) + 2]! -= movedVolatile;
    for (let word = 0; word < rootWords; word++) {
      const kept = i32[rootA + word]!;
      i32[rootA + word] = i32[rootB + word]!;
      i32[rootB + word] = kept;
    }
  }

  // Look-ups in two steps, so that the cache misses of a batch overlap.

  hashOf(key: Uint8Array, offset: number, length: number): number {
    return this.#hash.hash(key, offset, length);
  }

  /** As `find`, with the key's hash. */
  findHashed(db: number, slot: number, hash: number, key: Uint8Array, offset: number, length: number): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 0 : this.table.find(root, hash, key, offset, length);
  }

  /** Reads the table's line that the look-up of `hash` will need. */
  prefetchLine(db: number, slot: number, hash: number): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 0 : this.table.prefetch(root, hash);
  }

  /** Reads the entry that the look-up of `hash` will need. */
  prefetchEntry(db: number, slot: number, hash: number): number {
    const root = this.#slotRoot(db, slot);
    return root === 0 ? 0 : this.table.prefetchRecord(root, hash);
  }

  #database(db: number): number {
    assert(db >= 0 && db < this.databaseCount, 'a database index is in range');
    return this.arena.i32[this.arena.rootIndex]! * 2 + db * databaseWords;
  }

  #directory(db: number): number {
    return this.arena.i32[this.#database(db)]!;
  }

  #slotRoot(db: number, slot: number): number {
    const directory = this.arena.i32[this.arena.i32[this.arena.rootIndex]! * 2 + db * databaseWords]!;
    if (directory === 0) return 0;
    return directory * 2 + (this.shardCount === 1 ? slot : (slot / this.shardCount) | 0) * rootWords;
  }

  #slotRootForWrite(db: number, slot: number): number {
    if (this.#directory(db) === 0) {
      const directory = this.#allocateZeroed(this.#slotsHere * rootWords * 4, Purpose.index);
      this.arena.i32[this.#database(db)] = directory;
    }
    return this.#slotRoot(db, slot);
  }

  #allocateZeroed(bytes: number, purpose: Purpose): number {
    const address = this.arena.alloc(bytes, purpose);
    this.arena.u8.fill(0, address * 8, address * 8 + bytes);
    return address;
  }

  #fitsInPlace(entry: number, valueBytes: number, keepExpiry: boolean): boolean {
    const head = this.arena.i32[entry * 2]!;
    if ((head & outsideFlag) !== 0 || ((head >>> 20) & 15) !== ValueType.string) return false;
    if ((head & expiryFlag) !== 0 && !keepExpiry) return false;
    if (valueBytes === this.arena.i32[entry * 2 + 1]!) return true;
    const bytes = ((head >>> 16) & 15) * 4 + keyLength(this.arena, entry) + valueBytes;
    const capacity = this.arena.capacityBytes(entry);
    return valueBytes <= maxInlineValueBytes && bytes <= capacity && bytes * 2 > capacity;
  }

  /** Allocates an entry for a string of `valueBytes` (contents not yet written), with the expiry of `like` if given. */
  #newStringEntry(key: Uint8Array, keyAt: number, keyBytes: number, valueBytes: number, encoding: number, like: number): number {
    const outside = valueBytes > maxInlineValueBytes;
    const withExpiry = like !== 0 && (this.arena.i32[like * 2]! & expiryFlag) !== 0;
    const entry = this.#newEntry(key, keyAt, keyBytes, outside ? 0 : valueBytes, withExpiry);
    const value = outside ? this.arena.tryAlloc(valueHeaderBytes + valueBytes, Purpose.value) : 0;
    if (outside && value === 0) {
      this.arena.free(entry, Purpose.entry);
      throw new ArenaFullError(valueBytes);
    }
    const { i32 } = this.arena;
    i32[entry * 2]! |= (ValueType.string << 20) | (encoding << 24) | (outside ? outsideFlag : 0);
    i32[entry * 2 + 1] = outside ? value : valueBytes;
    if (outside) i32[value * 2] = valueBytes;
    if (withExpiry) {
      i32[entry * 2]! |= expiryFlag;
      i32[entry * 2 + 3] = i32[like * 2 + 3]!;
      i32[entry * 2 + 4] = i32[like * 2 + 4]!;
    }
    if (like !== 0) i32[entry * 2 + 2] = i32[like * 2 + 2]!;
    return entry;
  }

  #newEntry(key: Uint8Array, keyAt: number, keyBytes: number, inlineBytes: number, withExpiry: boolean): number {
    const long = keyBytes >= longKey;
    const headerWords = baseHeaderWords + (withExpiry ? expiryWords : 0) + (long ? 1 : 0);
    const entry = this.arena.alloc(headerWords * 4 + keyBytes + inlineBytes, Purpose.entry);
    const { i32 } = this.arena;
    i32[entry * 2] = (long ? longKey : keyBytes) | (headerWords << 16);
    i32[entry * 2 + 2] = 0;
    if (long) i32[entry * 2 + headerWords - 1] = keyBytes;
    copyBytes(this.arena.u8, entry * 8 + headerWords * 4, key, keyAt, keyBytes);
    return entry;
  }

  /** Puts `fresh` in the place of `old` (0: a new key), freeing `old`. */
  #install(db: number, slot: number, old: number, fresh: number): void {
    const hash = this.#hash.hash(this.arena.u8, keyOffset(this.arena, fresh), keyLength(this.arena, fresh));
    if (old === 0) {
      this.#insert(db, slot, hash, fresh);
    } else {
      const lost = (this.arena.i32[old * 2]! & expiryFlag) !== 0 && (this.arena.i32[fresh * 2]! & expiryFlag) === 0;
      if (lost) this.#countVolatile(db, slot, -1);
      this.table.replace(this.#slotRoot(db, slot), hash, old, fresh);
      this.#freeEntry(old);
    }
  }

  /** Adds a key; an entry for which there is no room in the table is freed. */
  #insert(db: number, slot: number, hash: number, fresh: number): void {
    try {
      this.table.insert(this.#slotRootForWrite(db, slot), hash, fresh);
    } catch (error) {
      this.#freeEntry(fresh);
      throw error;
    }
    this.arena.i32[this.#database(db) + 1]! += 1;
  }

  #resizeInPlace(entry: number, valueBytes: number, encoding: number): boolean {
    const { i32 } = this.arena;
    const at = entry * 2;
    if ((i32[at]! & outsideFlag) === 0) {
      const bytes = ((i32[at]! >>> 16) & 15) * 4 + keyLength(this.arena, entry) + valueBytes;
      if (bytes > this.arena.capacityBytes(entry)) return false;
      i32[at + 1] = valueBytes;
    } else {
      const capacity = this.arena.capacityBytes(i32[at + 1]!);
      if (valueHeaderBytes + valueBytes > capacity) return false;
      i32[i32[at + 1]! * 2] = valueBytes;
    }
    i32[at] = (i32[at]! & ~(15 << 24)) | (encoding << 24);
    return true;
  }

  /** Moves a string to a block with room to grow: a quarter more, at most 1 MiB, so that appends are amortised. */
  #moveString(db: number, slot: number, entry: number, valueBytes: number, keepBytes: number, encoding: number): number {
    const spare = valueBytes > maxInlineValueBytes ? Math.min(valueBytes >> 2, 1 << 20) : 0;
    const fresh = this.#newStringEntry(
      this.arena.u8, keyOffset(this.arena, entry), keyLength(this.arena, entry), valueBytes + spare, encoding, entry);
    this.#resizeInPlace(fresh, valueBytes, encoding);
    copyBytes(this.arena.u8, valueOffset(this.arena, fresh), this.arena.u8, valueOffset(this.arena, entry), keepBytes);
    this.#install(db, slot, entry, fresh);
    return fresh;
  }

  #hasExpiryRoom(entry: number): boolean {
    const head = this.arena.i32[entry * 2]!;
    const long = (head & 0xffff) === longKey ? 1 : 0;
    return ((head >>> 16) & 15) - long >= baseHeaderWords + expiryWords;
  }

  /** Rewrites an entry with room for an expiry. The value itself stays where it is if it lives outside. */
  #withExpiryRoom(db: number, slot: number, entry: number): number {
    const { arena } = this;
    const keyBytes = keyLength(arena, entry);
    const outside = (arena.i32[entry * 2]! & outsideFlag) !== 0 || typeOf(arena, entry) !== ValueType.string;
    const inlineBytes = outside ? 0 : arena.i32[entry * 2 + 1]!;
    const fresh = this.#newEntry(arena.u8, keyOffset(arena, entry), keyBytes, inlineBytes, true);
    const { i32, u8 } = arena;
    i32[fresh * 2]! |= i32[entry * 2]! & ~0xfffff;
    i32[fresh * 2 + 1] = i32[entry * 2 + 1]!;
    i32[fresh * 2 + 2] = i32[entry * 2 + 2]!;
    copyBytes(u8, keyOffset(arena, fresh) + keyBytes, u8, keyOffset(arena, entry) + keyBytes, inlineBytes);
    const root = this.#slotRoot(db, slot);
    this.table.replace(root, this.#hash.hash(u8, keyOffset(arena, fresh), keyBytes), entry, fresh);
    arena.free(entry, Purpose.entry);
    return fresh;
  }

  #countVolatile(db: number, slot: number, change: number): void {
    this.arena.i32[this.#database(db) + 2]! += change;
    this.arena.i32[this.#slotRoot(db, slot) + volatileWord]! += change;
  }

  #unlink(db: number, slot: number, entry: number): void {
    const hash = this.#hash.hash(this.arena.u8, keyOffset(this.arena, entry), keyLength(this.arena, entry));
    if ((this.arena.i32[entry * 2]! & expiryFlag) !== 0) this.#countVolatile(db, slot, -1);
    this.table.remove(this.#slotRoot(db, slot), hash, entry);
    this.arena.i32[this.#database(db) + 1]! -= 1;
  }

  #freeEntry(entry: number): void {
    if ((this.arena.i32[entry * 2]! & outsideFlag) !== 0) this.arena.free(this.arena.i32[entry * 2 + 1]!, Purpose.value);
    this.arena.free(entry, Purpose.entry);
  }
}
