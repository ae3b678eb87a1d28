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
import type { Arena } from '../memory/arena.ts';

export const LONG_KEY = 0xffff;

/** The length of the record's key in bytes. */
export function keyLengthOf(i32: Int32Array, addr: number): number {
  const word = i32[addr * 2]!;
  const length = word & LONG_KEY;
  return length === LONG_KEY ? i32[addr * 2 + ((word >>> 16) & 15) - 1]! : length;
}

/** The byte offset in the arena of the record's key. */
export function keyOffsetOf(i32: Int32Array, addr: number): number {
  return addr * 8 + ((i32[addr * 2]! >>> 16) & 15) * 4;
}

/** Whether the record's key is the `length` bytes of `key` from `offset`. */
export function hasKey(arena: Arena, addr: number, key: Uint8Array, offset: number, length: number): boolean {
  const i32 = arena.i32;
  if (keyLengthOf(i32, addr) !== length) return false;
  const u8 = arena.u8;
  const start = keyOffsetOf(i32, addr);
  for (let at = 0; at < length; at++) {
    if (u8[start + at] !== key[offset + at]) return false;
  }
  return true;
}
