/**
 * The one table of options, and its index by name. Names of Redis 7.0 to 8.x and Valkey 8 to 9, and `shards`, which
 * is ours. Aliases are names of their own in CONFIG GET and CONFIG SET, with the same value.
 */
import type { Option } from './option.ts';
import { clusterOptions } from './table/cluster.ts';
import { memoryOptions } from './table/memory.ts';
import { networkOptions } from './table/network.ts';
import { observeOptions } from './table/observe.ts';
import { persistenceOptions } from './table/persistence.ts';
import { processOptions } from './table/process.ts';
import { securityOptions } from './table/security.ts';

export const options = {
  ...networkOptions,
  ...processOptions,
  ...securityOptions,
  ...memoryOptions,
  ...persistenceOptions,
  ...clusterOptions,
  ...observeOptions,
};

export type OptionName = keyof typeof options;

/** Every option's value by its name: numbers (bytes, seconds, ... as the manual says), booleans, texts, lists. */
export type ConfigValues = {
  readonly [Name in OptionName]: (typeof options)[Name] extends Option<infer Value> ? Value : never;
};

export interface NamedOption {
  /** The name of the row; `alias` is another one it was found by. */
  readonly name: OptionName;
  readonly alias: string | undefined;
  readonly option: Option<unknown>;
}

/** In the order of the table; each row is followed by its aliases. */
export const optionsByName: ReadonlyMap<string, NamedOption> = new Map(
  Object.entries<Option<unknown>>(options).flatMap(([key, option]) => {
    const name = key as OptionName;
    const aliases = option.aliases.map((alias): [string, NamedOption] => [alias, { name, alias, option }]);
    return [[name as string, { name, alias: undefined, option }] as [string, NamedOption], ...aliases];
  }),
);

/** Names are found in any case. */
export function findOption(name: string): NamedOption | undefined {
  return optionsByName.get(name.toLowerCase());
}

/** Whether the value of the option must be kept out of logs. */
export function isSensitive(name: string): boolean {
  return findOption(name)?.option.sensitive ?? false;
}

/** A fresh set of defaults. */
export function defaultValues(): ConfigValues {
  const values = Object.entries<Option<unknown>>(options).map(([name, option]) => [name, option.fallback]);
  return Object.fromEntries(values) as ConfigValues;
}
