/**
 * cluster.conf is the manual: every option that has an effect is in it once, with its default (or as an example where
 * the default is to be unset), its values and whether it can change; and it is a configuration without effect.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Option } from '../../../src/config/option.ts';
import { defaultValues, findOption, options } from '../../../src/config/options.ts';
import { splitWords } from '../../../src/config/words.ts';
import { load } from './support.ts';

const lines = readFileSync(new URL('../../../cluster.conf', import.meta.url), 'utf8').split('\n');
const effective = Object.entries<Option<unknown>>(options).filter(([, { unused }]) => unused === undefined);

/** Options whose default follows from the host. */
const fromHost = ['shards', 'dir'];

interface Entry {
  readonly name: string;
  readonly words: readonly string[];
  readonly facts: string;
  readonly isExample: boolean;
}

const entries = readEntries();

/** The directives after a line in square brackets, up to a blank line or the next brackets. */
function readEntries(): Entry[] {
  const found: Entry[] = [];
  let facts: string | undefined;
  for (const line of lines) {
    const stated = /^# \[(.+)\]$/.exec(line)?.[1];
    if (stated !== undefined || line === '') facts = stated;
    else if (facts !== undefined) {
      const [name, ...words] = splitWords(line.replace(/^# /, ''))!;
      found.push({ name: name!, words, facts, isExample: line.startsWith('# ') });
    }
  }
  return found;
}

describe('cluster.conf', () => {
  it('loads without a warning and changes nothing', () => {
    const { config, warnings } = load(['cluster.conf']);
    expect(warnings).toEqual([]);
    expect(config.values).toEqual(defaultValues());
  });

  it('has no option that is unknown or without effect', () => {
    const documented = entries.map(({ name }) => name);
    expect(documented.filter((name) => findOption(name)?.option.unused !== undefined || findOption(name) === undefined)).toEqual([]);
  });

  it.each(effective)('documents %s with its default, its values and when it can change', (name, option) => {
    const mine = entries.filter((entry) => entry.name === name);
    const change = option.immutable ? 'read at start' : 'can change while running';
    expect(mine.map(({ facts }) => facts)).toEqual(mine.map(() => `${option.domain}; ${change}`));
    expect(mine.length).toBe(option.lines(option.fallback).length);
    const context = { current: option.fallback, isFirst: true, directory: process.cwd() };
    for (const { words, isExample } of mine) {
      const isUnset = option.format(option.fallback) === '' || fromHost.includes(name);
      const isDefault = option.format(option.parse(words, context)) === option.format(option.fallback);
      expect({ words, isRight: isExample ? isUnset : isDefault }).toEqual({ words, isRight: true });
    }
  });
});
