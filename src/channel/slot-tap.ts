/**
 * The stream of keys and changes of slots that move to another node: an effect log of each shard that the door reads.
 * While a tap is open its shard walks through the keys of the slots marked as leaving, slot after slot and in the order
 * of their hashes, and writes what makes each of them; every later effect on a key that the walk has passed follows.
 * Effects on keys that are still to come are left out: the walk will see what they made. So what the tap says of a key is
 * complete and in order, though effects such as APPEND are none that could be applied twice.
 *
 * Beside the words of the log (effect-log.ts):
 *   40   slot that the walk is in; 16384 once all keys are written      41   hash position within it
 */
import { SLOT_COUNT } from '../base/crc16.ts';
import type { Control } from './control.ts';
import { EffectLog, LogWord } from './effect-log.ts';
import type { EffectLogHandle } from './effect-log.ts';
import type { LogControl } from './log-control.ts';

const walkSlotWord = 40;
const walkPositionWord = 41;

/** The taps of `count` shards, as their maker sees them. */
export function createTaps(count: number, capacityBytes: number, control: Control, logControl: LogControl): EffectLog[] {
  return Array.from({ length: count }, () => EffectLog.create(capacityBytes, logControl, doorAsReader(control)));
}

export function attachTaps(handles: readonly EffectLogHandle[], control: Control): EffectLog[] {
  return handles.map((handle) => EffectLog.attach(handle, doorAsReader(control)));
}

function doorAsReader(control: Control): { wake(): void; interrupt(): void } {
  const wake = (): void => control.wakeDoor();
  return { wake, interrupt: wake };
}

// The shard, or who holds it.

export function openTap({ words }: EffectLog): void {
  words[LogWord.selectedDb] = 0;
  words[walkSlotWord] = 0;
  words[walkPositionWord] = 0;
  words[LogWord.enabled] = 1;
}

export function closeTap(tap: EffectLog): void {
  tap.words[LogWord.enabled] = 0;
  tap.publish();
}

export function isTapOpen({ words }: EffectLog): boolean {
  return words[LogWord.enabled] !== 0;
}

export function walkSlot({ words }: EffectLog): number {
  return words[walkSlotWord]!;
}

export function walkPosition({ words }: EffectLog): number {
  return words[walkPositionWord]! >>> 0;
}

/** The walk has passed everything before this place. */
export function setWalk({ words }: EffectLog, slot: number, position: number): void {
  words[walkPositionWord] = position | 0;
  Atomics.store(words, walkSlotWord, slot);
}

/** Whether the walk has passed the key with this hash. */
export function hasPassed(tap: EffectLog, slot: number, hash: number): boolean {
  const at = walkSlot(tap);
  return slot < at || (slot === at && hash >>> 0 < walkPosition(tap));
}

// The door.

/** Whether all keys are written. */
export function isWalkOver({ words }: EffectLog): boolean {
  return Atomics.load(words, walkSlotWord) >= SLOT_COUNT;
}

/** Whether nothing that was published waits for the door. */
export function isTapEmpty(tap: EffectLog): boolean {
  return tap.written === tap.consumed;
}

/** A copy of what waits, at most `bytesMax`, which is taken. */
export function takeFromTap(tap: EffectLog, bytesMax: number): Buffer {
  const from = tap.consumed;
  const length = Math.min((tap.written - from) | 0, bytesMax);
  const taken = Buffer.allocUnsafe(length);
  const at = from & (tap.capacityBytes - 1);
  const first = Math.min(length, tap.capacityBytes - at);
  taken.set(tap.ring.subarray(at, at + first), 0);
  taken.set(tap.ring.subarray(0, length - first), first);
  tap.setConsumed((from + length) | 0);
  return taken;
}

/** Drops everything that waits. */
export function emptyTap(tap: EffectLog): void {
  tap.setConsumed(tap.written);
}
