/**
 * The working directory: relative paths of later directives, and of files the server writes, start from it.
 * The value is absolute; whoever composes the process changes into it.
 */
import { accessSync, constants, opendirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineOption, OptionError } from './option.ts';
import type { Option, Traits } from './option.ts';
import { systemReason } from './system-reason.ts';
import { quoteWord } from './words.ts';

export function directory(traits: Traits<string>): Option<string> {
  return defineOption({
    fallback: process.cwd(),
    domain: 'a directory',
    parse: ([word], { directory: from }) => {
      const path = resolve(from, word!);
      try {
        opendirSync(path).closeSync();
        accessSync(path, constants.X_OK);
      } catch (error) {
        throw new OptionError(systemReason(error), { cause: error });
      }
      return path;
    },
    format: (value) => value,
    fileText: quoteWord,
  }, traits);
}
