/**
 * The keys of one shard, per database and slot, in the shard's memory.
 *
 * Everything lies in the arena, so any thread that owns the shard or holds its lease can attach a Keyspace and work on
 * it. An entry's address changes when it is rewritten: methods that may do so return the new one. slot-roots.ts has the
 * layout, entry.ts that of a key. Expiry is not judged here; see call.ts and expiry-cycle.ts.
 */
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import type { Random } from '../base/random.ts';
import { storeBytes } from '../base/store-bytes.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import { AddressList } from '../structures/address-list.ts';
import type { KeyHash } from '../structures/key-hash.ts';
import { Prefetch } from '../structures/prefetch.ts';
import { Table } from '../structures/table.ts';
import {
  expiryFlag, expiryOf, fieldExpiryFlag, keyLength, keyOffset, longKey, maxInlineValueBytes, type NextExpiry, outsideFlag,
  typeOf, ValueType, valueHeaderBytes, valueLength, valueOffset, writeExpiry,
} from './entry.ts';
import { Lists } from './lists.ts';
import { Sets } from './sets.ts';
import { Hashes } from './hashes.ts';
import { rootWords, SlotRoots } from './slot-roots.ts';
import { SortedSets } from './sorted-sets.ts';
import { Streams } from './streams/streams.ts';
import { Unlinked } from './unlinked.ts';
import type { ValueKind } from './value-kind.ts';
import { defaultLimits, type ValueLimits } from './value-limits.ts';

export { slotCount, slotsOfShard } from './slot-roots.ts';

const baseHeaderWords = 3;
const expiryWords = 2;
const positionEnd = 2 ** 32;
/** Look-ups whose memory is read ahead at once. */
export const lookAheadMax = 16;

export class Keyspace {
  readonly arena: Arena;
  readonly table: Table;
  readonly shard: number;
  readonly shardCount: number;
  readonly databaseCount: number;
  readonly limits: ValueLimits;
  /** By ValueType; strings are kept by the keyspace itself. */
  readonly kinds: (ValueKind | undefined)[] = [];
  readonly sortedSets: SortedSets;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly streams: Streams;
  readonly hashes: Hashes;
  /** What was removed and is freed in steps. */
  readonly unlinked: Unlinked;
  readonly #hash: KeyHash;
  readonly #roots: SlotRoots;
  readonly #scratch = new AddressList();
  readonly #ahead = new Prefetch(lookAheadMax);

