/**
 * Reads configuration sources into values, in Redis's syntax: a directive a line, `#` comments, quoting, `include`
 * with wildcards, later lines over earlier ones. An unknown directive or a bad value throws ConfigFileError with
 * the source, the line, the directive and the reason; a directive without effect here gives one warning a name.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ConfigFileError } from './config-error.ts';
import type { Place } from './config-error.ts';
import { OptionError } from './option.ts';
import { findOption } from './options.ts';
import type { ConfigValues, OptionName } from './options.ts';
import { systemReason } from './system-reason.ts';
import { tesseraVersion } from './version.ts';
import { splitWords } from './words.ts';

/** Includes may nest this deep: an include of itself must end. */
const includeDepthMax = 16;

export interface ReadState {
  readonly values: Record<string, unknown>;
  readonly warnings: string[];
  /** Names given so far, of directives and of the foreign ones that were warned about. */
  readonly seen: Set<string>;
  directory: string;
}

/** Reads a file that must exist; `path` is relative to the state's directory. */
export function readConfigFile(path: string, state: ReadState, depth = 0): void {
  const absolutePath = resolve(state.directory, path);
  let content: string;
  try {
    content = readFileSync(absolutePath, 'utf8');
  } catch (error) {
    throw new ConfigFileError(`Fatal error, can't open config file '${absolutePath}': ${systemReason(error)}`, { cause: error });
  }
  readConfigText(absolutePath, content, state, depth);
}

export function readConfigText(source: string, content: string, state: ReadState, depth = 0): void {
  for (const [index, rawLine] of content.split('\n').entries()) {
    const line = rawLine.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, '');
    if (line === '' || line.startsWith('#')) continue;
    const place = { source, lineNumber: index + 1, line };
    try {
      readLine(place, state, depth);
    } catch (error) {
      if (error instanceof OptionError) throw fatal(error.message, place);
      throw error;
    }
  }
}

/** The block that redis-server prints, with our name and the source. */
export function fatal(reason: string, place?: Place): ConfigFileError {
  const where = place === undefined
    ? ''
    : `Reading the configuration file, at line ${place.lineNumber} (${place.source})\n>>> '${place.line}'\n`;
  return new ConfigFileError(`\n*** FATAL CONFIG FILE ERROR (Tessera ${tesseraVersion}) ***\n${where}${reason}`);
}

function readLine(place: Place, state: ReadState, depth: number): void {
  const words = splitWords(place.line);
  if (words === undefined) throw new OptionError('Unbalanced quotes in configuration line');
  const [first, ...args] = words;
  if (first === undefined) return;
  const name = first.toLowerCase();
  const found = findOption(name);
  if (found !== undefined) {
    setOption(found.name, args, state);
    if (found.option.unused !== undefined) warnOnce(found.name, found.option.unused, place, state);
  } else if (name === 'include' && args.length === 1) {
    include(args[0]!, state, depth);
  } else {
    readForeign(name, args, place, state);
  }
}

function setOption(name: OptionName, args: readonly string[], state: ReadState): void {
  const { option } = findOption(name)!;
  // As in Redis, an option of several words may be given as one quoted word.
  const words = option.variadic && args.length === 1 && args[0] !== '' ? splitWords(args[0]!) : args;
  if (words === undefined) throw new OptionError('Unbalanced quotes in configuration line');
  state.values[name] = option.parse(words, {
    current: state.values[name],
    isFirst: !state.seen.has(name),
    directory: state.directory,
  });
  state.seen.add(name);
  if (name === 'dir') state.directory = (state.values as unknown as ConfigValues).dir;
}

function include(pattern: string, state: ReadState, depth: number): void {
  if (depth >= includeDepthMax) throw new OptionError(`includes are nested more than ${includeDepthMax} deep`);
  if (!/[*?[]/.test(pattern)) {
    readConfigFile(pattern, state, depth + 1);
    return;
  }
  const isShown = (path: string): boolean => !basename(path).startsWith('.') || basename(pattern).startsWith('.');
  for (const path of globSync(pattern, { cwd: state.directory }).filter(isShown).toSorted()) {
    readConfigFile(path, state, depth + 1);
  }
}

const everyCount = { min: 0, max: Number.POSITIVE_INFINITY };

/** Directives of Redis that are no options: what they do is not there, so they are accepted with a warning. */
const foreignDirectives: Record<string, { min: number; max: number; reason: string }> = {
  'list-max-ziplist-entries': { min: 1, max: 1, reason: 'replaced by list-max-listpack-size' },
  'list-max-ziplist-value': { min: 1, max: 1, reason: 'replaced by list-max-listpack-size' },
  'lua-replicate-commands': { min: 1, max: 1, reason: 'scripts always replicate their effects' },
  'rename-command': { min: 2, max: 2, reason: 'commands keep their names' },
  loadmodule: { ...everyCount, min: 1, reason: 'there are no modules' },
};

/** Options of the modules that Redis 8 bundles, and `module.option`. */
const moduleOption = /^(bf|cf|search|ts|json)-|\./;

function readForeign(name: string, args: readonly string[], place: Place, state: ReadState): void {
  const known = foreignDirectives[name];
  if (known !== undefined && args.length >= known.min && args.length <= known.max) {
    warnOnce(name, known.reason, place, state);
  } else if (name === 'user' && args.length > 0) {
    // Starting without the users of an existing file would open the server to everyone.
    throw new OptionError('this version has no access control lists; use requirepass');
  } else if (name === 'sentinel') {
    throw new OptionError('sentinel directive while not in sentinel mode');
  } else if (moduleOption.test(name) && args.length === 1) {
    warnOnce(name, 'there are no modules', place, state);
  } else {
    throw new OptionError('Bad directive or wrong number of arguments');
  }
}

function warnOnce(name: string, reason: string, { source, lineNumber }: Place, state: ReadState): void {
  const key = `warned ${name}`;
  if (state.seen.has(key)) return;
  state.seen.add(key);
  state.warnings.push(`'${name}' is accepted without effect: ${reason} (${source}, line ${lineNumber})`);
}
