/** What a grammar is made of: one kind of command, and how often it comes compared with the others. */
import type { Pick } from './pick.ts';

export interface Production {
  readonly weight: number;
  /** Words in latin1, the command's name first. */
  readonly produce: (pick: Pick) => string[];
}

export function row(weight: number, produce: Production['produce']): Production {
  return { weight, produce };
}

/** The cursor and options of a walk through all that there is, or seldom one that is avoided. */
export function walk(pick: Pick): string[] {
  const cursor = pick.chance(0.95) ? '0' : pick.of(['5', 'x', '', '-1']);
  return pick.chance(0.97) ? [cursor, 'COUNT', '100000'] : [cursor];
}
