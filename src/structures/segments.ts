/**
 * How a table's memory grows and shrinks: resizing one bucket array, and above 64 buckets splitting
 * it into two segments under a directory (extendible hashing: Fagin and others, 1979).
 *
 * A segment is 4 words, and a small table's root is one, of depth 0:
 *
 *     word 0    word 1   word 2            word 3
 *     buckets   count    depth:12 | n:20   unused (in a root the owner's)
 *
 * A segment of depth d holds the hashes that share their first d bits; its tags are the 16 bits that
 * follow, so d is at most 16. In a directory of depth g it fills 2^(g-d) neighbouring entries, of
 * which the first counts (it is the segment's own) and the others mirror words 0 and 2.
 * "Deepest" in the root is the number of segments with d = g: without any the directory halves.
 *
 * Growing uses the tags alone; a split reads its records once for one more bit of their hashes.
 */
import { assert } from '../base/assert.ts';
import { ArenaFullError, Purpose, type Arena } from '../memory/arena.ts';
import {
  BUCKET_BYTES, BUCKET_PLACES, BUCKET_WORDS, limitOf, put, REFERENCES, sizeAfter, sizeFor, tagAt, tagOf, wipe,
} from './bucket-array.ts';
import type { KeyHash } from './key-hash.ts';
import { keyLengthOf, keyOffsetOf } from './keyed-record.ts';

export const BUCKETS = 0;
export const COUNT = 1;
export const SHAPE = 2;
export const SEGMENT_WORDS = 4;
export const N_MASK = 0xfffff;
export const MAX_DEPTH = 16;
/** A larger segment is split if that divides it. */
export const SPLIT_BUCKETS = 64;

const MAX_BUCKETS = 32768;
const MERGE_COUNT = limitOf(SPLIT_BUCKETS) / 2;
const DEEPEST_MASK = 0x3ffffff;

/** The depth of a segment. */
export function depthOf(shape: number): number {
  return shape >>> 20;
}

/** The depth of a table's directory; 0 when it has none. */
export function directoryDepthOf(i32: Int32Array, root: number): number {
  const shape = i32[root + SHAPE]!;
  return shape < 0 ? (shape >>> 26) & 31 : 0;
}

/** The Int32 index of the segment, or of a mirror of it, that `hash` belongs to. */
export function segmentOf(i32: Int32Array, root: number, hash: number): number {
  const shape = i32[root + SHAPE]!;
  if (shape >= 0) return root;
  return i32[root]! * 2 + (hash >>> (32 - ((shape >>> 26) & 31))) * SEGMENT_WORDS;
}

/** As `segmentOf`, but the segment itself, whose count is right. */
export function ownSegmentOf(i32: Int32Array, root: number, hash: number): number {
  const depth = directoryDepthOf(i32, root);
  if (depth === 0) return root;
  const index = hash >>> (32 - depth);
  const directory = i32[root]! * 2;
  const mirrors = 1 << (depth - depthOf(i32[directory + index * SEGMENT_WORDS + SHAPE]!));
  return directory + (index & -mirrors) * SEGMENT_WORDS;
}

/** The Int32 index of the segment that follows `segment`, or -1 after the last. */
export function segmentAfter(i32: Int32Array, root: number, segment: number): number {
  const depth = directoryDepthOf(i32, root);
  if (depth === 0) return -1;
  const next = segment + SEGMENT_WORDS * (1 << (depth - depthOf(i32[segment + SHAPE]!)));
  return next < i32[root]! * 2 + SEGMENT_WORDS * (1 << depth) ? next : -1;
}

export class Segments {
  readonly #arena: Arena;
  readonly #keyHash: KeyHash;
  readonly #heads = new Int32Array(BUCKET_PLACES);

  constructor(arena: Arena, keyHash: KeyHash) {
    this.#arena = arena;
    this.#keyHash = keyHash;
  }

