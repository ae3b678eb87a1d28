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
