import { Arena } from '../../../src/memory/arena.ts';
import type { Purpose } from '../../../src/memory/arena.ts';

/** An arena whose allocations fail from the one on that `failsAfter` counts down to. */
export class FailingArena extends Arena {
  failsAfter = Infinity;

  static make(): FailingArena {
    return new FailingArena(Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 26 }).buffer);
  }

  override tryAlloc(bytes: number, purpose: Purpose): number {
    return this.failsAfter-- <= 0 ? 0 : super.tryAlloc(bytes, purpose);
  }
}
