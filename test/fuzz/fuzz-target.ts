/**
 * One thing to fuzz. `run` makes one case from its seeded randomness and throws when a promise is
 * broken; the same seed makes the same case. `open` and `close` surround all cases, for targets
 * that need a server.
 */
import type { Random } from '../../src/base/random.ts';

export interface FuzzTarget {
  readonly name: string;
  open?(): Promise<void>;
  run(random: Random): void | Promise<void>;
  close?(): Promise<void>;
}
