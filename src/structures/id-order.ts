/**
 * The order of records of an ordered tree by the stream id that each begins with. A tree's keys are the
 * ids' milliseconds as numbers, so refs are only compared where two ids have the same ones.
 */
import type { Arena } from '../memory/arena.ts';
import { compareIdsAt, StreamId } from './stream-id.ts';
import { Order } from './tree-search.ts';

export class IdOrder extends Order {
  readonly #arena: Arena;
  /** What a probe is compared as. */
  readonly probe = new StreamId();

  constructor(arena: Arena) {
    super();
    this.#arena = arena;
  }

  override compare(refA: number, refB: number): number {
    return compareIdsAt(this.#arena.i32, refA * 2, refB * 2);
  }

  override compareProbe(ref: number): number {
    return this.probe.compareAt(this.#arena.i32, ref * 2);
  }
}
