/**
 * Pages of one growable SharedArrayBuffer, handed out in runs. The buffer reserves its whole range
 * at once and grows in steps; shared pages that nobody touched cost nothing.
 *
 * The catch: views are fixed-length and are made anew after a growth (a length-tracking view of a
 * growable buffer is 40 times slower). An older view still shows the same memory but ends earlier,
 * so read `u8`, `i32`, ... again after anything that may allocate.
 */
import { assert } from '../base/assert.ts';
import {
  CAPACITY_PAGES, descriptorOf, DESCRIPTORS, DESCRIPTOR_WORDS, FIRST_PAGE, FREE_RUNS, KIND, KIND_FREE, KIND_RUN_END,
  LENGTH, MAGIC, MAGIC_VALUE, MAX_PAGES, NEXT, PAGE_BYTES, PREV, RESERVED_PAGES, RUN_BINS, TOP_PAGE,
} from './layout.ts';
import { BIN_COUNT, binOf } from './size-classes.ts';

const GROWTH_PAGES = 1024;

export class SharedPages {
  readonly buffer: SharedArrayBuffer;
  u8!: Uint8Array<SharedArrayBuffer>;
  u16!: Uint16Array<SharedArrayBuffer>;
  i32!: Int32Array<SharedArrayBuffer>;
  f64!: Float64Array<SharedArrayBuffer>;
  #viewPages = 0;

  /** Takes over a buffer that is laid out already, or lays out a zeroed one. */
  protected constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#makeViews();
    if (this.i32[MAGIC] === 0) this.#layOut();
    assert(this.i32[MAGIC] === MAGIC_VALUE, 'an attached buffer was made by Arena.create');
  }

  /** Makes the views anew if another thread has grown the buffer. */
  refresh(): void {
    if (this.i32[CAPACITY_PAGES] !== this.#viewPages) this.#makeViews();
  }

  /** Bytes of the pages that are handed out. */
  get reservedBytes(): number {
    return this.i32[RESERVED_PAGES]! * PAGE_BYTES;
  }

  /** Bytes that the buffer may reach. */
  get maxBytes(): number {
    return this.i32[MAX_PAGES]! * PAGE_BYTES;
  }

  /** Hands out `pages` neighbouring pages: the first one's number, or 0 when there is no room. */
  protected takeRun(pages: number): number {
    const i32 = this.i32;
    for (let bin = i32[FREE_RUNS] === 0 ? BIN_COUNT : binOf(pages); bin < BIN_COUNT; bin++) {
      // Only in the first bin can a run be too short.
      for (let page = i32[RUN_BINS + bin]!; page !== 0; page = i32[descriptorOf(page) + NEXT]!) {
        const length = i32[descriptorOf(page) + LENGTH]!;
        if (length < pages) continue;
        this.#unbin(page, length);
        if (length > pages) this.#bin(page + pages, length - pages);
        return this.#handOut(page, pages);
      }
    }
    const top = i32[TOP_PAGE]!;
    if (!this.#reach(top + pages)) return 0;
    this.i32[TOP_PAGE] = top + pages;
    return this.#handOut(top, pages);
  }

  /** Takes a run back and joins it with its free neighbours. */
  protected giveRun(page: number, pages: number): void {
    const i32 = this.i32;
    i32[RESERVED_PAGES]! -= pages;
    let first = page;
    let end = page + pages;
    if (page > i32[FIRST_PAGE]! && i32[descriptorOf(page - 1) + KIND] === KIND_FREE) {
      const length = i32[descriptorOf(page - 1) + LENGTH]!;
      first -= length;
      this.#unbin(first, length);
    }
    if (end < i32[TOP_PAGE]! && i32[descriptorOf(end) + KIND] === KIND_FREE) {
      const length = i32[descriptorOf(end) + LENGTH]!;
      this.#unbin(end, length);
      end += length;
    }
    if (end === i32[TOP_PAGE]) i32[TOP_PAGE] = first;
    else this.#bin(first, end - first);
  }

  #handOut(page: number, pages: number): number {
    this.i32[RESERVED_PAGES]! += pages;
    this.i32[descriptorOf(page + pages - 1) + KIND] = KIND_RUN_END;
    return page;
  }

  #bin(page: number, length: number): void {
    const i32 = this.i32;
    const bin = RUN_BINS + binOf(length);
    const next = i32[bin]!;
    const descriptor = descriptorOf(page);
    i32[descriptor + PREV] = 0;
    i32[descriptor + NEXT] = next;
    if (next !== 0) i32[descriptorOf(next) + PREV] = page;
    i32[bin] = page;
    i32[descriptor + KIND] = KIND_FREE;
    i32[descriptor + LENGTH] = length;
    const end = descriptorOf(page + length - 1);
    i32[end + KIND] = KIND_FREE;
    i32[end + LENGTH] = length;
    i32[FREE_RUNS]! += 1;
  }

  #unbin(page: number, length: number): void {
    const i32 = this.i32;
    const descriptor = descriptorOf(page);
    const prev = i32[descriptor + PREV]!;
    const next = i32[descriptor + NEXT]!;
    if (prev !== 0) i32[descriptorOf(prev) + NEXT] = next;
    else i32[RUN_BINS + binOf(length)] = next;
    if (next !== 0) i32[descriptorOf(next) + PREV] = prev;
    i32[FREE_RUNS]! -= 1;
  }

  /** Grows the buffer until it holds `pages`; false when it cannot. */
  #reach(pages: number): boolean {
    const capacity = this.i32[CAPACITY_PAGES]!;
    if (pages <= capacity) return true;
    const max = this.i32[MAX_PAGES]!;
    if (pages > max) return false;
    const goal = Math.min(max, Math.max(pages, capacity + GROWTH_PAGES));
    if (!tryGrow(this.buffer, goal) && !tryGrow(this.buffer, pages)) return false;
    this.#makeViews();
    this.i32[CAPACITY_PAGES] = this.#viewPages;
    return true;
  }

  #makeViews(): void {
    const buffer = this.buffer;
    const pages = Math.floor(buffer.byteLength / PAGE_BYTES);
    const bytes = pages * PAGE_BYTES;
    this.u8 = new Uint8Array(buffer, 0, bytes);
    this.u16 = new Uint16Array(buffer, 0, bytes / 2);
    this.i32 = new Int32Array(buffer, 0, bytes / 4);
    this.f64 = new Float64Array(buffer, 0, bytes / 8);
    this.#viewPages = pages;
  }

  #layOut(): void {
    const i32 = this.i32;
    const maxPages = Math.floor(this.buffer.maxByteLength / PAGE_BYTES);
    const firstPage = firstPageOf(maxPages);
    i32[CAPACITY_PAGES] = this.#viewPages;
    i32[MAX_PAGES] = maxPages;
    i32[FIRST_PAGE] = firstPage;
    i32[TOP_PAGE] = firstPage;
    i32[MAGIC] = MAGIC_VALUE;
  }
}

/** The page after the header and the descriptors of `maxPages` pages. */
export function firstPageOf(maxPages: number): number {
  return Math.ceil(((DESCRIPTORS + maxPages * DESCRIPTOR_WORDS) * 4) / PAGE_BYTES);
}

function tryGrow(buffer: SharedArrayBuffer, pages: number): boolean {
  try {
    buffer.grow(pages * PAGE_BYTES);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
