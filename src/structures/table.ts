/**
 * Hash tables over keyed records of an arena. A table's root is 4 words at any Int32 index of the
 * arena; all zero is an empty table that owns no memory.
 *
 *     word 0        word 1    word 2                        word 3
 *     buckets       count     n                             the owner's
 *     or directory  count     1 | depth:5 | deepest:26      the owner's
 *
 * Up to 64 buckets a table is one bucket array that grows in small steps. Past that it is an
 * extendible hash: a directory of 2^depth segments, indexed by the first bits of the hash, each with
 * its own array, so that no insertion ever moves more than one segment. See segments.ts.
 *
 * Entries are in hash order over segments and buckets, which is what makes a scan position (a hash)
 * survive any growing and shrinking.
 *
 * The caller finds before it inserts: the table never compares keys on insertion. After an
 * ArenaFullError the table is as before.
 */
import { assert } from '../base/assert.ts';
import type { Random } from '../base/random.ts';
import type { Arena } from '../memory/arena.ts';
import type { AddressList } from './address-list.ts';
import {
  BUCKET_PLACES, BUCKET_WORDS, gather, homeOf, locate, PASSED_BY, put, REFERENCES, tagAt, tagOf, vacate,
} from './bucket-array.ts';
import type { KeyHash } from './key-hash.ts';
import { hasKey } from './keyed-record.ts';
import {
  COUNT, depthOf, directoryDepthOf, N_MASK, ownSegmentOf, segmentOf, Segments, SHAPE, SPLIT_BUCKETS,
} from './segments.ts';
import { checkTable } from './table-check.ts';

const HASH_RANGE = 2 ** 32;
const RANDOM_TRIES = 2000;
/** A segment with fewer entries a bucket gives memory back. */
const SPARSE_PLACES = 3;

export class Table {
  readonly #arena: Arena;
  readonly #keyHash: KeyHash;
  readonly #segments: Segments;

  constructor(arena: Arena, keyHash: KeyHash) {
    this.#arena = arena;
    this.#keyHash = keyHash;
    this.#segments = new Segments(arena, keyHash);
  }

  /** The address of the record with this key, or 0. `hash` is the key's. */
  find(root: number, hash: number, key: Uint8Array, keyOffset: number, keyLength: number): number {
    const { i32, u8 } = this.#arena;
    const segment = segmentOf(i32, root, hash);
    const shape = i32[segment + SHAPE]!;
    const n = shape & N_MASK;
    const tag = tagOf(hash, depthOf(shape));
    const pattern = tag | (tag << 16);
    const base = i32[segment]! * 2;
    let index = homeOf(tag, n);
    for (let left = n; left > 0; left--) {
      const bucket = base + index * BUCKET_WORDS;
      for (let word = 0; word < 5; word++) {
        const difference = i32[bucket + word]! ^ pattern;
        // Some half is zero (borrowing may claim the upper one wrongly).
        if (((difference - 0x10001) & ~difference & 0x80008000) === 0) continue;
        if ((difference & 0xffff) === 0) {
          const addr = i32[bucket + REFERENCES + word * 2]!;
          if (hasKey(i32, u8, addr, key, keyOffset, keyLength)) return addr;
        }
        if (difference >>> 16 === 0) {
          const addr = i32[bucket + REFERENCES + 1 + word * 2]!;
          if (hasKey(i32, u8, addr, key, keyOffset, keyLength)) return addr;
        }
      }
      if (i32[bucket + PASSED_BY] === 0) return 0;
      index = index + 1 === n ? 0 : index + 1;
    }
    return 0;
  }

  /** Adds a record whose key the table does not hold; throws ArenaFullError. */
  insert(root: number, hash: number, addr: number): void {
    const segment = this.#segments.withRoom(root, hash);
    const i32 = this.#arena.i32;
    const shape = i32[segment + SHAPE]!;
    put(i32, i32[segment]! * 2, shape & N_MASK, tagOf(hash, depthOf(shape)), addr);
    i32[segment + COUNT]! += 1;
    if (segment !== root) i32[root + COUNT]! += 1;
  }

