/**
 * The records of groups of consumers, in Int32 words of a block; a name's length is in bytes.
 *
 *     group      0            1          2  3           4  5         6-9               10  11         name
 *                name length  unowned    consumer tree  pending tree last delivered id entries read
 *     consumer   0            1          2  3           4  5         6  7                             name
 *                name length  free       pending tree   seen at      active at
 *     pending    0-3          4          5              6  7         8  9
 *                id           consumer   free           delivered at deliveries
 *
 * 64-bit integers have their upper word first. Times are milliseconds since 1970. An entry that is pending
 * for no consumer has 0 for one; a group counts those.
 */
import type { Arena } from '../../memory/arena.ts';

export const GroupWord = { nameLength: 0, unowned: 1, consumers: 2, pending: 4, lastId: 6, entriesRead: 10 } as const;
export const GROUP_BYTES = 48;

export const ConsumerWord = { nameLength: 0, pending: 2, seenAt: 4, activeAt: 6 } as const;
export const CONSUMER_BYTES = 32;

export const PendingWord = { consumer: 4, deliveredAt: 6, deliveries: 8 } as const;
export const PENDING_BYTES = 40;

const WORD = 2 ** 32;

/** A 64-bit integer as a number: exact while it is safe. */
export function readLong(i32: Int32Array, at: number): number {
  return i32[at]! * WORD + (i32[at + 1]! >>> 0);
}

export function readLong64(i32: Int32Array, at: number): bigint {
  return (BigInt(i32[at]!) << 32n) | BigInt(i32[at + 1]! >>> 0);
}

/** Writes a safe integer. */
export function writeLong(i32: Int32Array, at: number, n: number): void {
  i32[at] = Math.floor(n / WORD);
  i32[at + 1] = n | 0;
}

export function writeLong64(i32: Int32Array, at: number, n: bigint): void {
  i32[at] = Number(BigInt.asIntN(32, n >> 32n));
  i32[at + 1] = Number(BigInt.asIntN(32, n));
}

/** Adds one to a 64-bit integer. */
export function incrementLong(i32: Int32Array, at: number): void {
  i32[at + 1] = (i32[at + 1]! + 1) | 0;
  if (i32[at + 1] === 0) i32[at] = (i32[at]! + 1) | 0;
}

/** One delivery more, up to the greatest 64-bit integer, which XNACK FATAL sets. */
export function incrementDeliveries(i32: Int32Array, pending: number): void {
  const at = pending * 2 + PendingWord.deliveries;
  if (i32[at] !== 0x7fff_ffff || i32[at + 1] !== -1) incrementLong(i32, at);
}

export function consumerOf({ i32 }: Arena, pending: number): number {
  return i32[pending * 2 + PendingWord.consumer]!;
}
