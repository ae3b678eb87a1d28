/**
 * The longest common subsequence of two byte strings, as LCS answers it.
 *
 * Of several longest ones it finds Redis's: walking from the ends, equal bytes are taken, and else
 * the first string is shortened only where that leaves strictly more. That needs one bit a cell of
 * Redis's table, "row i grows at column j", and whole rows of those bits follow from the row above
 * by addition (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004). So the table takes
 * a thirtieth of Redis's memory and a fraction of its time; the limit is still on Redis's size.
 *
 * A row is words of 30 bits, bit set = the row does not grow there:
 *
 *   rows[i * wordCount + w], bit k   column w * 30 + k of b against the first i bytes of a
 */
export interface LcsRequest {
  /** Whether the subsequence and its ranges are wanted, or its length alone. */
  readonly walk: boolean;
  /** Ranges shorter than this are left out. */
  readonly minMatchLength: number;
  /** Limit on the table of 4 bytes a cell that Redis would make (proto-max-bulk-len). */
  readonly tableBytesMax: number;
}

/** A run of equal bytes, both ends inclusive: a[aStart..aEnd] is b[bStart..bEnd]. */
export interface LcsRange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
  readonly length: number;
}

export type LcsResult =
  | { readonly kind: 'found'; readonly length: number; readonly bytes: Uint8Array; readonly ranges: readonly LcsRange[] }
  | { readonly kind: 'string-too-long' }
  | { readonly kind: 'table-too-large' }
  | { readonly kind: 'out-of-memory' };

interface Rows {
  readonly words: Int32Array;
  readonly wordCount: number;
}

const STRING_LENGTH_END = 0xffff_fffe;
const CELL_BYTES = 4;
const WORD_BITS = 30;
const WORD_MASK = 2 ** WORD_BITS - 1;

/**
 * `bytes` and `ranges` are empty without `walk`. Ranges come from the end of the strings to the
 * start, as Redis lists them. O(aLength × bLength) in time, a bit a cell in memory when walking.
 */
export function lcs(
  a: Uint8Array,
  aOffset: number,
  aLength: number,
  b: Uint8Array,
  bOffset: number,
  bLength: number,
  request: LcsRequest,
): LcsResult {
  if (aLength >= STRING_LENGTH_END || bLength >= STRING_LENGTH_END) return { kind: 'string-too-long' };
  if ((aLength + 1) * (bLength + 1) * CELL_BYTES > request.tableBytesMax) return { kind: 'table-too-large' };
  const first = a.subarray(aOffset, aOffset + aLength);
  const second = b.subarray(bOffset, bOffset + bLength);
  try {
    const rows = growRows(first, second, request.walk);
    const length = countGrowth(rows, bLength);
    if (!request.walk) return { kind: 'found', length, bytes: new Uint8Array(0), ranges: [] };
    return { kind: 'found', length, ...walkBack(first, second, rows, length, request.minMatchLength) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'out-of-memory' };
    throw error;
  }
}

/** All rows, or with `keepAll` false the last one alone. */
function growRows(a: Uint8Array, b: Uint8Array, keepAll: boolean): Rows {
  const wordCount = Math.ceil(b.length / WORD_BITS);
  const { columns, classOf } = columnsByByte(a, b, wordCount);
  const words = new Int32Array(keepAll ? (a.length + 1) * wordCount : wordCount);
  words.fill(WORD_MASK, 0, wordCount);
  const stride = keepAll ? wordCount : 0;
  for (let i = 0; i < a.length; i++) {
    growRow(words, i * stride, (i + 1) * stride, columns, classOf[a[i]!]! * wordCount, wordCount);
  }
  return { words: keepAll ? words : words.subarray(0, wordCount), wordCount };
}

/** The row at `to` from the one at `from` and the columns that hold the row's byte. */
function growRow(words: Int32Array, from: number, to: number, columns: Int32Array, match: number, wordCount: number): void {
  let carry = 0;
  for (let w = 0; w < wordCount; w++) {
    const above = words[from + w]!;
    const matched = above & columns[match + w]!;
    const sum = above + matched + carry;
    carry = sum >>> WORD_BITS;
    words[to + w] = (sum & WORD_MASK) | (above ^ matched);
  }
}

/**
 * For each byte value that occurs in `a` the columns of `b` that hold it, as a row of bits.
 * `classOf` says which row; values that do not occur in `a` share row 0, which nobody reads.
 */
function columnsByByte(a: Uint8Array, b: Uint8Array, wordCount: number): { columns: Int32Array; classOf: Uint16Array } {
  const classOf = new Uint16Array(256);
  let classCount = 1;
  for (const byte of a) if (classOf[byte] === 0) classOf[byte] = classCount++;
  const columns = new Int32Array(classCount * wordCount);
  for (let w = 0, column = 0; w < wordCount; w++) {
    for (let bit = 0; bit < WORD_BITS && column < b.length; bit++, column++) {
      const at = classOf[b[column]!]! * wordCount + w;
      columns[at] = columns[at]! | (1 << bit);
    }
  }
  return { columns, classOf };
}

function countGrowth(rows: Rows, columnCount: number): number {
  let growth = 0;
  const lastRow = rows.words.length - rows.wordCount;
  for (let column = 0; column < columnCount; column++) if (growsAt(rows, lastRow, column)) growth++;
  return growth;
}

function growsAt(rows: Rows, rowStart: number, column: number): boolean {
  return ((rows.words[rowStart + Math.floor(column / WORD_BITS)]! >>> (column % WORD_BITS)) & 1) === 0;
}

function walkBack(
  a: Uint8Array,
  b: Uint8Array,
  rows: Rows,
  length: number,
  minMatchLength: number,
): { bytes: Uint8Array; ranges: LcsRange[] } {
  const bytes = new Uint8Array(length);
  const ranges: LcsRange[] = [];
  let left = length;
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    if (a[i - 1] !== b[j - 1]) {
      if (growsAt(rows, i * rows.wordCount, j - 1)) i--;
      else j--;
      continue;
    }
    const [aEnd, bEnd] = [i - 1, j - 1];
    while (i > 0 && j > 0 && a[i - 1] === b[j - 1]) {
      bytes[--left] = a[--i]!;
      j--;
    }
    const run = aEnd - i + 1;
    if (run >= minMatchLength) ranges.push({ aStart: i, aEnd, bStart: j, bEnd, length: run });
  }
  return { bytes, ranges };
}
