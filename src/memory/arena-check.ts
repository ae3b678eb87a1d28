/** Walks a whole arena and asserts that its lists, descriptors and counters agree; for tests and DEBUG. */
import { assert } from '../base/assert.ts';
import {
  BUMP, CAPACITY_PAGES, CLASS, CLASS_PAGES, descriptorOf, FIRST_PAGE, FREE_LIST, FREE_RUNS, KIND, KIND_BLOCKS, KIND_FREE,
  KIND_RUN, LENGTH, LIVE, NEXT, PAGE_GRANULES, PREV, RESERVED_PAGES, RUN_BINS, SHAPE, TOP_PAGE,
} from './layout.ts';
import { BIN_COUNT, binOf, CLASS_COUNT, granulesOfClass } from './size-classes.ts';

/** Throws InvariantError at the first inconsistency; returns the granules of all live blocks. */
export function checkArena(i32: Int32Array): number {
  const top = i32[TOP_PAGE]!;
  assert(top <= i32[CAPACITY_PAGES]!, 'pages that were handed out exist');
  const linked = checkClassLists(i32);
  const binned = checkBins(i32);
  assert(binned.size === i32[FREE_RUNS], 'the free runs are counted');
  let granules = 0;
  let reserved = 0;
  let page = i32[FIRST_PAGE]!;
  let lastWasFree = false;
  while (page < top) {
    const descriptor = descriptorOf(page);
    const kind = i32[descriptor + KIND]!;
    const pages = kind === KIND_BLOCKS ? 1 : i32[descriptor + LENGTH]!;
    assert(pages > 0 && page + pages <= top, 'a run ends below the top');
    if (kind === KIND_FREE) {
      assert(!lastWasFree, 'free neighbours are joined');
      assert(binned.delete(page), 'a free run is in its bin');
      assert(i32[descriptorOf(page + pages - 1) + LENGTH] === pages, 'a free run has its length at both ends');
    } else {
      reserved += pages;
      granules += kind === KIND_BLOCKS ? checkBlocks(i32, page, linked) : pages * PAGE_GRANULES;
      assert(kind === KIND_BLOCKS || kind === KIND_RUN, 'a page in use holds blocks or begins a run');
    }
    lastWasFree = kind === KIND_FREE;
    page += pages;
  }
  assert(!lastWasFree, 'a free run below the top lowers it');
  assert(binned.size === 0 && linked.size === 0, 'lists hold pages below the top only');
  assert(reserved === i32[RESERVED_PAGES], 'the reserved pages are counted');
  return granules;
}

/** The live granules of a page of blocks. */
function checkBlocks(i32: Int32Array, page: number, linked: Set<number>): number {
  const descriptor = descriptorOf(page);
  const granules = granulesOfClass(i32[descriptor + CLASS]!);
  const capacity = Math.floor(PAGE_GRANULES / granules);
  const live = i32[descriptor + LIVE]!;
  assert(i32[descriptor + SHAPE] === ((capacity << 16) | granules), 'a page has the shape of its class');
  assert(live > 0 && live <= capacity, 'a page in use has live blocks');
  assert(linked.delete(page) === live < capacity, 'a page with room, and no other, is in its class list');
  const start = page * PAGE_GRANULES;
  const begun = (i32[descriptor + BUMP]! - start) / granules;
  assert(Number.isInteger(begun) && begun <= capacity, 'blocks were begun one after another');
  const free = new Set<number>();
  for (let addr = i32[descriptor + FREE_LIST]!; addr !== 0; addr = i32[addr * 2]!) {
    const index = (addr - start) / granules;
    assert(Number.isInteger(index) && index >= 0 && index < begun, 'a free block is one of its page');
    assert(!free.has(index), 'a block is free once');
    free.add(index);
  }
  assert(live + free.size === begun, 'a block is live, free or not begun');
  return live * granules;
}

function checkClassLists(i32: Int32Array): Set<number> {
  const pages = new Set<number>();
  for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
    walk(i32, CLASS_PAGES + sizeClass, pages, (descriptor) => {
      assert(i32[descriptor + KIND] === KIND_BLOCKS && i32[descriptor + CLASS] === sizeClass, 'a page is in its own class list');
    });
  }
  return pages;
}

function checkBins(i32: Int32Array): Set<number> {
  const pages = new Set<number>();
  for (let bin = 0; bin < BIN_COUNT; bin++) {
    walk(i32, RUN_BINS + bin, pages, (descriptor) => {
      assert(i32[descriptor + KIND] === KIND_FREE && binOf(i32[descriptor + LENGTH]!) === bin, 'a free run is in its own bin');
    });
  }
  return pages;
}

function walk(i32: Int32Array, head: number, pages: Set<number>, visit: (descriptor: number) => void): void {
  let before = 0;
  for (let page = i32[head]!; page !== 0; page = i32[descriptorOf(page) + NEXT]!) {
    assert(!pages.has(page), 'a page is in one list');
    assert(i32[descriptorOf(page) + PREV] === before, 'lists are linked both ways');
    pages.add(page);
    visit(descriptorOf(page));
    before = page;
  }
}