  /** Takes a record out; the record itself stays. */
  remove(root: number, hash: number, addr: number): void {
    const i32 = this.#arena.i32;
    const segment = ownSegmentOf(i32, root, hash);
    const shape = i32[segment + SHAPE]!;
    const base = i32[segment]! * 2;
    const n = shape & N_MASK;
    const tag = tagOf(hash, depthOf(shape));
    const found = locate(i32, base, n, tag, addr);
    assert(found >= 0, 'a record that is removed is in the table');
    vacate(i32, base, n, tag, found);
    i32[segment + COUNT]! -= 1;
    if (segment !== root) i32[root + COUNT]! -= 1;
    if (i32[segment + COUNT]! < n * SPARSE_PLACES) this.#segments.shrink(root, hash);
  }

  /** Lets the entry of `oldAddr` refer to `newAddr`, a record with the same key. */
  replace(root: number, hash: number, oldAddr: number, newAddr: number): void {
    const i32 = this.#arena.i32;
    const segment = segmentOf(i32, root, hash);
    const shape = i32[segment + SHAPE]!;
    const base = i32[segment]! * 2;
    const found = locate(i32, base, shape & N_MASK, tagOf(hash, depthOf(shape)), oldAddr);
    assert(found >= 0, 'a record that is replaced is in the table');
    i32[base + (found >>> 4) * BUCKET_WORDS + REFERENCES + (found & 15)] = newAddr;
  }

  /** The number of entries. */
  count(root: number): number {
    return this.#arena.i32[root + COUNT]!;
  }

  /** A record drawn uniformly, or 0 when the table is empty. */
  random(root: number, random: Random): number {
    const i32 = this.#arena.i32;
    if (i32[root + COUNT] === 0) return 0;
    for (let left = RANDOM_TRIES; left > 0; left--) {
      const addr = this.#draw(root, random);
      if (addr !== 0) return addr;
    }
    return this.#segments.firstFrom(root, random.uint32());
  }

  /**
   * Appends the records of the bucket that hash position `position` (a uint32) falls into, and
   * returns the position to go on from, or 2^32 at the end. A record that is in the table from the
   * first call (position 0) to the last is returned, whatever else comes and goes; some twice.
   */
  scan(root: number, position: number, out: AddressList): number {
    const i32 = this.#arena.i32;
    const segment = segmentOf(i32, root, position);
    const shape = i32[segment + SHAPE]!;
    const n = shape & N_MASK;
    const span = HASH_RANGE / (1 << depthOf(shape));
    const start = position - (position % span);
    if (n === 0) return start + span;
    const perTag = span / 65536;
    const home = homeOf(Math.floor((position - start) / perTag), n);
    gather(i32, i32[segment]! * 2, n, home, out);
    return start + Math.ceil(((home + 1) * 65536) / n) * perTag;
  }

  /** Empties the table and frees its memory; the records stay. */
  clear(root: number): void {
    this.#segments.clear(root);
  }

  /** The real size of the blocks that the table owns. */
  usedBytes(root: number): number {
    return this.#segments.usedBytes(root);
  }

  /** Asserts that the table is consistent and that every entry is where a look-up searches it. */
  check(root: number): void {
    checkTable(this.#arena, this.#keyHash, root);
  }

  /** One try of `random`: a place of a segment drawn with equal odds for every place there is. */
  #draw(root: number, random: Random): number {
    const i32 = this.#arena.i32;
    const depth = directoryDepthOf(i32, root);
    const segment = depth === 0 ? root : segmentOf(i32, root, random.uint32() | 0);
    const shape = i32[segment + SHAPE]!;
    const n = shape & N_MASK;
    // A shallow segment is drawn more often, a large one should be: so each has the places of the largest, as many
    // times as it is drawn. (One of more than SPLIT_BUCKETS, which is of the greatest depth, is drawn too seldom.)
    const buckets = depth === 0 ? n : Math.max(n, SPLIT_BUCKETS << (depth - depthOf(shape)));
    const drawn = Math.floor(random.uint32() * (buckets * BUCKET_PLACES / HASH_RANGE));
    const index = Math.floor(drawn / BUCKET_PLACES);
    if (index >= n) return 0;
    const bucket = i32[segment]! * 2 + index * BUCKET_WORDS;
    const at = drawn - index * BUCKET_PLACES;
    return tagAt(i32, bucket, at) === 0 ? 0 : i32[bucket + REFERENCES + at]!;
  }
}