  constructor(arena: Arena, hash: KeyHash, shard: number, shardCount: number, databaseCount: number, limits: ValueLimits = defaultLimits) {
    this.arena = arena;
    this.table = new Table(arena, hash);
    this.shard = shard;
    this.shardCount = shardCount;
    this.databaseCount = databaseCount;
    this.limits = limits;
    this.kinds[ValueType.list] = this.lists = new Lists(arena, limits);
    this.kinds[ValueType.set] = this.sets = new Sets(arena, hash, limits);
    this.#hash = hash;
    this.#roots = new SlotRoots(arena, shard, shardCount, databaseCount);
    this.kinds[ValueType.zset] = this.sortedSets = new SortedSets(arena, hash, limits);
    this.kinds[ValueType.stream] = this.streams = new Streams(arena, limits);
    this.kinds[ValueType.hash] = this.hashes = new Hashes(arena, hash, limits);
    this.unlinked = new Unlinked(arena, this.table, this.kinds, this.#roots.slotsHere);
  }

  /** Lays out a fresh arena; attaching threads must not. */
  format(): void {
    this.#roots.format();
  }

  // Counts.

  keyCount(db: number): number {
    return this.#roots.keyCount(db);
  }

  /** Keys with an expiry. */
  volatileCount(db: number): number {
    return this.#roots.expiringCount(db);
  }

  /** Hashes with fields that expire. */
  expiringFieldsCount(db: number): number {
    return this.#roots.expiringFieldsCount(db);
  }

  slotKeyCount(db: number, slot: number): number {
    const root = this.#roots.of(db, slot);
    return root === 0 ? 0 : this.table.count(root);
  }

  /** What active expiry has to visit in a slot. */
  slotVolatileCount(db: number, slot: number): number {
    return this.#roots.slotVolatileCount(db, slot);
  }

  // Look-up.

  /** The entry of a key, expired or not, or 0. */
  find(db: number, slot: number, key: Uint8Array, offset: number, length: number): number {
    const root = this.#roots.of(db, slot);
    if (root === 0) return 0;
    return this.table.find(root, this.#hash.hash(key, offset, length), key, offset, length);
  }

  // Strings.

  /** Stores a string under a key. `entry` is the key's present entry or 0. Returns the entry's address. */
  putString(
    db: number, slot: number, entry: number, key: Uint8Array, keyAt: number, keyBytes: number,
    value: Uint8Array, valueAt: number, valueBytes: number, encoding: number, expiry: NextExpiry,
  ): number {
    if (entry !== 0 && this.#fitsInPlace(entry, valueBytes, expiry)) {
      const { i32, u8 } = this.arena;
      const at = entry * 2;
      i32[at] = (i32[at]! & ~(15 << 24)) | (encoding << 24);
      i32[at + 1] = valueBytes;
      storeBytes(u8, keyOffset(this.arena, entry) + keyLength(this.arena, entry), value, valueAt, valueBytes);
      if (typeof expiry !== 'string') this.setExpiry(db, slot, entry, expiry);
      return entry;
    }
    const fresh = this.#newStringEntry(key, keyAt, keyBytes, valueBytes, encoding, entry, expiry);
    storeBytes(this.arena.u8, valueOffset(this.arena, fresh), value, valueAt, valueBytes);
    this.install(db, slot, entry, fresh);
    return fresh;
  }

  /** Changes the length of a string value, keeping its bytes up to there and zeroing new ones. Returns the entry. */
  resizeString(db: number, slot: number, entry: number, valueBytes: number, encoding: number): number {
    const oldBytes = valueLength(this.arena, entry);
    const keep = Math.min(oldBytes, valueBytes);
    const target = this.#resizeInPlace(entry, valueBytes, encoding) ? entry : this.#moveString(db, slot, entry, valueBytes, keep, encoding);
    const start = valueOffset(this.arena, target);
    if (valueBytes > keep) this.arena.u8.fill(0, start + keep, start + valueBytes);
    return target;
  }

  /** A fresh entry for a string of `valueBytes`, in no table yet, its contents to be written. Throws ArenaFullError. */
  prepareString(key: Uint8Array, keyAt: number, keyBytes: number, valueBytes: number, encoding: number): number {
    return this.#newStringEntry(key, keyAt, keyBytes, valueBytes, encoding, 0, 'none');
  }

  /** Throws ArenaFullError unless about `bytes` more can be stored, so that a command over many keys fails before it begins. */
  assureRoom(bytes: number): void {
    const { arena } = this;
    if (arena.reservedBytes + bytes <= arena.maxBytes) return;
    arena.free(arena.alloc(bytes, Purpose.value), Purpose.value);
  }

  // Values of other types: an entry is prepared, its kind gives it a value, then it is installed.

  /** A fresh entry of a type but string, in no table yet and without a value. Throws ArenaFullError. */
  prepare(key: Uint8Array, keyAt: number, keyBytes: number, type: number, expiry: NextExpiry): number {
    assert(type !== ValueType.string && expiry !== 'keep', 'an entry that is prepared is of another type and knows its expiry');
    const entry = this.#newEntry(key, keyAt, keyBytes, 0, expiry);
    const { i32 } = this.arena;
    i32[entry * 2]! |= (type << 20) | outsideFlag;
    i32[entry * 2 + 1] = 0;
    return entry;
  }

  /** Frees a prepared entry with its value, if it has one. */
  discard(entry: number): void {
    this.unlinked.freeEntry(entry);
  }

  /** Puts an entry in no table in the place of `old` (0: a new key), which is freed. Throws ArenaFullError, `fresh` freed. */
  install(db: number, slot: number, old: number, fresh: number): void {
    const { arena } = this;
    const hash = this.#hash.hash(arena.u8, keyOffset(arena, fresh), keyLength(arena, fresh));
    if (old === 0) {
      this.#insert(db, slot, hash, fresh);
      this.#roots.countFlags(db, slot, 0, arena.i32[fresh * 2]!);
    } else {
      this.#roots.countFlags(db, slot, arena.i32[old * 2]!, arena.i32[fresh * 2]!);
      this.table.replace(this.#roots.of(db, slot), hash, old, fresh);
      this.unlinked.freeEntry(old);
    }
  }

  /** Hands the value of an entry, which is removed, to an installed entry without a value; both of one type but string. */
  handOver(db: number, slot: number, entry: number, toDb: number, toSlot: number, target: number): void {
    const { i32 } = this.arena;
    assert(typeOf(this.arena, entry) !== ValueType.string && i32[target * 2 + 1] === 0, 'a value is handed to an entry without one');
    const [head, before] = [i32[entry * 2]!, i32[target * 2]!];
    const moved = (15 << 24) | fieldExpiryFlag;
    i32[target * 2] = (before & ~moved) | (head & moved);
    i32[target * 2 + 1] = i32[entry * 2 + 1]!;
    this.#roots.countFlags(toDb, toSlot, before, i32[target * 2]!);
    i32[entry * 2 + 1] = 0;
    this.remove(db, slot, entry);
  }

  /** Says whether a hash has fields that expire. */
  setFieldExpiry(db: number, slot: number, entry: number, has: boolean): void {
    const { i32 } = this.arena;
    const before = i32[entry * 2]!;
    const after = has ? before | fieldExpiryFlag : before & ~fieldExpiryFlag;
    i32[entry * 2] = after;
    this.#roots.countFlags(db, slot, before, after);
  }

  // Any type.

  /** Removes a key and frees its value. */
  remove(db: number, slot: number, entry: number): void {
    const { arena } = this;
    const hash = this.#hash.hash(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
    this.#roots.countFlags(db, slot, arena.i32[entry * 2]!, 0);
    this.table.remove(this.#roots.of(db, slot), hash, entry);
    this.#roots.countKeys(db, -1);
    this.unlinked.freeEntry(entry);
  }

  /** Sets the expiry in milliseconds since 1970. Returns the entry. */
  setExpiry(db: number, slot: number, entry: number, atMs: number | bigint): number {
    const target = this.#hasExpiryRoom(entry) ? entry : this.#withExpiryRoom(db, slot, entry);
    const before = this.arena.i32[target * 2]!;
    this.arena.i32[target * 2] = before | expiryFlag;
    this.#roots.countFlags(db, slot, before, before | expiryFlag);
    writeExpiry(this.arena, target, atMs);
    return target;
  }

  /** Removes the expiry; false if there was none. */
  clearExpiry(db: number, slot: number, entry: number): boolean {
    const before = this.arena.i32[entry * 2]!;
    if ((before & expiryFlag) === 0) return false;
    this.arena.i32[entry * 2] = before & ~expiryFlag;
    this.#roots.countFlags(db, slot, before, before & ~expiryFlag);
    return true;
  }

  /** Bytes of shard memory that an entry occupies with its value. */
  entryBytes(entry: number): number {
    const { arena } = this;
    const ownBytes = arena.capacityBytes(entry);
    const type = typeOf(arena, entry);
    if (type !== ValueType.string) return ownBytes + this.kindOf(entry).usedBytes(entry);
    return (arena.i32[entry * 2]! & outsideFlag) === 0 ? ownBytes : ownBytes + arena.capacityBytes(arena.i32[entry * 2 + 1]!);
  }

  /** Bytes of shard memory that a slot's table occupies, without its entries. */
  tableBytes(db: number, slot: number): number {
    const root = this.#roots.of(db, slot);
    return root === 0 ? 0 : this.table.usedBytes(root);
  }

  /** The kind of an entry's value, which is no string. */
  kindOf(entry: number): ValueKind {
    const kind = this.kinds[typeOf(this.arena, entry)];
    assert(kind !== undefined, 'an entry is of a type that is known');
    return kind;
  }

  // Walks.

  /** A random key of the database, or 0. Slots are drawn by their share of the keys. */
  random(db: number, random: Random): number {
    let rank = random.below(this.keyCount(db));
    const directory = this.#roots.directory(db);
    if (directory === 0) return 0;
    for (let at = directory * 2, left = this.#roots.slotsHere; left > 0; left--, at += rootWords) {
      const count = this.table.count(at);
      if (rank < count) return this.table.random(at, random);
      rank -= count;
    }
    return 0;
  }

  /** Appends the entries around hash position `position` of a slot to `out`; returns the next position, 2^32 at the end. */
  scanSlot(db: number, slot: number, position: number, out: AddressList): number {
    const root = this.#roots.of(db, slot);
    return root === 0 ? positionEnd : this.table.scan(root, position, out);
  }

  /** The first slot of this shard at or after `slot` that has keys, or -1. */
  nextUsedSlot(db: number, slot: number): number {
    const directory = this.#roots.directory(db);
    if (directory === 0) return -1;
    const first = Math.max(0, Math.ceil((slot - this.shard) / this.shardCount));
    for (let i = first; i < this.#roots.slotsHere; i++) {
      if (this.table.count(directory * 2 + i * rootWords) > 0) return i * this.shardCount + this.shard;
    }
    return -1;
  }

  /** Removes every key of a database, and gives back its memory with all that waits to be freed. */
  flush(db: number): void {
    for (let slot = this.nextUsedSlot(db, 0); slot >= 0; slot = this.nextUsedSlot(db, slot)) this.flushSlot(db, slot);
    this.#roots.drop(db);
    this.unlinked.freeAll();
  }

  /** Removes every key of a database; its memory comes back in steps. */
  unlinkDatabase(db: number): void {
    const directory = this.#roots.directory(db);
    if (directory === 0) return;
    try {
      this.unlinked.addDatabase(directory, this.keyCount(db));
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      this.flush(db);
      return;
    }
    this.#roots.forget(db);
  }

  flushSlot(db: number, slot: number): void {
    const root = this.#roots.of(db, slot);
    if (root === 0) return;
    this.#roots.countKeys(db, -this.table.count(root));
    this.#eachOf(db, slot, (entry) => {
      this.#roots.countFlags(db, slot, this.arena.i32[entry * 2]!, 0);
      this.unlinked.freeEntry(entry);
    });
    this.table.clear(root);
  }

  /** Exchanges two databases. */
  swap(a: number, b: number): void {
    this.#roots.swap(a, b);
  }

  /** Exchanges the keys of one slot between two databases. */
  swapSlot(a: number, b: number, slot: number): void {
    const [fromA, fromB] = [this.#countSlot(a, slot), this.#countSlot(b, slot)];
    this.#roots.swapSlot(a, b, slot);
    const moved = fromB.map((count, i) => count - fromA[i]!) as [number, number, number];
    this.#roots.addCounts(a, ...moved);
    this.#roots.addCounts(b, ...(moved.map((count) => -count) as typeof moved));
  }

  // Look-ups with the key's hash.

  hashOf(key: Uint8Array, offset: number, length: number): number {
    return this.#hash.hash(key, offset, length);
  }

  /** As `find`, with the key's hash. */
  findHashed(db: number, slot: number, hash: number, key: Uint8Array, offset: number, length: number): number {
    const root = this.#roots.of(db, slot);
    return root === 0 ? 0 : this.table.find(root, hash, key, offset, length);
  }

  /** Notes a look-up for `prefetch`. */
  lookAhead(db: number, slot: number, hash: number): void {
    const root = this.#roots.of(db, slot);
    if (root !== 0) this.#ahead.add(root, hash);
  }

  /** Reads what the look-ups noted, at most `lookAheadMax`, will need, so that their cache misses overlap. */
  prefetch(): void {
    this.#ahead.run(this.arena.i32);
  }

  /** Calls `visit` once for each entry of a slot. */
  #eachOf(db: number, slot: number, visit: (entry: number) => void): void {
    for (let position = 0; position < positionEnd;) {
      this.#scratch.clear();
      position = this.scanSlot(db, slot, position, this.#scratch);
      for (let i = 0; i < this.#scratch.length; i++) visit(this.#scratch.at(i));
    }
  }

  /** A slot's keys, keys with expiry, and hashes with fields that expire. */
  #countSlot(db: number, slot: number): [number, number, number] {
    const counts: [number, number, number] = [0, 0, 0];
    this.#eachOf(db, slot, (entry) => {
      const head = this.arena.i32[entry * 2]!;
      counts[0]++;
      if ((head & expiryFlag) !== 0) counts[1]++;
      if ((head & fieldExpiryFlag) !== 0) counts[2]++;
    });
    return counts;
  }

  #fitsInPlace(entry: number, valueBytes: number, expiry: NextExpiry): boolean {
    const head = this.arena.i32[entry * 2]!;
    if ((head & outsideFlag) !== 0 || ((head >>> 20) & 15) !== ValueType.string) return false;
    if ((head & expiryFlag) !== 0 && expiry === 'none') return false;
    if (typeof expiry !== 'string' && !this.#hasExpiryRoom(entry)) return false;
    if (valueBytes === this.arena.i32[entry * 2 + 1]!) return true;
    const bytes = ((head >>> 16) & 15) * 4 + keyLength(this.arena, entry) + valueBytes;
    const capacity = this.arena.capacityBytes(entry);
    return valueBytes <= maxInlineValueBytes && bytes <= capacity && bytes * 2 > capacity;
  }

  /**
   * Allocates an entry for a string of `valueBytes`, contents not yet written, in the place of `old` (0: none),
   * whose access clock it takes over unless the expiry is lost.
   */
  #newStringEntry(
    key: Uint8Array, keyAt: number, keyBytes: number, valueBytes: number, encoding: number, old: number, expiry: NextExpiry,
  ): number {
    const outside = valueBytes > maxInlineValueBytes;
    const next = expiry === 'keep' ? (old === 0 ? 'none' : expiryOf(this.arena, old)) : expiry;
    const entry = this.#newEntry(key, keyAt, keyBytes, outside ? 0 : valueBytes, next);
    const value = outside ? this.arena.tryAlloc(valueHeaderBytes + valueBytes, Purpose.value) : 0;
    if (outside && value === 0) {
      this.arena.free(entry, Purpose.entry);
      throw new ArenaFullError(valueBytes);
    }
    const { i32 } = this.arena;
    i32[entry * 2]! |= (ValueType.string << 20) | (encoding << 24) | (outside ? outsideFlag : 0);
    i32[entry * 2 + 1] = outside ? value : valueBytes;
    if (outside) i32[value * 2] = valueBytes;
    if (old !== 0 && expiry === 'keep') i32[entry * 2 + 2] = i32[old * 2 + 2]!;
    return entry;
  }

