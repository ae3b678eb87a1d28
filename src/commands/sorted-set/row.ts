/** What the rows of the commands about sorted sets have in common. */
import { about } from '../about.ts';
import type { FlagName, KeySpec, ShardCommand } from '../command.ts';
import type { Extent } from '../extent.ts';
import { oneKey } from '../key-specs.ts';

export interface SortedSetRow {
  readonly arity: number;
  readonly flags: readonly FlagName[];
  /** Flags of the one key at argument 1, or whole specifications. */
  readonly keys: string | readonly KeySpec[];
  readonly since: string;
  readonly summary: string;
  readonly syntax: string;
  readonly complexity?: string;
  readonly quickArgc?: number;
  readonly extent?: Extent;
  readonly execute: ShardCommand['execute'];
}

export function sortedSetRow(name: string, { arity, flags, keys, since, summary, syntax, complexity, quickArgc, extent, execute }: SortedSetRow): ShardCommand {
  return {
    name, arity, flags, acl: ['sortedset'], keys: typeof keys === 'string' ? oneKey(keys) : keys,
    text: about('sorted-set', since, summary, syntax, complexity), place: 'shard',
    ...(quickArgc === undefined ? {} : { quickArgc }), ...(extent === undefined ? {} : { extent }), execute,
  };
}
