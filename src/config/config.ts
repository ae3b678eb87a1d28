/**
 * The configuration of a running server: values by option name, and the commands CONFIG GET, SET and REWRITE over
 * them. CONFIG SET is atomic: all values are checked, then set, then the hooks run; when one refuses, everything
 * goes back and the hooks run again for the old values. Only one CONFIG SET is under way at a time.
 */
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { rewriteConfigText } from './config-file-rewrite.ts';
import { fatal, readConfigFile, readConfigText } from './config-reader.ts';
import type { ReadState } from './config-reader.ts';
import type { CommandLine } from './command-line.ts';
import { isPattern, matchesPattern } from './name-pattern.ts';
import { OptionError } from './option.ts';
import { defaultValues, findOption, isSensitive, optionsByName } from './options.ts';
import type { ConfigValues, NamedOption, OptionName } from './options.ts';
import { systemReason } from './system-reason.ts';

/** Called after values changed; throwing (or rejecting) refuses the change with the error's message as reason. */
export type ChangeHook = (values: ConfigValues) => void | Promise<void>;

export interface Setter {
  /** Connected through the loopback interface or a unix socket. */
  readonly isLocal: boolean;
  /** The data set is being loaded. */
  readonly isLoading: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One text for each directive that has no effect here. */
  readonly warnings: readonly string[];
}

export interface LoadInput {
  readonly commandLine: Extract<CommandLine, { action: 'run' }>;
  /** Gives the whole of standard input; called when the command line asks for it. */
  readonly readStandardInput: () => string;
}