  /** The segment of `hash`, grown or split until it takes one more entry; throws ArenaFullError. */
  withRoom(root: number, hash: number): number {
    for (;;) {
      const i32 = this.#arena.i32;
      const segment = ownSegmentOf(i32, root, hash);
      const n = i32[segment + SHAPE]! & N_MASK;
      if (i32[segment + COUNT]! < limitOf(n)) return segment;
      if (n >= SPLIT_BUCKETS && this.#split(root, hash)) continue;
      const size = sizeAfter(n);
      assert(size <= MAX_BUCKETS, 'a keyed hash spreads entries over segments');
      if (!this.#resize(root, segment, size)) throw new ArenaFullError(size * BUCKET_BYTES);
    }
  }

  /** Gives memory back where the segment of `hash` has become sparse. */
  shrink(root: number, hash: number): void {
    const i32 = this.#arena.i32;
    if (i32[root + COUNT] === 0) {
      this.clear(root);
      return;
    }
    let merged = false;
    while (this.#merge(root, hash)) merged = true;
    if (merged) return;
    const segment = ownSegmentOf(i32, root, hash);
    const count = i32[segment + COUNT]!;
    const size = count === 0 ? 0 : sizeFor(count + (count >>> 1));
    if (size < (i32[segment + SHAPE]! & N_MASK)) this.#resize(root, segment, size);
  }

  clear(root: number): void {
    const arena = this.#arena;
    const i32 = arena.i32;
    for (let segment = ownSegmentOf(i32, root, 0); segment >= 0; segment = segmentAfter(i32, root, segment)) {
      if (i32[segment] !== 0) arena.free(i32[segment]!, Purpose.table);
    }
    if (directoryDepthOf(i32, root) > 0) arena.free(i32[root]!, Purpose.table);
    i32[root] = 0;
    i32[root + COUNT] = 0;
    i32[root + SHAPE] = 0;
  }

  usedBytes(root: number): number {
    const arena = this.#arena;
    const i32 = arena.i32;
    let bytes = directoryDepthOf(i32, root) > 0 ? arena.capacityBytes(i32[root]!) : 0;
    for (let segment = ownSegmentOf(i32, root, 0); segment >= 0; segment = segmentAfter(i32, root, segment)) {
      if (i32[segment] !== 0) bytes += arena.capacityBytes(i32[segment]!);
    }
    return bytes;
  }

  /** The first record from hash position `hash` on, wrapping; 0 when the table is empty. */
  firstFrom(root: number, hash: number): number {
    const i32 = this.#arena.i32;
    const first = ownSegmentOf(i32, root, hash);
    let segment = first;
    do {
      const base = i32[segment]! * 2;
      const n = i32[segment + SHAPE]! & N_MASK;
      for (let bucket = base; bucket < base + n * BUCKET_WORDS; bucket += BUCKET_WORDS) {
        for (let at = 0; at < BUCKET_PLACES; at++) {
          if (tagAt(i32, bucket, at) !== 0) return i32[bucket + REFERENCES + at]!;
        }
      }
      segment = segmentAfter(i32, root, segment);
      if (segment < 0) segment = ownSegmentOf(i32, root, 0);
    } while (segment !== first);
    return 0;
  }

  /** Moves a segment into n buckets, which hold its entries; false when the arena is full. */
  #resize(root: number, segment: number, n: number): boolean {
    const arena = this.#arena;
    const buckets = n === 0 ? 0 : this.#tryBuckets(n);
    if (n !== 0 && buckets === 0) return false;
    const i32 = arena.i32;
    const old = i32[segment]!;
    const shape = i32[segment + SHAPE]!;
    const oldEnd = old * 2 + (shape & N_MASK) * BUCKET_WORDS;
    for (let bucket = old * 2; bucket < oldEnd; bucket += BUCKET_WORDS) {
      for (let at = 0; at < BUCKET_PLACES; at++) {
        const tag = tagAt(i32, bucket, at);
        if (tag !== 0) put(i32, buckets * 2, n, tag, i32[bucket + REFERENCES + at]!);
      }
    }
    if (old !== 0) arena.free(old, Purpose.table);
    i32[segment] = buckets;
    i32[segment + SHAPE] = (shape & ~N_MASK) | n;
    if (segment !== root) this.#mirror(root, segment);
    return true;
  }

  /** Divides the segment of `hash` by the next bit of its hashes; false when that is of no use. */
  #split(root: number, hash: number): boolean {
    const arena = this.#arena;
    let i32 = arena.i32;
    let segment = ownSegmentOf(i32, root, hash);
    const depth = depthOf(i32[segment + SHAPE]!);
    const count = i32[segment + COUNT]!;
    const rightCount = this.#countRight(segment);
    const leftCount = count - rightCount;
    if (depth === MAX_DEPTH || Math.max(leftCount, rightCount) > count * 0.75) return false;

    const leftSize = sizeFor(leftCount + 1);
    const rightSize = sizeFor(rightCount + 1);
    const doubles = depth === directoryDepthOf(i32, root);
    const left = this.#tryBuckets(leftSize);
    const right = this.#tryBuckets(rightSize);
    const directory = doubles ? arena.tryAlloc(SEGMENT_WORDS * 4 * (2 << depth), Purpose.table) : 0;
    if (left === 0 || right === 0 || (doubles && directory === 0)) {
      for (const addr of [left, right, directory]) if (addr !== 0) arena.free(addr, Purpose.table);
      throw new ArenaFullError(BUCKET_BYTES * (leftSize + rightSize));
    }
    i32 = arena.i32;
    if (doubles) {
      this.#double(root, directory);
      segment = ownSegmentOf(i32, root, hash);
    }
    this.#divide(segment, left * 2, leftSize, right * 2, rightSize);
    arena.free(i32[segment]!, Purpose.table);

    const globalDepth = directoryDepthOf(i32, root);
    const rightSegment = segment + SEGMENT_WORDS * (1 << (globalDepth - depth - 1));
    this.#write(root, segment, left, leftCount, depth + 1, leftSize);
    this.#write(root, rightSegment, right, rightCount, depth + 1, rightSize);
    if (depth + 1 === globalDepth) i32[root + SHAPE]! += 2;
    return true;
  }

  /** How many entries of a segment have 1 as the next bit of their hash: the first of their tag. */
  #countRight(segment: number): number {
    const i32 = this.#arena.i32;
    const base = i32[segment]! * 2;
    const end = base + (i32[segment + SHAPE]! & N_MASK) * BUCKET_WORDS;
    let count = 0;
    for (let bucket = base; bucket < end; bucket += BUCKET_WORDS) {
      for (let word = 0; word < REFERENCES; word++) {
        const tags = i32[bucket + word]!;
        count += ((tags >>> 15) & 1) + (tags >>> 31);
      }
    }
    return count;
  }

