/**
 * The record of one field of a large hash, a keyed record as table.ts wants it.
 *
 *   word 0   bits 0-15 field length (0xffff: long, see below), 16-19 header words, 20 expires,
 *            21 value lives outside
 *   word 1   length of the inline value, or the address of the value
 *  [word 2,3 expiry, low and high 32 bits of milliseconds since 1970; the room may be there without one]
 *  [last     field length, when long]
 *   the field's bytes, then those of an inline value
 *
 * A value outside is a block: word 0 its length, word 1 free, then the bytes. A 10-byte field with a
 * 10-byte value takes 32 bytes, and about 8 more for its place in the table.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { storeBytes } from '../../base/store-bytes.ts';
import { ArenaFullError, Purpose, type Arena } from '../../memory/arena.ts';
import { keyLengthOf, keyOffsetOf, LONG_KEY } from '../../structures/keyed-record.ts';
import { maxInlineValueBytes, valueHeaderBytes } from '../entry.ts';

const EXPIRES = 1 << 20;
const OUTSIDE = 1 << 21;
const BASE_WORDS = 2;
const EXPIRY_WORDS = 2;
const WORD = 2 ** 32;
const LEAST_BYTES = 16;

/** The address of a record that has room for a value, whose bytes are not written yet; throws ArenaFullError. */
export function createRecord(
  arena: Arena, field: Uint8Array, fieldAt: number, fieldBytes: number, valueBytes: number, withExpiryRoom: boolean,
): number {
  const isOutside = valueBytes > maxInlineValueBytes;
  const record = createHead(arena, field, fieldAt, fieldBytes, isOutside ? 0 : valueBytes, withExpiryRoom);
  if (!isOutside) return record;
  const value = arena.tryAlloc(valueHeaderBytes + valueBytes, Purpose.value);
  if (value === 0) {
    arena.free(record, Purpose.value);
    throw new ArenaFullError(valueBytes);
  }
  arena.i32[value * 2] = valueBytes;
  attach(arena.i32, record, value);
  return record;
}

/** A copy of a record, with room for an expiry and none, to take the record's place; a value outside is then the copy's. Throws ArenaFullError. */
export function createRoomyRecord(arena: Arena, record: number): number {
  const { i32, u8 } = arena;
  const isOutside = (i32[record * 2]! & OUTSIDE) !== 0;
  const inlineBytes = isOutside ? 0 : i32[record * 2 + 1]!;
  const roomy = createHead(arena, u8, keyOffsetOf(i32, record), keyLengthOf(i32, record), inlineBytes, true);
  if (isOutside) attach(arena.i32, roomy, arena.i32[record * 2 + 1]!);
  else copyBytes(arena.u8, recordValueOffset(arena.i32, roomy), arena.u8, recordValueOffset(arena.i32, record), inlineBytes);
  return roomy;
}

/** Frees a record whose value outside, if it has one, is another's. */
export function freeHusk(arena: Arena, record: number): void {
  arena.free(record, Purpose.value);
}

export function freeRecord(arena: Arena, record: number): void {
  if ((arena.i32[record * 2]! & OUTSIDE) !== 0) arena.free(arena.i32[record * 2 + 1]!, Purpose.value);
  arena.free(record, Purpose.value);
}

/** The real size of the record's blocks. */
export function recordBytes(arena: Arena, record: number): number {
  const ownBytes = arena.capacityBytes(record);
  return (arena.i32[record * 2]! & OUTSIDE) === 0 ? ownBytes : ownBytes + arena.capacityBytes(arena.i32[record * 2 + 1]!);
}

/** Byte offset of the value in the arena. */
export function recordValueOffset(i32: Int32Array, record: number): number {
  const head = i32[record * 2]!;
  if ((head & OUTSIDE) !== 0) return i32[record * 2 + 1]! * 8 + valueHeaderBytes;
  return keyOffsetOf(i32, record, head) + keyLengthOf(i32, record, head);
}

export function recordValueLength(i32: Int32Array, record: number): number {
  const word = i32[record * 2 + 1]!;
  return (i32[record * 2]! & OUTSIDE) === 0 ? word : i32[word * 2]!;
}

/** Whether a value of `valueBytes` can take the place of the present one without leaving half of the block unused. */
export function fitsRecord(arena: Arena, record: number, valueBytes: number): boolean {
  const { i32 } = arena;
  if (valueBytes === recordValueLength(i32, record)) return true;
  const isOutside = (i32[record * 2]! & OUTSIDE) !== 0;
  if (isOutside !== valueBytes > maxInlineValueBytes) return false;
  const block = isOutside ? i32[record * 2 + 1]! : record;
  const bytes = recordValueOffset(i32, record) - block * 8 + valueBytes;
  const capacityBytes = arena.capacityBytes(block);
  return bytes <= capacityBytes && (bytes * 2 > capacityBytes || capacityBytes === LEAST_BYTES);
}

/** Writes a value that fits. */
export function writeRecordValue(arena: Arena, record: number, value: Uint8Array, valueAt: number, valueBytes: number): void {
  const { i32, u8 } = arena;
  const lengthAt = (i32[record * 2]! & OUTSIDE) === 0 ? record * 2 + 1 : i32[record * 2 + 1]! * 2;
  i32[lengthAt] = valueBytes;
  storeBytes(u8, recordValueOffset(i32, record), value, valueAt, valueBytes);
}

/** Milliseconds since 1970; 0 for none. */
export function recordExpiry(i32: Int32Array, record: number): number {
  if ((i32[record * 2]! & EXPIRES) === 0) return 0;
  return i32[record * 2 + 3]! * WORD + (i32[record * 2 + 2]! >>> 0);
}

export function hasExpiryRoom(i32: Int32Array, record: number): boolean {
  const head = i32[record * 2]!;
  const longWords = (head & LONG_KEY) === LONG_KEY ? 1 : 0;
  return ((head >>> 16) & 15) - longWords >= BASE_WORDS + EXPIRY_WORDS;
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

function createHead(
  arena: Arena, field: Uint8Array, fieldAt: number, fieldBytes: number, inlineBytes: number, withExpiryRoom: boolean,
): number {
  const isLong = fieldBytes >= LONG_KEY;
  const words = BASE_WORDS + (withExpiryRoom ? EXPIRY_WORDS : 0) + (isLong ? 1 : 0);
  const record = arena.alloc(words * 4 + fieldBytes + inlineBytes, Purpose.value);
  const { i32, u8 } = arena;
  i32[record * 2] = (isLong ? LONG_KEY : fieldBytes) | (words << 16);
  i32[record * 2 + 1] = inlineBytes;
  if (isLong) i32[record * 2 + words - 1] = fieldBytes;
  storeBytes(u8, record * 8 + words * 4, field, fieldAt, fieldBytes);
  return record;
}

function attach(i32: Int32Array, record: number, value: number): void {
  i32[record * 2]! |= OUTSIDE;
  i32[record * 2 + 1] = value;
}
