import type { CommandText } from './command.ts';

/** A row's text; most commands take constant time. */
export function about(group: string, since: string, summary: string, syntax: string, complexity = 'O(1)'): CommandText {
  return { group, since, summary, complexity, syntax };
}
