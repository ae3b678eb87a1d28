/**
 * Reads what a batch of look-ups in tables will need, so that their cache misses overlap instead of following one
 * another: first all roots, then all home buckets, then all records. Each step is a short loop of loads that do not
 * depend on each other, which is what lets a processor have many of them under way.
 *
 * Nothing is kept of it: look-ups are as right without.
 */
import { BUCKET_WORDS, homeOf, REFERENCES, tagOf } from './bucket-array.ts';
import { BUCKETS, depthOf, N_MASK, SHAPE, segmentOf } from './segments.ts';

export class Prefetch {
  readonly #roots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #buckets: Int32Array;
  readonly #patterns: Int32Array;
  #count = 0;
  /** What was read, so that reading is not optimised away. */
  read = 0;

  constructor(capacity: number) {
    this.#roots = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
    this.#buckets = new Int32Array(capacity);
    this.#patterns = new Int32Array(capacity);
  }

  /** Notes a look-up of a key with this hash in the table at `root`. At most `capacity` before `run`. */
  add(root: number, hash: number): void {
    this.#roots[this.#count] = root;
    this.#hashes[this.#count++] = hash;
  }

  /** Reads for all that were noted, and forgets them. */
  run(i32: Int32Array): void {
    const count = this.#count;
    this.#count = 0;
    this.read ^= this.#readRoots(i32, count) ^ this.#readBuckets(i32, count) ^ this.#readRecords(i32, count);
  }

  #readRoots(i32: Int32Array, count: number): number {
    const roots = this.#roots;
    let read = 0;
    for (let at = 0; at < count; at++) read ^= i32[roots[at]! + SHAPE]!;
    return read;
  }

  #readBuckets(i32: Int32Array, count: number): number {
    const [roots, hashes, buckets, patterns] = [this.#roots, this.#hashes, this.#buckets, this.#patterns];
    let read = 0;
    for (let at = 0; at < count; at++) {
      const segment = segmentOf(i32, roots[at]!, hashes[at]!);
      const shape = i32[segment + SHAPE]!;
      const tag = tagOf(hashes[at]!, depthOf(shape));
      const bucket = i32[segment + BUCKETS]! * 2 + homeOf(tag, shape & N_MASK) * BUCKET_WORDS;
      patterns[at] = tag | (tag << 16);
      buckets[at] = bucket;
      read ^= i32[bucket]!;
    }
    return read;
  }

  /** Of each home bucket the first record with the hash's tag. */
  #readRecords(i32: Int32Array, count: number): number {
    const [buckets, patterns] = [this.#buckets, this.#patterns];
    let read = 0;
    for (let at = 0; at < count; at++) {
      const bucket = buckets[at]!;
      const pattern = patterns[at]!;
      for (let word = 0; word < REFERENCES; word++) {
        const difference = i32[bucket + word]! ^ pattern;
        if ((difference & 0xffff) === 0) {
          read ^= i32[i32[bucket + REFERENCES + word * 2]! * 2]!;
          break;
        }
        if (difference >>> 16 === 0) {
          read ^= i32[i32[bucket + REFERENCES + 1 + word * 2]! * 2]!;
          break;
        }
      }
    }
    return read;
  }
}
