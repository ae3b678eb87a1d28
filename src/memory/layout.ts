/**
 * Where everything is in a shard's memory. All of it lives in the buffer, so that whichever thread
 * holds the shard's lease can allocate.
 *
 *     byte 0       4096          20480                       first page
 *     ┌────────────┬─────────────┬───────────────────────────┬────────┬────────┬─ ─ ─
 *     │ header     │ root words  │ descriptors, 32 bytes     │ page   │ page   │
 *     │            │ (keyspace)  │ for each page there may be│ 64 KiB │        │
 *     └────────────┴─────────────┴───────────────────────────┴────────┴────────┴─ ─ ─
 *
 * Descriptors stand apart from the pages: in the pages they would all fall into the same few sets
 * of the processor's cache. Pages are numbered from the buffer's start; 0 is never handed out.
 */
export const PAGE_BYTES = 65536;
/** An address counts granules of 8 bytes: `addr >>> PAGE_SHIFT` is its page. */
export const PAGE_SHIFT = 13;
export const PAGE_GRANULES = 8192;

/** Int32 indexes into the header. */
export const MAGIC = 0;
export const CAPACITY_PAGES = 1;
export const MAX_PAGES = 2;
/** The first page that was never handed out, or whose followers are all free again. */
export const TOP_PAGE = 3;
export const FIRST_PAGE = 4;
export const RESERVED_PAGES = 5;
export const FREE_RUNS = 6;
/** Granules in use, a word for each purpose. */
export const USED_GRANULES = 8;
/** For each size class the first of its pages with room. */
export const CLASS_PAGES = 64;
/** For each bin the first of its free runs. */
export const RUN_BINS = 128;

export const MAGIC_VALUE = 0x54657373;

export const ROOT_INDEX = 1024;
/** Int32 words of the area that belongs to the keyspace. */
export const ROOT_WORDS = 4096;

export const DESCRIPTORS = ROOT_INDEX + ROOT_WORDS;
export const DESCRIPTOR_WORDS = 8;

/**
 * Words of a descriptor. KIND is valid at both ends of a run of pages and LENGTH at both ends of a
 * free one (boundary tags), stale in between. PREV and NEXT link a page with room into its class,
 * a free run into its bin.
 */
export const KIND = 0;
/** Pages of a run. */
export const LENGTH = 1;
/** The size class of a page of blocks, in the place of LENGTH. */
export const CLASS = 1;
export const PREV = 2;
export const NEXT = 3;
export const LIVE = 4;
/** Bits 0-15: the block's size in granules; above: how many blocks the page holds. */
export const SHAPE = 5;
export const FREE_LIST = 6;
export const BUMP = 7;

export const KIND_BLOCKS = 1;
export const KIND_RUN = 2;
export const KIND_RUN_END = 3;
export const KIND_FREE = 4;

/** The Int32 index of a page's descriptor. */
export function descriptorOf(page: number): number {
  return DESCRIPTORS + page * DESCRIPTOR_WORDS;
}
