/**
 * An array of n buckets of one cache line, 64 bytes each, that holds 16-bit tags and references:
 *
 *     word  0       4 5                    14 15
 *     ┌──────────────┬───────────────────────┬──────────┐
 *     │ 10 tags      │ 10 references         │ passed   │
 *     │ two a word   │ int32 each            │ by       │
 *     └──────────────┴───────────────────────┴──────────┘
 *
 * Tag 0 is an empty place. An entry's home is bucket floor(tag * n / 65536), so entries lie in tag
 * order over the buckets. When the home is full the entry goes to the next bucket that has room
 * (wrapping), and every bucket it passed counts it in word 15: a look-up goes on only past a bucket
 * that was passed, and a removal counts down again, so there are no tombstones.
 *
 * `base` is the Int32 index of bucket 0.
 */
import type { AddressList } from './address-list.ts';

export const BUCKET_WORDS = 16;
export const BUCKET_BYTES = 64;
export const BUCKET_PLACES = 10;
export const REFERENCES = 5;
export const PASSED_BY = 15;

/** The tag of a hash whose first `depth` bits are known: the 16 bits that follow, never 0. */
export function tagOf(hash: number, depth: number): number {
  return (hash << depth) >>> 16 || 1;
}

export function homeOf(tag: number, n: number): number {
  return Math.imul(tag, n) >>> 16;
}

/** Entries that n buckets take: 87.5 % of the places, a single bucket is filled. */
export function limitOf(n: number): number {
  return n === 1 ? BUCKET_PLACES : (n * 70) >>> 3;
}

/** The next size after n: the sizes 1, 2, ... 8, 10, 12, 14, 16, 20, ... are exact classes of the arena. */
export function sizeAfter(n: number): number {
  return n < 8 ? n + 1 : n + (1 << (29 - Math.clz32(n)));
}

/** The smallest size that takes `count` entries. */
export function sizeFor(count: number): number {
  let n = 1;
  while (limitOf(n) < count) n = sizeAfter(n);
  return n;
}

/** Empties n buckets of fresh memory. */
export function wipe(i32: Int32Array, base: number, n: number): void {
  i32.fill(0, base, base + n * BUCKET_WORDS);
}

/** Puts an entry into the first free place from its home on. There must be one. */
export function put(i32: Int32Array, base: number, n: number, tag: number, addr: number): void {
  let index = homeOf(tag, n);
  for (;;) {
    const bucket = base + index * BUCKET_WORDS;
    for (let word = 0; word < 5; word++) {
      const tags = i32[bucket + word]!;
      if ((tags & 0xffff) === 0) {
        i32[bucket + word] = tags | tag;
        i32[bucket + REFERENCES + word * 2] = addr;
        return;
      }
      if (tags >>> 16 === 0) {
        i32[bucket + word] = tags | (tag << 16);
        i32[bucket + REFERENCES + word * 2 + 1] = addr;
        return;
      }
    }
    i32[bucket + PASSED_BY]! += 1;
    index = index + 1 === n ? 0 : index + 1;
  }
}

/** The place of the entry with this tag and address: bucket index * 16 + place, or -1. */
export function locate(i32: Int32Array, base: number, n: number, tag: number, addr: number): number {
  let index = homeOf(tag, n);
  for (let left = n; left > 0; left--) {
    const bucket = base + index * BUCKET_WORDS;
    for (let place = 0; place < BUCKET_PLACES; place++) {
      if (i32[bucket + REFERENCES + place] === addr && tagAt(i32, bucket, place) === tag) return index * 16 + place;
    }
    if (i32[bucket + PASSED_BY] === 0) return -1;
    index = index + 1 === n ? 0 : index + 1;
  }
  return -1;
}

/** Empties the place that `locate` found. */
export function vacate(i32: Int32Array, base: number, n: number, tag: number, place: number): void {
  const last = place >>> 4;
  for (let index = homeOf(tag, n); index !== last; index = index + 1 === n ? 0 : index + 1) {
    i32[base + index * BUCKET_WORDS + PASSED_BY]! -= 1;
  }
  const bucket = base + last * BUCKET_WORDS;
  const at = place & 15;
  i32[bucket + (at >> 1)]! &= (at & 1) === 0 ? ~0xffff : 0xffff;
  i32[bucket + REFERENCES + at] = 0;
}

/** The tag in a place of the bucket at Int32 index `bucket`; 0 when the place is empty. */
export function tagAt(i32: Int32Array, bucket: number, place: number): number {
  const tags = i32[bucket + (place >> 1)]!;
  return (place & 1) === 0 ? tags & 0xffff : tags >>> 16;
}

/** Appends the addresses of all entries whose home is bucket `home`. */
export function gather(i32: Int32Array, base: number, n: number, home: number, out: AddressList): void {
  let index = home;
  for (let left = n; left > 0; left--) {
    const bucket = base + index * BUCKET_WORDS;
    for (let place = 0; place < BUCKET_PLACES; place++) {
      const tag = tagAt(i32, bucket, place);
      if (tag !== 0 && homeOf(tag, n) === home) out.push(i32[bucket + REFERENCES + place]!);
    }
    if (i32[bucket + PASSED_BY] === 0) return;
    index = index + 1 === n ? 0 : index + 1;
  }
}
