/** What the rows of the hash commands have in common: one key, at argument 1. */
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { FlagName, ShardCommand } from '../command.ts';
import type { Extent } from '../extent.ts';
import { oneKey } from '../key-specs.ts';

interface HashRow {
  readonly since: string;
  readonly summary: string;
  readonly complexity?: string;
  readonly syntax: string;
  readonly extent?: Extent;
}

/** `flags` and `keyFlags` are words separated by spaces. */
export function hashRow(
  name: string, arity: number, flags: string, keyFlags: string, row: HashRow, execute: (call: Call) => void,
): ShardCommand {
  return {
    name,
    arity,
    flags: flags.split(' ') as FlagName[],
    acl: ['hash'],
    keys: oneKey(keyFlags),
    text: about('hash', row.since, row.summary, row.syntax, row.complexity),
    place: 'shard',
    ...(row.extent === undefined ? {} : { extent: row.extent }),
    execute,
  };
}
