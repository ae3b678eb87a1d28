/**
 * Writes the keys of slots that move to another node into the shard's tap, a little at a time, between the batches of
 * commands. It waits while the tap is half full, so that there is room for the effects of the commands.
 */
import { SLOT_COUNT } from '../base/crc16.ts';
import { SlotMark } from '../channel/control.ts';
import { isTapOpen, isWalkOver, setWalk, walkPosition, walkSlot } from '../channel/slot-tap.ts';
import type { EffectWriter } from '../channel/effect-writer.ts';
import { emitEntry } from '../commands/emit-entry.ts';
import { keyLength, keyOffset } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { AddressList } from '../structures/address-list.ts';

/** A step ends after so many bytes, or after so many buckets of a table. */
const stepBytes = 32 * 1024;
const stepBuckets = 64;
const positionEnd = 2 ** 32;

export class SlotWalk {
  readonly #keyspace: Keyspace;
  readonly #writer: EffectWriter;
  readonly #marks: Uint8Array;
  readonly #found = new AddressList();

  constructor(keyspace: Keyspace, writer: EffectWriter, marks: Uint8Array) {
    this.#keyspace = keyspace;
    this.#writer = writer;
    this.#marks = marks;
  }

  /** Goes on; false if there is nothing to do, or no room for it. */
  step(): boolean {
    const tap = this.#writer.log;
    if (!isTapOpen(tap) || isWalkOver(tap) || tap.freeBytes < tap.capacityBytes / 2) return false;
    const start = this.#writer.position;
    let buckets = 0;
    for (let slot = this.#nextSlot(walkSlot(tap)); ; slot = this.#nextSlot(walkSlot(tap))) {
      if (slot !== walkSlot(tap)) setWalk(tap, slot, 0);
      if (slot >= SLOT_COUNT) break;
      for (; walkSlot(tap) === slot && buckets < stepBuckets && ((this.#writer.position - start) | 0) < stepBytes; buckets++) this.#bucket(slot);
      if (walkSlot(tap) === slot) break;
    }
    tap.publish();
    return true;
  }

  /** The first slot from `slot` on that leaves and has keys. */
  #nextSlot(slot: number): number {
    for (let next = slot; next < SLOT_COUNT; next++) {
      next = this.#keyspace.nextUsedSlot(0, next);
      if (next < 0) return SLOT_COUNT;
      if ((this.#marks[next]! & SlotMark.leaving) !== 0) return next;
    }
    return SLOT_COUNT;
  }

  #bucket(slot: number): void {
    const keyspace = this.#keyspace;
    const { arena } = keyspace;
    const tap = this.#writer.log;
    const found = this.#found;
    const position = walkPosition(tap);
    found.clear();
    const next = keyspace.scanSlot(0, slot, position, found);
    for (let i = 0; i < found.length; i++) {
      const entry = found.at(i);
      const [offset, length] = [keyOffset(arena, entry), keyLength(arena, entry)];
      // The table may have shrunk since the step before: then some come again.
      if (keyspace.hashOf(arena.u8, offset, length) >>> 0 < position) continue;
      emitEntry(this.#writer, 0, keyspace, entry, arena.u8, offset, length);
    }
    if (next < positionEnd) setWalk(tap, slot, next);
    else setWalk(tap, slot + 1, 0);
  }
}