  /** Puts the entries of a segment into the bucket arrays of its halves. */
  #divide(segment: number, left: number, leftSize: number, right: number, rightSize: number): void {
    const i32 = this.#arena.i32;
    const depth = depthOf(i32[segment + SHAPE]!) + 1;
    const heads = this.#heads;
    const base = i32[segment]! * 2;
    const end = base + (i32[segment + SHAPE]! & N_MASK) * BUCKET_WORDS;
    for (let bucket = base; bucket < end; bucket += BUCKET_WORDS) {
      // All of a bucket's records are read at once, so that their cache misses overlap.
      for (let at = 0; at < BUCKET_PLACES; at++) heads[at] = i32[i32[bucket + REFERENCES + at]! * 2]!;
      for (let at = 0; at < BUCKET_PLACES; at++) {
        const tag = tagAt(i32, bucket, at);
        if (tag === 0) continue;
        const addr = i32[bucket + REFERENCES + at]!;
        const newTag = tagOf(this.#hashOf(addr, heads[at]!), depth);
        if (tag < 0x8000) put(i32, left, leftSize, newTag, addr);
        else put(i32, right, rightSize, newTag, addr);
      }
    }
  }

  /** Replaces a table's directory, or its only segment, by one of twice the entries. */
  #double(root: number, directory: number): void {
    const i32 = this.#arena.i32;
    const depth = directoryDepthOf(i32, root);
    const from = depth === 0 ? root : i32[root]! * 2;
    const to = directory * 2;
    for (let entry = 0; entry < 2 << depth; entry++) {
      const target = to + entry * SEGMENT_WORDS;
      const source = from + (entry >> 1) * SEGMENT_WORDS;
      i32[target] = i32[source]!;
      i32[target + COUNT] = i32[source + COUNT]!;
      i32[target + SHAPE] = i32[source + SHAPE]!;
    }
    if (depth > 0) this.#arena.free(i32[root]!, Purpose.table);
    i32[root] = directory;
    i32[root + SHAPE] = (1 << 31) | ((depth + 1) << 26);
  }

  /** Joins the segment of `hash` with its other half if both are sparse. */
  #merge(root: number, hash: number): boolean {
    const arena = this.#arena;
    const globalDepth = directoryDepthOf(arena.i32, root);
    if (globalDepth === 0) return false;
    const segment = ownSegmentOf(arena.i32, root, hash);
    const depth = depthOf(arena.i32[segment + SHAPE]!);
    if (depth === 0) return false;
    const halfWords = SEGMENT_WORDS << (globalDepth - depth);
    const directory = arena.i32[root]! * 2;
    const left = directory + ((segment - directory) & ~halfWords);
    const right = left + halfWords;
    const leftShape = arena.i32[left + SHAPE]!;
    const rightShape = arena.i32[right + SHAPE]!;
    if (depthOf(leftShape) !== depth || depthOf(rightShape) !== depth) return false;
    const count = arena.i32[left + COUNT]! + arena.i32[right + COUNT]!;
    if (count > MERGE_COUNT) return false;

    const n = count === 0 ? 0 : sizeFor(count + (count >>> 2));
    const buckets = n === 0 ? 0 : this.#tryBuckets(n);
    if (n !== 0 && buckets === 0) return false;
    this.#join(left, 0, buckets, n);
    this.#join(right, 0x8000, buckets, n);
    this.#write(root, left, buckets, count, depth - 1, n);
    if (depth === globalDepth) arena.i32[root + SHAPE]! -= 2;
    this.#halve(root);
    return true;
  }

  /** Moves a half's entries into the joined array; `bit` is the bit that comes before their tags. */
  #join(half: number, bit: number, buckets: number, n: number): void {
    const i32 = this.#arena.i32;
    const old = i32[half]!;
    if (old === 0) return;
    const end = old * 2 + (i32[half + SHAPE]! & N_MASK) * BUCKET_WORDS;
    for (let bucket = old * 2; bucket < end; bucket += BUCKET_WORDS) {
      for (let at = 0; at < BUCKET_PLACES; at++) {
        const tag = tagAt(i32, bucket, at);
        if (tag !== 0) put(i32, buckets * 2, n, bit | (tag >>> 1) || 1, i32[bucket + REFERENCES + at]!);
      }
    }
    this.#arena.free(old, Purpose.table);
  }

  /** Halves the directory while no segment needs all of its depth. */
  #halve(root: number): void {
    const arena = this.#arena;
    for (;;) {
      const depth = directoryDepthOf(arena.i32, root);
      if (depth === 0 || (arena.i32[root + SHAPE]! & DEEPEST_MASK) !== 0) return;
      const old = arena.i32[root]!;
      const directory = depth === 1 ? 0 : arena.tryAlloc(SEGMENT_WORDS * 4 * (1 << (depth - 1)), Purpose.table);
      if (depth > 1 && directory === 0) return;
      const i32 = arena.i32;
      const to = depth === 1 ? root : directory * 2;
      let deepest = 0;
      for (let entry = 0; entry < 1 << (depth - 1); entry++) {
        const target = to + entry * SEGMENT_WORDS;
        const source = old * 2 + entry * 2 * SEGMENT_WORDS;
        i32[target] = i32[source]!;
        i32[target + COUNT] = i32[source + COUNT]!;
        i32[target + SHAPE] = i32[source + SHAPE]!;
        if (depthOf(i32[source + SHAPE]!) === depth - 1) deepest++;
      }
      arena.free(old, Purpose.table);
      if (depth === 1) return;
      i32[root] = directory;
      i32[root + SHAPE] = (1 << 31) | ((depth - 1) << 26) | deepest;
    }
  }

  /** Writes a segment of a directory and its mirrors. */
  #write(root: number, segment: number, buckets: number, count: number, depth: number, n: number): void {
    const i32 = this.#arena.i32;
    i32[segment] = buckets;
    i32[segment + COUNT] = count;
    i32[segment + SHAPE] = (depth << 20) | n;
    this.#mirror(root, segment);
  }

  #mirror(root: number, segment: number): void {
    const i32 = this.#arena.i32;
    const shape = i32[segment + SHAPE]!;
    const end = segment + SEGMENT_WORDS * (1 << (directoryDepthOf(i32, root) - depthOf(shape)));
    for (let mirror = segment + SEGMENT_WORDS; mirror < end; mirror += SEGMENT_WORDS) {
      i32[mirror] = i32[segment]!;
      i32[mirror + SHAPE] = shape;
    }
  }

  /** The address of n empty buckets, or 0 when the arena is full. */
  #tryBuckets(n: number): number {
    const addr = this.#arena.tryAlloc(n * BUCKET_BYTES, Purpose.table);
    if (addr !== 0) wipe(this.#arena.i32, addr * 2, n);
    return addr;
  }

  #hashOf(addr: number, head: number): number {
    const { i32, u8 } = this.#arena;
    return this.#keyHash.hash(u8, keyOffsetOf(i32, addr, head), keyLengthOf(i32, addr, head));
  }
}
