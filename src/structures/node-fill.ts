/**
 * How full the nodes of a list may be: the meaning of list-max-listpack-size, in Redis called fill.
 * From -1 to -5 it limits a node's bytes (4096 to 65536), from 1 on its elements, and its bytes to
 * 8192 as well. Sizes are those of listpacks; `bytes` is the length of an element as text.
 */
const FILL_MAX = 32767;
const FILL_MIN = -5;
/** More bytes than these no node has whose elements are counted. */
const SAFETY_LIMIT_BYTES = 8192;
/** What an element takes beside its text, roughly. */
const ELEMENT_OVERHEAD_BYTES = 8;
/** What two listpacks have and one has not. */
const MERGED_OVERHEAD_BYTES = 7;

/** A setting within bounds. */
export function fillOf(setting: number): number {
  return Math.max(FILL_MIN, Math.min(setting, FILL_MAX));
}

/** Whether an element is too large for any node but one of its own. */
export function isLarge(fill: number, bytes: number): boolean {
  return bytes > (fill < 0 ? bytesLimit(fill) : SAFETY_LIMIT_BYTES);
}

/** Whether an element may be added to a node. */
export function allowsInsert(fill: number, size: number, count: number, bytes: number): boolean {
  const grown = size + bytes + ELEMENT_OVERHEAD_BYTES;
  return fill < 0 ? grown <= bytesLimit(fill) : grown <= SAFETY_LIMIT_BYTES && count < fill;
}

/** Whether two nodes, together of such a size and count, may become one. */
export function allowsMerge(fill: number, size: number, count: number): boolean {
  const merged = size - MERGED_OVERHEAD_BYTES;
  return fill < 0 ? merged <= bytesLimit(fill) : merged <= SAFETY_LIMIT_BYTES && count <= fill;
}

/** Whether a list of so many bytes and elements is too large to be a single listpack. */
export function exceedsListpack(fill: number, size: number, count: number): boolean {
  return fill < 0 ? size > bytesLimit(fill) : size > SAFETY_LIMIT_BYTES || count > Math.max(fill, 1);
}

/** Whether a list with one node may become a listpack: at once, or only when it has shrunk to half of the limits. */
export function fitsListpack(fill: number, size: number, count: number, hasShrunk: boolean): boolean {
  const divisor = hasShrunk ? 2 : 1;
  return fill < 0 ? size <= Math.floor(bytesLimit(fill) / divisor) : count <= Math.floor(Math.max(fill, 1) / divisor);
}

function bytesLimit(fill: number): number {
  return 2048 << -fill;
}
