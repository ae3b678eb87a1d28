/**
 * The part of a record in the arena that a table relies on. The first word, i32[addr * 2]:
 *
 *      31                20 19         16 15                      0
 *     ┌────────────────────┬─────────────┬─────────────────────────┐
 *     │ the owner's        │ header words│ key length, 0xFFFF: long│
 *     └────────────────────┴─────────────┴─────────────────────────┘
 *
 * The key's bytes follow the header. The length of a long key is in the header's last word.
 */
export const LONG_KEY = 0xffff;

/** The length of the record's key in bytes; `head` is its first word. */
export function keyLengthOf(i32: Int32Array, addr: number, head = i32[addr * 2]!): number {
  const length = head & LONG_KEY;
  return length === LONG_KEY ? i32[addr * 2 + ((head >>> 16) & 15) - 1]! : length;
}

/** The byte offset in the arena of the record's key; `head` is its first word. */
export function keyOffsetOf(i32: Int32Array, addr: number, head = i32[addr * 2]!): number {
  return addr * 8 + ((head >>> 16) & 15) * 4;
}

/** Whether the record's key is the `length` bytes of `key` from `offset`. */
export function hasKey(
  i32: Int32Array, u8: Uint8Array, addr: number, key: Uint8Array, offset: number, length: number,
): boolean {
  if (keyLengthOf(i32, addr) !== length) return false;
  const end = offset + length;
  const wordsEnd = end - (length & 3);
  let at = offset;
  let word = addr * 2 + ((i32[addr * 2]! >>> 16) & 15);
  // The record's key is aligned, the argument is not: its words are put together.
  for (; at < wordsEnd; at += 4, word++) {
    if (i32[word] !== (key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24))) return false;
  }
  for (let byte = word * 4; at < end; at++, byte++) {
    if (u8[byte] !== key[at]) return false;
  }
  return true;
}
