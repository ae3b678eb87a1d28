/**
 * One thing to fuzz. `run` makes one case from its seeded randomness and throws when a promise is
 * broken; the same seed makes the same case. `open` and `close` surround all cases, for targets
 * that need a server.
 */
import type { Random } from '../../src/base/random.ts';

export interface FuzzTarget {
  readonly name: string;
  /** So many cases are run however little time there is, unless a number is asked for. */
  readonly casesMin?: number;
  open?(): Promise<void>;
  run(random: Random): void | Promise<void>;
  close?(): Promise<void>;
  /** What all cases so far came to. */
  summary?(): string;
}