export class Config {
  /** Live: CONFIG SET changes it in place. Structured-cloneable. */
  readonly values: ConfigValues;
  /** Absolute; undefined when the server runs without one. */
  readonly filePath: string | undefined;
  readonly #hooks: { readonly names: readonly OptionName[]; readonly hook: ChangeHook }[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(values: ConfigValues = defaultValues(), filePath?: string) {
    this.values = values;
    this.filePath = filePath;
  }

  /** Reads the file, then standard input, then the options. Throws ConfigFileError. */
  static load({ commandLine, readStandardInput }: LoadInput): LoadedConfig {
    const startDirectory = process.cwd();
    const values = { ...defaultValues(), dir: startDirectory };
    const state: ReadState = { values, warnings: [], seen: new Set(), directory: startDirectory };
    const filePath = commandLine.configFile === undefined ? undefined : resolve(startDirectory, commandLine.configFile);
    if (filePath !== undefined) readConfigFile(filePath, state);
    if (commandLine.readsStandardInput) readConfigText('standard input', readStandardInput(), state);
    readConfigText('command line', commandLine.lines.join('\n'), state);
    checkTogether(values);
    return { config: new Config(values, filePath), warnings: state.warnings };
  }

  /** Runs `hook` once after any of `names` changed by CONFIG SET. Hooks run in the order they were added. */
  onChange(names: readonly OptionName[], hook: ChangeHook): void {
    this.#hooks.push({ names, hook });
  }

  /** Names and values that match any of the patterns; a name that is no pattern is answered as it was written. */
  configGet(patterns: readonly string[]): [name: string, value: string][] {
    const matches = new Map<string, string>();
    for (const pattern of patterns) {
      const names = isPattern(pattern) ? this.#visibleNames().filter((name) => matchesPattern(pattern, name)) : [pattern];
      for (const name of names) {
        const found = findOption(name);
        const isNew = ![...matches.keys()].some((known) => known.toLowerCase() === name.toLowerCase());
        if (found !== undefined && isNew) matches.set(name, this.#text(found));
      }
    }
    return [...matches];
  }

  /** Whether the value of an option must be kept out of logs. */
  isSensitive(name: string): boolean {
    return isSensitive(name);
  }

  /** Rejects with ConfigError; then nothing has changed. */
  async configSet(pairs: readonly (readonly [name: string, value: string])[], setter: Setter): Promise<void> {
    const earlier = this.#settled;
    const { promise, resolve: settle } = Promise.withResolvers<void>();
    this.#settled = promise;
    try {
      await earlier;
      await this.#set(pairs, setter);
    } finally {
      settle();
    }
  }

  /** Brings the configuration file up to date, atomically. Throws ConfigError. */
  rewrite(): void {
    if (this.filePath === undefined) throw new ConfigError('ERR The server is running without a config file');
    try {
      replaceFile(this.filePath, rewriteConfigText(readIfThere(this.filePath), this.values));
    } catch (error) {
      throw new ConfigError(`ERR Rewriting config file: ${systemReason(error)}`, { cause: error });
    }
  }

  async #set(pairs: readonly (readonly [string, string])[], setter: Setter): Promise<void> {
    const changes = this.#checkPairs(pairs, setter);
    const before: Partial<Record<OptionName, unknown>> = {};
    const target = this.values as Record<OptionName, unknown>;
    const changed = new Set<OptionName>();
    for (const { found, name, value } of changes) {
      const previous = target[found.name];
      try {
        target[found.name] = found.option.parse(wordsOf(found.option.variadic, value), {
          current: previous, isFirst: true, directory: this.values.dir,
        });
      } catch (error) {
        Object.assign(target, before);
        throw refusal(name, error);
      }
      if (!(found.name in before)) before[found.name] = previous;
      if (found.option.format(target[found.name]) !== found.option.format(previous)) changed.add(found.name);
    }
    await this.#runHooks(changed, before, changes);
  }

  async #runHooks(changed: ReadonlySet<OptionName>, before: object, changes: readonly Change[]): Promise<void> {
    const hooks = this.#hooks.filter(({ names }) => names.some((name) => changed.has(name)));
    for (const [index, { names, hook }] of hooks.entries()) {
      try {
        await hook(this.values);
      } catch (error) {
        Object.assign(this.values, before);
        // A hook took the old values before; should it refuse them now, the values still say what was configured.
        for (const earlier of hooks.slice(0, index + 1)) await Promise.try(earlier.hook, this.values).catch(() => {});
        const culprit = changes.find(({ found }) => changed.has(found.name) && names.includes(found.name))!;
        throw refusal(culprit.name, error);
      }
    }
  }

  #checkPairs(pairs: readonly (readonly [string, string])[], setter: Setter): Change[] {
    const changes: Change[] = [];
    for (const [name, value] of pairs) {
      const found = findOption(name);
      if (found === undefined) {
        throw new ConfigError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
      }
      const key = found.alias ?? found.name;
      this.#checkAllowed(name, found, setter);
      if (changes.some((change) => change.name === key)) throw refusal(name, new OptionError('duplicate parameter'));
      changes.push({ name: key, found, value });
    }
    return changes;
  }

  #checkAllowed(name: string, { option }: NamedOption, setter: Setter): void {
    const who = this.values['enable-protected-configs'];
    if (option.immutable) throw refusal(name, new OptionError("can't set immutable config"));
    if (option.isProtected && who !== 'yes' && !(who === 'local' && setter.isLocal)) {
      throw refusal(name, new OptionError("can't set protected config"));
    }
    if (option.denyLoading && setter.isLoading) {
      throw new ConfigError('LOADING Redis is loading the dataset in memory');
    }
  }

  #visibleNames(): string[] {
    return [...optionsByName].filter(([, { option }]) => !option.hidden).map(([name]) => name);
  }

  #text({ name, option }: NamedOption): string {
    return option.format(this.values[name]);
  }
}

interface Change {
  readonly name: string;
  readonly found: NamedOption;
  readonly value: string;
}

/** The words of a CONFIG SET value: blanks do not run together, and there is no quoting. */
function wordsOf(isVariadic: boolean, value: string): string[] {
  if (!isVariadic) return [value];
  return value === '' ? [] : value.split(' ');
}

function refusal(name: string, error: unknown): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`, { cause: error });
}

/** What only shows when every directive has been read. */
function checkTogether(values: ConfigValues): void {
  if (values['cluster-enabled'] && values.replicaof !== undefined) {
    throw fatal('replicaof directive not allowed in cluster mode');
  }
  if (values.logfile === '') return;
  try {
    closeSync(openSync(resolve(values.dir, values.logfile), 'a'));
  } catch (error) {
    throw fatal(`Can't open the log file: ${systemReason(error)}`);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Writes beside the file, syncs, and renames over it: a crash leaves the old or the new text, whole. */
function replaceFile(path: string, content: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644;
  const temporaryPath = `${path}.${process.pid}.tmp`;
  const file = openSync(temporaryPath, 'w', 0o600);
  try {
    try {
      writeFileSync(file, content);
      fchmodSync(file, mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporaryPath, path);
  } catch (error) {
    rmSync(temporaryPath, { force: true });
    throw error;
  }
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}
