/**
 * When a consumer was seen, trying to read, and when it was active, reading or claiming something. The
 * times never go back, so that what is replayed comes to the same.
 */
import type { Arena } from '../../memory/arena.ts';
import { ConsumerWord, readLong, writeLong } from './group-records.ts';

/** The consumer is seen; whether that is news. */
export function consumerSeen(arena: Arena, consumer: number, nowMs: number): boolean {
  return advance(arena, consumer * 2 + ConsumerWord.seenAt, nowMs);
}

export function markActive(arena: Arena, consumer: number, nowMs: number): void {
  advance(arena, consumer * 2 + ConsumerWord.activeAt, nowMs);
}

function advance({ i32 }: Arena, at: number, nowMs: number): boolean {
  if (readLong(i32, at) >= nowMs) return false;
  writeLong(i32, at, nowMs);
  return true;
}
