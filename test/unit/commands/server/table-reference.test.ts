/**
 * The command table against the facts gathered about every command of Redis and Valkey: arity, flags, ACL
 * categories, key specifications, first version and grammar. The facts lie beside the repository, where they exist.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aclCategoriesOf } from '../../../../src/commands/server/acl-categories.ts';
import { CommandIndex, type ListedCommand } from '../../../../src/commands/server/command-index.ts';
import type { KeySpec } from '../../../../src/commands/command.ts';

const path = new URL('../../../../../shared/reference/commands.json', import.meta.url);

interface ReferenceSpec {
  readonly begin: { readonly index?: { index: number }; readonly keyword?: { keyword: string; startfrom: number }; readonly unknown?: object };
  readonly find: {
    readonly unknown?: object;
    readonly range?: { lastkey: number; keystep: number; limit: number };
    readonly keynum?: { keynumidx: number; firstkey: number; keystep: number };
  };
  readonly flags: readonly string[];
}

interface ReferenceCommand {
  readonly name: string;
  readonly group: string;
  readonly since_redis?: string;
  readonly arity?: number;
  readonly flags?: readonly string[];
  readonly acl?: readonly string[];
  readonly keys?: readonly ReferenceSpec[];
  readonly syntax?: string;
}

const reference: ReadonlyMap<string, ReferenceCommand> = new Map(
  (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ReferenceCommand[]) : [])
    .map((command) => [command.name.toLowerCase().replace(' ', '|'), command]));
const listed = new CommandIndex().all;
const unknownKey = { begin: { unknown: true }, find: { unknown: true } } as const;

describe.skipIf(reference.size === 0)('the command table', () => {
  it('has no command that nobody knows', () => {
    expect(listed.map(({ name }) => name).filter((name) => !reference.has(name))).toEqual([]);
  });

  it('names commands only once, and each with a summary', () => {
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
    expect(listed.filter(({ row }) => row.text.summary === '').map(({ name }) => name)).toEqual([]);
  });

  // Of commands that Valkey alone has, less is known.
  it.each(listed.filter(({ name }) => reference.get(name)?.since_redis !== undefined))('describes $name as it is known', (command) => {
    expect(factsOf(command)).toEqual(knownFacts(reference.get(command.name)!));
  });
});

/** may_replicate is kept from clients, here as in Redis. */
function factsOf({ row }: ListedCommand): object {
  return {
    group: row.text.group, since: row.text.since, arity: row.arity,
    flags: row.flags.filter((flag) => flag !== 'may_replicate').toSorted(), acl: aclCategoriesOf(row).toSorted(),
    keys: row.keys.map((spec) => ({ ...('unknown' in spec.begin ? unknownKey : spec), flags: spec.flags.toSorted() })), syntax: row.text.syntax,
  };
}

function knownFacts({ group, since_redis: since, arity, flags, acl, keys, syntax }: ReferenceCommand): object {
  return {
    group, since, arity, flags: flags!.map((flag) => flag.toLowerCase()).toSorted(), acl: acl!.map((category) => category.slice(1)).toSorted(),
    keys: keys!.map(specOf), syntax: syntax!.replaceAll(/\{[\d.]+\}/g, ''),
  };
}

function specOf({ begin, find, flags }: ReferenceSpec): KeySpec {
  if (begin.unknown !== undefined) return { ...unknownKey, flags: flags.toSorted() };
  const { index, keyword } = begin;
  const { range, keynum } = find;
  return {
    begin: index === undefined ? { keyword: keyword!.keyword, startFrom: keyword!.startfrom } : { index: index.index },
    find: range === undefined
      ? { keyNumIndex: keynum!.keynumidx, firstKey: keynum!.firstkey, step: keynum!.keystep }
      : { lastKey: range.lastkey, step: range.keystep, limit: range.limit },
    flags: flags.toSorted(),
  };
}
