/** Walks a whole table and asserts what its files promise; for tests and DEBUG. */
import { assert } from '../base/assert.ts';
import type { Arena } from '../memory/arena.ts';
import { BUCKET_PLACES, BUCKET_WORDS, homeOf, limitOf, PASSED_BY, REFERENCES, tagAt, tagOf } from './bucket-array.ts';
import type { KeyHash } from './key-hash.ts';
import { keyLengthOf, keyOffsetOf } from './keyed-record.ts';
import { COUNT, depthOf, directoryDepthOf, N_MASK, ownSegmentOf, segmentAfter, SEGMENT_WORDS, SHAPE } from './segments.ts';

/** Throws InvariantError at the first inconsistency. */
export function checkTable(arena: Arena, keyHash: KeyHash, root: number): void {
  const i32 = arena.i32;
  const globalDepth = directoryDepthOf(i32, root);
  let count = 0;
  let deepest = 0;
  for (let segment = ownSegmentOf(i32, root, 0); segment >= 0; segment = segmentAfter(i32, root, segment)) {
    const depth = depthOf(i32[segment + SHAPE]!);
    assert(depth <= globalDepth, 'no segment is deeper than the directory');
    if (segment !== root) checkMirrors(i32, segment, 1 << (globalDepth - depth));
    checkSegment(arena, keyHash, segment, segment === root ? 0 : (segment - i32[root]! * 2) / SEGMENT_WORDS, globalDepth);
    count += i32[segment + COUNT]!;
    if (depth === globalDepth) deepest++;
  }
  assert(count === i32[root + COUNT], 'the root counts the entries of all segments');
  if (globalDepth > 0) assert(deepest === (i32[root + SHAPE]! & 0x3ffffff), 'the root counts its deepest segments');
}

function checkMirrors(i32: Int32Array, segment: number, entries: number): void {
  for (let entry = 1; entry < entries; entry++) {
    const mirror = segment + entry * SEGMENT_WORDS;
    assert(i32[mirror] === i32[segment] && i32[mirror + SHAPE] === i32[segment + SHAPE], 'mirrors show their segment');
  }
}

function checkSegment(arena: Arena, keyHash: KeyHash, segment: number, index: number, globalDepth: number): void {
  const i32 = arena.i32;
  const shape = i32[segment + SHAPE]!;
  const n = shape & N_MASK;
  const depth = depthOf(shape);
  const base = i32[segment]! * 2;
  assert((n === 0) === (base === 0), 'a segment without buckets has no array');
  assert(i32[segment + COUNT]! <= limitOf(n), 'a segment is not overfull');
  assert(n === 0 || arena.capacityBytes(base / 2) >= n * 64, 'a bucket array fits its block');
  const passedBy = new Int32Array(n);
  let count = 0;
  for (let bucket = 0; bucket < n; bucket++) {
    for (let place = 0; place < BUCKET_PLACES; place++) {
      const at = base + bucket * BUCKET_WORDS;
      const tag = tagAt(i32, at, place);
      const addr = i32[at + REFERENCES + place]!;
      assert((tag === 0) === (addr === 0), 'a place has a tag and a reference or neither');
      if (tag === 0) continue;
      count++;
      const hash = keyHash.hash(arena.u8, keyOffsetOf(i32, addr), keyLengthOf(i32, addr));
      assert(tagOf(hash, depth) === tag, 'a tag is its hash\'s');
      assert(depth === 0 || hash >>> (32 - depth) === index >> (globalDepth - depth), 'a record is in the segment of its hash');
      for (let passed = homeOf(tag, n); passed !== bucket; passed = (passed + 1) % n) passedBy[passed]! += 1;
    }
  }
  assert(count === i32[segment + COUNT], 'a segment counts its entries');
  for (let bucket = 0; bucket < n; bucket++) {
    assert(passedBy[bucket] === i32[base + bucket * BUCKET_WORDS + PASSED_BY], 'a bucket counts the entries that passed it');
  }
}
