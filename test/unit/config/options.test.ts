import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Option } from '../../../src/config/option.ts';
import { defaultValues, options, optionsByName } from '../../../src/config/options.ts';
import { tesseraVersion } from '../../../src/config/version.ts';

const rows = Object.entries<Option<unknown>>(options);

describe('the table of options', () => {
  it('has no name twice, as name or alias', () => {
    const names = rows.flatMap(([name, { aliases }]) => [name, ...aliases]);
    expect(names.length).toBe(new Set(names).size);
    expect(optionsByName.size).toBe(names.length);
  });

  it.each(rows)('%s accepts its own default, as CONFIG SET and as a file line', (_name, option) => {
    const context = { current: option.fallback, isFirst: true, directory: '/' };
    const text = option.format(option.fallback);
    const emptyPrimary = option.variadic && text === '' && option.fallback === undefined;
    const words = emptyPrimary ? ['no', 'one'] : option.variadic ? text.split(' ') : [text];
    expect(option.format(option.parse(words, context))).toBe(text);
    expect(option.lines(option.fallback).every(({ isDefault }) => isDefault)).toBe(true);
  });

  it('gives values that can be posted to another thread', () => {
    expect(structuredClone(defaultValues())).toEqual(defaultValues());
  });

  it('knows the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(tesseraVersion).toBe(version);
  });
});
