/**
 * The text of a command's row, in one line. Most commands take constant time, so that is what a row
 * says unless it is told otherwise.
 */
import type { CommandText } from './command.ts';

/** `summary` is in our own words, `syntax` Redis's argument grammar. */
export function about(group: string, since: string, summary: string, syntax: string, complexity = 'O(1)'): CommandText {
  return { group, since, summary, complexity, syntax };
}
