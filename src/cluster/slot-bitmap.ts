/**
 * Sets of slots as the bus carries them: bit `slot & 7` of byte `slot >> 3`. Those of a list of owners are made once
 * per list, since every ping compares with one and carries another.
 */
import { SLOT_COUNT } from '../base/crc16.ts';
import type { Range } from './migration/ranges.ts';
import { slotRanges } from './slot-ranges.ts';

const bitmapBytes = SLOT_COUNT / 8;
const noSlots = new Uint8Array(bitmapBytes);
const known = new WeakMap<readonly string[], Map<string, Uint8Array>>();

/** The slots of one owner. Not to be changed. */
export function slotsOf(owners: readonly string[], id: string): Uint8Array {
  let bitmaps = known.get(owners);
  if (bitmaps === undefined) known.set(owners, bitmaps = bitmapsOf(owners));
  return bitmaps.get(id) ?? noSlots;
}

export function ownsSlots(owners: readonly string[], id: string): boolean {
  return slotsOf(owners, id) !== noSlots;
}

export function hasSlot(bitmap: Uint8Array, slot: number): boolean {
  return (bitmap[slot >> 3]! & (1 << (slot & 7))) !== 0;
}

/** Ascending. */
export function slotsIn(bitmap: Uint8Array): number[] {
  const slots: number[] = [];
  for (let at = 0; at < bitmapBytes; at++) {
    const byte = bitmap[at]!;
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) slots.push(at * 8 + bit);
  }
  return slots;
}

export function sameSlots(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

export function bitmapOf(slots: Iterable<number>): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes);
  for (const slot of slots) bitmap[slot >> 3]! |= 1 << (slot & 7);
  return bitmap;
}

/** Those of `bitmap` that are not in `other`. */
export function exceptSlots(bitmap: Uint8Array, other: Uint8Array): Uint8Array {
  // A Buffer's slice would be the same bytes.
  const rest = new Uint8Array(bitmap);
  for (let at = 0; at < bitmapBytes; at++) rest[at]! &= ~other[at]!;
  return rest;
}

export function withoutSlots(bitmap: Uint8Array, ranges: readonly Range[]): Uint8Array {
  const rest = new Uint8Array(bitmap);
  for (const { start, end } of ranges) clearSlots(rest, start, end);
  return rest;
}

/** Whole bytes at once: a range may be all slots, and clients wait while these change hands. */
function clearSlots(bitmap: Uint8Array, start: number, end: number): void {
  const [firstByte, lastByte] = [start >> 3, end >> 3];
  const [before, after] = [~(0xff << (start & 7)), ~(0xff >> (7 - (end & 7)))];
  if (firstByte === lastByte) bitmap[firstByte]! &= before | after;
  else {
    bitmap[firstByte]! &= before;
    bitmap.fill(0, firstByte + 1, lastByte);
    bitmap[lastByte]! &= after;
  }
}

function bitmapsOf(owners: readonly string[]): Map<string, Uint8Array> {
  const bitmaps = new Map<string, Uint8Array>();
  for (const { start, end, ownerId } of slotRanges(owners)) {
    let bitmap = bitmaps.get(ownerId);
    if (bitmap === undefined) bitmaps.set(ownerId, bitmap = new Uint8Array(bitmapBytes));
    for (let slot = start; slot <= end; slot++) bitmap[slot >> 3]! |= 1 << (slot & 7);
  }
  return bitmaps;
}
