/** What the words of a call make of keys whose specification says `variable_flags`. */
import { equalsIgnoreCase, wordBytes } from '../../protocol/ascii.ts';
import type { FoundKey, ListedCommand } from './command-index.ts';

const getWord = wordBytes('get');
const changeWords = [wordBytes('set'), wordBytes('incrby')];

export function keyFlagsOf({ name }: ListedCommand, words: readonly Uint8Array[], { flags }: FoundKey): readonly string[] {
  if (!flags.includes('variable_flags')) return flags.filter((flag) => flag !== 'incomplete');
  if (name === 'set') return has(words.slice(3), getWord) ? ['RW', 'access', 'update'] : ['OW', 'update'];
  if (name === 'bitfield') return changeWords.some((word) => has(words.slice(2), word)) ? ['RW', 'access', 'update'] : ['RO', 'access'];
  return flags;
}

function has(words: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return words.some((word) => equalsIgnoreCase(word, 0, word.length, wanted));
}
