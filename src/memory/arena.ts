/**
 * The allocator of a shard's memory. An address is an int32 count of 8-byte granules: byte offset
 * `addr * 8`, Int32 index `addr * 2`; 0 is null. Blocks up to 32 KiB come from pages of one size
 * class each, larger ones are runs of pages. A block whose size is a multiple of 64 bytes is
 * 64-byte aligned. Memory is not zeroed.
 *
 * One thread at a time uses an arena; everything but the views is in the buffer. Views change when
 * the arena grows: read them again after `alloc`.
 */
import { assert } from '../base/assert.ts';
import { checkArena } from './arena-check.ts';
import {
  BUMP, CLASS, CLASS_PAGES, descriptorOf, FREE_LIST, KIND, KIND_BLOCKS, KIND_RUN, LENGTH, LIVE, NEXT, PAGE_BYTES,
  PAGE_GRANULES, PAGE_SHIFT, PREV, ROOT_INDEX, SHAPE, USED_GRANULES,
} from './layout.ts';
import { firstPageOf, SharedPages } from './shared-pages.ts';
import { granulesOfClass, MAX_BLOCK_BYTES, sizeClassOf } from './size-classes.ts';

export { ROOT_WORDS } from './layout.ts';

/** What a block is for: its bytes are counted under this. At most 8 of them. */
export const Purpose = { entry: 0, table: 1, value: 2, structure: 3, index: 4 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

const PURPOSE_COUNT = 8;
const LEAST_FALLBACK_BYTES = 2 ** 30;
const MOST_BYTES = 2 ** 34;

/** The arena cannot grow to hold a block. Nothing has changed. */
export class ArenaFullError extends Error {
  override readonly name = 'ArenaFullError';

  constructor(bytes: number) {
    super(`no room for ${bytes} bytes`);
  }
}

export interface ArenaSize {
  readonly initialBytes: number;
  /** Address space to reserve, at most 16 GiB; halved (down to 1 GiB) while the system refuses. */
  readonly maxBytes: number;
}

export class Arena extends SharedPages {
  /** The Int32 index of ROOT_WORDS words that start as 0: the keyspace's own state. */
  readonly rootIndex = ROOT_INDEX;

  static create(size: ArenaSize): Arena {
    return new Arena(reserve(size.initialBytes, size.maxBytes));
  }

  /** The arena that another thread created in `buffer`. */
  static attach(buffer: SharedArrayBuffer): Arena {
    return new Arena(buffer);
  }

  /** The address of a block of at least `bytes`; throws ArenaFullError. */
  alloc(bytes: number, purpose: Purpose): number {
    const addr = this.tryAlloc(bytes, purpose);
    if (addr === 0) throw new ArenaFullError(bytes);
    return addr;
  }

  /** As `alloc`, but 0 when there is no room. */
  tryAlloc(bytes: number, purpose: Purpose): number {
    if (!(bytes >= 0 && bytes <= MAX_BLOCK_BYTES)) return this.#allocRun(bytes, purpose);
    const sizeClass = sizeClassOf(bytes);
    let page = this.i32[CLASS_PAGES + sizeClass]!;
    if (page === 0) {
      page = this.#openPage(sizeClass);
      if (page === 0) return 0;
    }
    const i32 = this.i32;
    const descriptor = descriptorOf(page);
    const shape = i32[descriptor + SHAPE]!;
    const granules = shape & 0xffff;
    let addr = i32[descriptor + FREE_LIST]!;
    if (addr === 0) {
      addr = i32[descriptor + BUMP]!;
      i32[descriptor + BUMP] = addr + granules;
    } else {
      i32[descriptor + FREE_LIST] = i32[addr * 2]!;
    }
    const live = i32[descriptor + LIVE]! + 1;
    i32[descriptor + LIVE] = live;
    if (live === shape >>> 16) this.#unlink(sizeClass, descriptor);
    i32[USED_GRANULES + purpose]! += granules;
    return addr;
  }

  /** Takes a block back. `purpose` is the one it was allocated for. */
  free(addr: number, purpose: Purpose): void {
    const i32 = this.i32;
    const page = addr >>> PAGE_SHIFT;
    const descriptor = descriptorOf(page);
    if (i32[descriptor + KIND] !== KIND_BLOCKS) {
      this.#freeRun(addr, purpose);
      return;
    }
    const shape = i32[descriptor + SHAPE]!;
    const live = i32[descriptor + LIVE]! - 1;
    i32[descriptor + LIVE] = live;
    i32[addr * 2] = i32[descriptor + FREE_LIST]!;
    i32[descriptor + FREE_LIST] = addr;
    i32[USED_GRANULES + purpose]! -= shape & 0xffff;
    if (live + 1 === shape >>> 16) this.#link(i32[descriptor + CLASS]!, page);
    if (live === 0) this.#closePage(page);
  }

  /** The real size of the block at `addr`, at least what was asked for. */
  capacityBytes(addr: number): number {
    const descriptor = descriptorOf(addr >>> PAGE_SHIFT);
    if (this.i32[descriptor + KIND] === KIND_BLOCKS) return (this.i32[descriptor + SHAPE]! & 0xffff) * 8;
    return this.i32[descriptor + LENGTH]! * PAGE_BYTES;
  }

  /** The real sizes of all blocks in use. */
  get usedBytes(): number {
    let granules = 0;
    for (let purpose = 0; purpose < PURPOSE_COUNT; purpose++) granules += this.i32[USED_GRANULES + purpose]!;
    return granules * 8;
  }

  usedBytesOf(purpose: Purpose): number {
    return this.i32[USED_GRANULES + purpose]! * 8;
  }

  /** The bytes in use by the names of their purposes. */
  usedByPurpose(): Record<keyof typeof Purpose, number> {
    const { entry, table, value, structure, index } = Purpose;
    return {
      entry: this.usedBytesOf(entry), table: this.usedBytesOf(table), value: this.usedBytesOf(value),
      structure: this.usedBytesOf(structure), index: this.usedBytesOf(index),
    };
  }

  /** Asserts that the whole arena is consistent. */
  check(): void {
    assert(checkArena(this.i32) * 8 === this.usedBytes, 'the bytes in use are counted');
  }

  #openPage(sizeClass: number): number {
    const page = this.takeRun(1);
    if (page === 0) return 0;
    const i32 = this.i32;
    const descriptor = descriptorOf(page);
    const granules = granulesOfClass(sizeClass);
    i32[descriptor + KIND] = KIND_BLOCKS;
    i32[descriptor + CLASS] = sizeClass;
    i32[descriptor + LIVE] = 0;
    i32[descriptor + SHAPE] = (Math.floor(PAGE_GRANULES / granules) << 16) | granules;
    i32[descriptor + FREE_LIST] = 0;
    i32[descriptor + BUMP] = page * PAGE_GRANULES;
    this.#link(sizeClass, page);
    return page;
  }

  #closePage(page: number): void {
    const descriptor = descriptorOf(page);
    this.#unlink(this.i32[descriptor + CLASS]!, descriptor);
    this.giveRun(page, 1);
  }

  #link(sizeClass: number, page: number): void {
    const i32 = this.i32;
    const descriptor = descriptorOf(page);
    const next = i32[CLASS_PAGES + sizeClass]!;
    i32[descriptor + PREV] = 0;
    i32[descriptor + NEXT] = next;
    if (next !== 0) i32[descriptorOf(next) + PREV] = page;
    i32[CLASS_PAGES + sizeClass] = page;
  }

  #unlink(sizeClass: number, descriptor: number): void {
    const i32 = this.i32;
    const prev = i32[descriptor + PREV]!;
    const next = i32[descriptor + NEXT]!;
    if (prev !== 0) i32[descriptorOf(prev) + NEXT] = next;
    else i32[CLASS_PAGES + sizeClass] = next;
    if (next !== 0) i32[descriptorOf(next) + PREV] = prev;
  }

  #allocRun(bytes: number, purpose: Purpose): number {
    assert(bytes > 0, 'a block has a size');
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const page = this.takeRun(pages);
    if (page === 0) return 0;
    const i32 = this.i32;
    i32[descriptorOf(page) + KIND] = KIND_RUN;
    i32[descriptorOf(page) + LENGTH] = pages;
    i32[USED_GRANULES + purpose]! += pages * PAGE_GRANULES;
    return page * PAGE_GRANULES;
  }

  #freeRun(addr: number, purpose: Purpose): void {
    const i32 = this.i32;
    const page = addr >>> PAGE_SHIFT;
    const descriptor = descriptorOf(page);
    assert(i32[descriptor + KIND] === KIND_RUN && addr % PAGE_GRANULES === 0, 'a freed address is that of a block');
    const pages = i32[descriptor + LENGTH]!;
    i32[USED_GRANULES + purpose]! -= pages * PAGE_GRANULES;
    this.giveRun(page, pages);
  }
}

function reserve(initialBytes: number, maxBytes: number): SharedArrayBuffer {
  let maxByteLength = Math.min(MOST_BYTES, Math.ceil(maxBytes / PAGE_BYTES) * PAGE_BYTES);
  for (;;) {
    const headerBytes = firstPageOf(maxByteLength / PAGE_BYTES) * PAGE_BYTES;
    maxByteLength = Math.max(maxByteLength, headerBytes);
    const wantedBytes = Math.max(headerBytes, Math.ceil(initialBytes / PAGE_BYTES) * PAGE_BYTES);
    try {
      return new SharedArrayBuffer(Math.min(wantedBytes, maxByteLength), { maxByteLength });
    } catch (error) {
      if (!(error instanceof RangeError) || maxByteLength / 2 < LEAST_FALLBACK_BYTES) throw error;
      maxByteLength /= 2;
    }
  }
}
