/** The list of differences cannot rot: what it says is avoided is tried, and what it leaves out exists and is left out. */
import { describe, expect, test } from 'vitest';
import { dataTypeWords } from '../support/command-words.ts';
import { avoided, leftOut } from './differences.ts';
import { makeEpisode } from './episode.ts';
import { families } from './grammar.ts';
import { unmet } from './judge.ts';

describe('the commands that the generator makes', () => {
  const made = madeWords();
  const asked = dataTypeWords();
  const left = leftOut.flatMap(({ what }) => what);
  const isMade = (what: string): boolean => {
    const [name, ...words] = what.split(' ') as [string, ...string[]];
    return made.has(name) && words.every((word) => made.get(name)!.has(word));
  };

  test('include every command and option of the data types, but for those left out', () => {
    const missing = asked.filter((what) => !isMade(what) && !left.some((one) => what === one || what.startsWith(`${one} `)));
    expect(missing).toEqual([]);
  });

  test('include none that is said to be left out, and all those exist', () => {
    expect(left.filter(isMade)).toEqual([]);
    expect(left.filter((what) => !asked.includes(what))).toEqual([]);
    expect(left.filter((what, i) => left.indexOf(what) !== i)).toEqual([]);
  });

  test('would include every kind that is avoided', () => {
    expect(unmet(avoided).map(({ commands, reason }) => `${commands.join(' ')}: ${reason}`)).toEqual([]);
  });
});

/** The words that follow each command's name in some episodes of all families, in upper case. */
function madeWords(): Map<string, Set<string>> {
  const made = new Map<string, Set<string>>();
  for (const family of Object.keys(families)) {
    for (const command of makeEpisode(7, 15_000, family)) {
      const [name, ...words] = command.map((word) => word.toUpperCase()) as [string, ...string[]];
      const known = made.get(name) ?? new Set();
      made.set(name, known);
      for (const word of words) known.add(word);
    }
  }
  return made;
}
