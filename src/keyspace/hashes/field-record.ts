/**
 * The record of one field of a large hash, a keyed record as table.ts wants it.
 *
 *   word 0   bits 0-15 field length (0xffff: long, see below), 16-19 header words, 20 expires
 *   word 1   length of the value
 *  [word 2,3 expiry, low and high 32 bits of milliseconds since 1970; the room may be there without one]
 *  [last     field length, when long]
 *   the field's bytes, then the value's
 *
 * A 10-byte field with a 10-byte value takes 32 bytes, and 12 more for its place in the table.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { Purpose, type Arena } from '../../memory/arena.ts';
import { keyLengthOf, keyOffsetOf, LONG_KEY } from '../../structures/keyed-record.ts';

const EXPIRES = 1 << 20;
const BASE_WORDS = 2;
const EXPIRY_WORDS = 2;
const WORD = 2 ** 32;
const LEAST_BYTES = 16;

/** The address of a record whose value is not written yet; throws ArenaFullError. */
export function createRecord(
  arena: Arena, field: Uint8Array, fieldAt: number, fieldBytes: number, valueBytes: number, hasExpiryRoom: boolean,
): number {
  const isLong = fieldBytes >= LONG_KEY;
  const words = BASE_WORDS + (hasExpiryRoom ? EXPIRY_WORDS : 0) + (isLong ? 1 : 0);
  const record = arena.alloc(words * 4 + fieldBytes + valueBytes, Purpose.value);
  const { i32, u8 } = arena;
  i32[record * 2] = (isLong ? LONG_KEY : fieldBytes) | (words << 16);
  i32[record * 2 + 1] = valueBytes;
  if (isLong) i32[record * 2 + words - 1] = fieldBytes;
  copyBytes(u8, record * 8 + words * 4, field, fieldAt, fieldBytes);
  return record;
}

/** Byte offset of the value in the arena. */
export function recordValueOffset(i32: Int32Array, record: number): number {
  return keyOffsetOf(i32, record) + keyLengthOf(i32, record);
}

export function recordValueLength(i32: Int32Array, record: number): number {
  return i32[record * 2 + 1]!;
}

/** Milliseconds since 1970; 0 for none. */
export function recordExpiry(i32: Int32Array, record: number): number {
  if ((i32[record * 2]! & EXPIRES) === 0) return 0;
  return i32[record * 2 + 3]! * WORD + (i32[record * 2 + 2]! >>> 0);
}

/** Sets the expiry of a record that has room for it. */
export function writeRecordExpiry(i32: Int32Array, record: number, atMs: number): void {
  i32[record * 2]! |= EXPIRES;
  i32[record * 2 + 2] = atMs | 0;
  i32[record * 2 + 3] = Math.floor(atMs / WORD);
}

export function clearRecordExpiry(i32: Int32Array, record: number): void {
  i32[record * 2]! &= ~EXPIRES;
}

export function hasExpiryRoom(i32: Int32Array, record: number): boolean {
  const head = i32[record * 2]!;
  const longWords = (head & LONG_KEY) === LONG_KEY ? 1 : 0;
  return ((head >>> 16) & 15) - longWords >= BASE_WORDS + EXPIRY_WORDS;
}

/** Whether a value of `valueBytes` can take the place of the present one without leaving half of the block unused. */
export function fitsRecord(arena: Arena, record: number, valueBytes: number): boolean {
  if (valueBytes === arena.i32[record * 2 + 1]) return true;
  const bytes = recordValueOffset(arena.i32, record) - record * 8 + valueBytes;
  const capacityBytes = arena.capacityBytes(record);
  return bytes <= capacityBytes && (bytes * 2 > capacityBytes || capacityBytes === LEAST_BYTES);
}

/** Writes a value that fits. */
export function writeRecordValue(arena: Arena, record: number, value: Uint8Array, valueAt: number, valueBytes: number): void {
  arena.i32[record * 2 + 1] = valueBytes;
  copyBytes(arena.u8, recordValueOffset(arena.i32, record), value, valueAt, valueBytes);
}
