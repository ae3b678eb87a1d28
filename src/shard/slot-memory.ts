/**
 * How much memory slots take: their tables, keys and values, added up key by key, exactly. Nobody keeps this figure, so
 * that writing costs nothing for it; whoever asks pays. One step looks at a bounded number of blocks, so that commands are
 * served in between; a key that comes or goes between two steps may count or not. A single value is measured at once.
 */
import { keyLength, keyOffset, typeOf, ValueType } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { AddressList } from '../structures/address-list.ts';

/** What remains to be measured; of the first slot a part may be done. */
export interface SlotMeasurement {
  readonly slots: readonly number[];
  /** The hash position reached in the first slot, and the bytes before it. */
  readonly position: number;
  readonly bytes: number;
}

export interface SlotMeasures {
  /** Of the first slots, as many as the step came through. */
  readonly bytes: readonly number[];
  readonly rest: SlotMeasurement;
}

const positionEnd = 2 ** 32;
const found = new AddressList();

/** Goes on for about `blockBudget` blocks. */
export function measureSlots(keyspace: Keyspace, { slots, position, bytes }: SlotMeasurement, blockBudget: number): SlotMeasures {
  const done: number[] = [];
  let at = position;
  let sum = bytes;
  let budget = blockBudget;
  while (done.length < slots.length && budget > 0) {
    const slot = slots[done.length]!;
    if (at === 0) sum = keyspace.tableBytes(0, slot);
    found.clear();
    const next = keyspace.scanSlot(0, slot, at, found);
    budget--;
    for (let i = 0; i < found.length; i++) {
      const entry = found.at(i);
      // The table may have shrunk since the step before: then some come again.
      if (hashOf(keyspace, entry) < at) continue;
      sum += keyspace.entryBytes(entry);
      budget -= blocksOf(keyspace, entry);
    }
    at = next;
    if (next < positionEnd) continue;
    done.push(sum);
    at = 0;
    sum = 0;
  }
  return { bytes: done, rest: { slots: slots.slice(done.length), position: at, bytes: sum } };
}

function hashOf(keyspace: Keyspace, entry: number): number {
  const { arena } = keyspace;
  return keyspace.hashOf(arena.u8, keyOffset(arena, entry), keyLength(arena, entry)) >>> 0;
}

function blocksOf(keyspace: Keyspace, entry: number): number {
  return typeOf(keyspace.arena, entry) === ValueType.string ? 1 : 1 + keyspace.kindOf(entry).blockCount(entry);
}