  #newEntry(key: Uint8Array, keyAt: number, keyBytes: number, inlineBytes: number, expiry: NextExpiry): number {
    const long = keyBytes >= longKey;
    const expires = typeof expiry !== 'string';
    const headerWords = baseHeaderWords + (expires ? expiryWords : 0) + (long ? 1 : 0);
    const entry = this.arena.alloc(headerWords * 4 + keyBytes + inlineBytes, Purpose.entry);
    const { i32 } = this.arena;
    i32[entry * 2] = (long ? longKey : keyBytes) | (headerWords << 16) | (expires ? expiryFlag : 0);
    i32[entry * 2 + 2] = 0;
    if (expires) writeExpiry(this.arena, entry, expiry);
    if (long) i32[entry * 2 + headerWords - 1] = keyBytes;
    storeBytes(this.arena.u8, entry * 8 + headerWords * 4, key, keyAt, keyBytes);
    return entry;
  }

  /** Adds a key; an entry for which there is no room in the table is freed. */
  #insert(db: number, slot: number, hash: number, fresh: number): void {
    try {
      this.table.insert(this.#roots.forWrite(db, slot), hash, fresh);
    } catch (error) {
      this.unlinked.freeEntry(fresh);
      throw error;
    }
    this.#roots.countKeys(db, 1);
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

  /** Moves a string to where it has room to grow: a quarter more, at most 1 MiB and not out of the entry, so that appends are amortised. */
  #moveString(db: number, slot: number, entry: number, valueBytes: number, keepBytes: number, encoding: number): number {
    const spareMax = valueBytes > maxInlineValueBytes ? 1 << 20 : maxInlineValueBytes - valueBytes;
    const spare = Math.min(valueBytes >> 2, spareMax);
    const fresh = this.#newStringEntry(
      this.arena.u8, keyOffset(this.arena, entry), keyLength(this.arena, entry), valueBytes + spare, encoding, entry, 'keep');
    this.#resizeInPlace(fresh, valueBytes, encoding);
    copyBytes(this.arena.u8, valueOffset(this.arena, fresh), this.arena.u8, valueOffset(this.arena, entry), keepBytes);
    this.install(db, slot, entry, fresh);
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
    const inlineBytes = (arena.i32[entry * 2]! & outsideFlag) !== 0 ? 0 : arena.i32[entry * 2 + 1]!;
    const fresh = this.#newEntry(arena.u8, keyOffset(arena, entry), keyBytes, inlineBytes, 0);
    const { i32, u8 } = arena;
    i32[fresh * 2] = (i32[fresh * 2]! & 0xfffff) | (i32[entry * 2]! & ~0xfffff);
    i32[fresh * 2 + 1] = i32[entry * 2 + 1]!;
    i32[fresh * 2 + 2] = i32[entry * 2 + 2]!;
    copyBytes(u8, keyOffset(arena, fresh) + keyBytes, u8, keyOffset(arena, entry) + keyBytes, inlineBytes);
    const root = this.#roots.of(db, slot);
    this.table.replace(root, this.#hash.hash(u8, keyOffset(arena, fresh), keyBytes), entry, fresh);
    arena.free(entry, Purpose.entry);
    return fresh;
  }
}
