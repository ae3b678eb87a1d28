/** An input of ZUNION and its likes: a sorted set, or a key that is not there. */
import { ValueType } from '../../keyspace/entry.ts';
import type { SortedSetCursor } from '../../keyspace/sorted-sets/cursor.ts';
import type { SortedSets } from '../../keyspace/sorted-sets.ts';
import type { Call } from '../call.ts';
import { findCollection, wrongTypeEntry } from '../collection.ts';

export class Operand {
  /** What scores are multiplied by. */
  weight = 1;
  readonly #sortedSets: SortedSets;
  /** 0 for a key that is not there. */
  readonly #entry: number;

  constructor(sortedSets: SortedSets, entry: number) {
    this.#sortedSets = sortedSets;
    this.#entry = entry;
  }

  get size(): number {
    return this.#entry === 0 ? 0 : this.#sortedSets.length(this.#entry);
  }

  /** Calls `visit` for each member while it answers true. */
  each(visit: (member: SortedSetCursor) => boolean): void {
    if (this.#entry === 0) return;
    const { cursor } = this.#sortedSets;
    for (let on = cursor.moveTo(this.#entry, 0); on; on = cursor.next()) if (!visit(cursor)) return;
  }

  /** The score of a member; NaN when it is none. */
  scoreOf({ bytes, offset, length }: SortedSetCursor): number {
    return this.#entry === 0 ? Number.NaN : this.#sortedSets.scoreOf(this.#entry, bytes, offset, length);
  }
}

/** The operands that the `count` key arguments from `first` on are; undefined after an error reply. */
export function findOperands(call: Call, first: number, count: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let i = first; i < first + count; i++) {
    const entry = findCollection(call, i, ValueType.zset);
    if (entry === wrongTypeEntry) return undefined;
    operands.push(new Operand(call.keyspaceOf(i).sortedSets, entry));
  }
  return operands;
}
