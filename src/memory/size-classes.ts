/**
 * Size classes: every 8 bytes from 16 to 256, then four per doubling (320, 384, 448, 512, 640, ...),
 * so that a block is at most a quarter, on average a tenth, larger than was asked for. Sizes here
 * are in granules of 8 bytes. Runs of pages are binned by the same rule.
 */
export const MAX_BLOCK_BYTES = 32768;
export const CLASS_COUNT = 59;

/** The smallest class whose blocks hold `bytes`, 0 to MAX_BLOCK_BYTES. */
export function sizeClassOf(bytes: number): number {
  const granules = (bytes + 7) >>> 3;
  if (granules <= 32) return granules <= 2 ? 0 : granules - 2;
  const last = granules - 1;
  const exponent = 31 - Math.clz32(last);
  return 7 + exponent * 4 + (last >>> (exponent - 2));
}

/** The size of a class's blocks. */
export function granulesOfClass(sizeClass: number): number {
  if (sizeClass < 31) return sizeClass + 2;
  const step = sizeClass - 31;
  return (5 + (step & 3)) << ((step >> 2) + 3);
}

export const BIN_COUNT = 88;

/** The bin of a free run: one per length up to 32 pages, then the class that `pages` reaches. */
export function binOf(pages: number): number {
  if (pages <= 32) return pages - 1;
  const exponent = 31 - Math.clz32(pages);
  return 8 + exponent * 4 + (pages >>> (exponent - 2));
}
