/**
 * The record of one key in shard memory. It is a keyed record as table.ts wants it.
 *
 *   word 0   bits 0-15 key length (0xffff: long, see below), 16-19 header words, 20-23 type,
 *            24-27 encoding, 28 has expiry, 29 value lives outside, 30 fields that expire (hashes)
 *   word 1   length of the inline value in bytes, or the address of the value
 *   word 2   bits 0-23 access clock (seconds, or LFU minutes and counter), 24-31 free
 *  [word 3,4 expiry, low and high 32 bits of milliseconds since 1970]
 *  [last     key length, when long]
 *   key bytes, then the inline value bytes
 *
 * An outside string value is a block: word 0 its length, word 1 free, then the bytes. Values of all
 * other types live outside; what their blocks hold is their kind's affair (value-kind.ts).
 * A 16-byte key with a 3-byte value takes 32 bytes.
 */
import type { Int64 } from '../base/int64.ts';
import type { Arena } from '../memory/arena.ts';

export const ValueType = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;

/** As OBJECT ENCODING distinguishes strings; all are kept as text. */
export const StringEncoding = { int: 0, embstr: 1, raw: 2 } as const;

export const typeNames: readonly string[] = ['string', 'list', 'set', 'zset', 'hash', 'module', 'stream'];

export const longKey = 0xffff;
export const expiryFlag = 1 << 28;
export const outsideFlag = 1 << 29;
export const fieldExpiryFlag = 1 << 30;
export const valueHeaderBytes = 8;
/** Longer values live outside the entry, where they can grow. */
export const maxInlineValueBytes = 2048;

/** What becomes of a key's expiry: milliseconds since 1970, as it was, or none. */
export type NextExpiry = Int64 | 'keep' | 'none';

export function keyLength(arena: Arena, entry: number): number {
  const head = arena.i32[entry * 2]!;
  const length = head & 0xffff;
  return length !== longKey ? length : arena.i32[entry * 2 + ((head >>> 16) & 15) - 1]!;
}

/** Byte offset of the key in the arena. */
export function keyOffset(arena: Arena, entry: number): number {
  return entry * 8 + ((arena.i32[entry * 2]! >>> 16) & 15) * 4;
}

export function typeOf(arena: Arena, entry: number): number {
  return (arena.i32[entry * 2]! >>> 20) & 15;
}

export function encodingOf(arena: Arena, entry: number): number {
  return (arena.i32[entry * 2]! >>> 24) & 15;
}

/** Milliseconds since 1970, or -1 for a key without expiry. */
export function expiryMs(arena: Arena, entry: number): number {
  const at = entry * 2;
  if ((arena.i32[at]! & expiryFlag) === 0) return -1;
  return arena.i32[at + 4]! * 4294967296 + (arena.i32[at + 3]! >>> 0);
}

/** The expiry to the last bit: clients may set any int64 of milliseconds. */
export function expiry64(arena: Arena, entry: number): bigint {
  const at = entry * 2;
  if ((arena.i32[at]! & expiryFlag) === 0) return -1n;
  return (BigInt(arena.i32[at + 4]!) << 32n) | BigInt(arena.i32[at + 3]! >>> 0);
}

/** The expiry in the form that `NextExpiry` has. */
export function expiryOf(arena: Arena, entry: number): NextExpiry {
  if ((arena.i32[entry * 2]! & expiryFlag) === 0) return 'none';
  const ms = expiryMs(arena, entry);
  return Number.isSafeInteger(ms) ? ms : expiry64(arena, entry);
}

export function writeExpiry(arena: Arena, entry: number, atMs: number | bigint): void {
  const at = entry * 2;
  if (typeof atMs === 'number') {
    arena.i32[at + 3] = atMs | 0;
    arena.i32[at + 4] = Math.floor(atMs / 4294967296);
  } else {
    arena.i32[at + 3] = Number(BigInt.asIntN(32, atMs));
    arena.i32[at + 4] = Number(atMs >> 32n);
  }
}

/** Byte offset of a string value in the arena. */
export function valueOffset(arena: Arena, entry: number): number {
  const at = entry * 2;
  if ((arena.i32[at]! & outsideFlag) !== 0) return arena.i32[at + 1]! * 8 + valueHeaderBytes;
  return keyOffset(arena, entry) + keyLength(arena, entry);
}

/** Length of a string value in bytes. */
export function valueLength(arena: Arena, entry: number): number {
  const at = entry * 2;
  const word = arena.i32[at + 1]!;
  return (arena.i32[at]! & outsideFlag) !== 0 ? arena.i32[word * 2]! : word;
}

/** The address of a value that lives outside. */
export function valueAddress(arena: Arena, entry: number): number {
  return arena.i32[entry * 2 + 1]!;
}

export function setValueAddress(arena: Arena, entry: number, addr: number): void {
  arena.i32[entry * 2 + 1] = addr;
}

export function setEncoding(arena: Arena, entry: number, encoding: number): void {
  const at = entry * 2;
  arena.i32[at] = (arena.i32[at]! & ~(15 << 24)) | (encoding << 24);
}

export function accessClock(arena: Arena, entry: number): number {
  return arena.i32[entry * 2 + 2]! & 0xffffff;
}

export function setAccessClock(arena: Arena, entry: number, clock: number): void {
  const at = entry * 2 + 2;
  arena.i32[at] = (arena.i32[at]! & ~0xffffff) | (clock & 0xffffff);
}

/** Of an entry that is in no table and waits for its value to be freed: how far that has come, a uint32, in place of the key. */
export function freeingPosition(arena: Arena, entry: number): number {
  return arena.i32[entry * 2 + 3]! >>> 0;
}

export function setFreeingPosition(arena: Arena, entry: number, position: number): void {
  arena.i32[entry * 2 + 3] = position;
}
