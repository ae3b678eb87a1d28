/** Loads a configuration from words as they would stand on a command line, and files in a temporary directory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../../src/config/command-line.ts';
import { Config } from '../../../src/config/config.ts';
import type { LoadedConfig, Setter } from '../../../src/config/config.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

export const local: Setter = { isLocal: true, isLoading: false };

export function load(argv: readonly string[], standardInput = ''): LoadedConfig {
  const commandLine = parseCommandLine(argv);
  if (commandLine.action !== 'run') throw new Error('not a start');
  return Config.load({ commandLine, readStandardInput: () => standardInput });
}

/** Writes files into a new directory and gives its path. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = makeTempDir('config');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

/** Loads `content` as a file. */
export function loadText(content: string, ...argv: string[]): LoadedConfig & { readonly path: string } {
  const path = join(directoryWith({ 'test.conf': content }), 'test.conf');
  return { ...load([path, ...argv]), path };
}

/** The message of the error that `run` throws. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
