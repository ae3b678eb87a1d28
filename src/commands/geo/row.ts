/** What the rows of the geo commands have in common. */
import { about } from '../about.ts';
import type { KeySpec, ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

interface GeoCommand extends Pick<ShardCommand, 'arity' | 'flags' | 'execute'> {
  /** Flags of the only key, or all specifications. */
  readonly keys: string | readonly KeySpec[];
  readonly since: string;
  readonly summary: string;
  readonly syntax: string;
  readonly complexity: string;
}

export function geoRow(name: string, { arity, flags, keys, since, summary, syntax, complexity, execute }: GeoCommand): ShardCommand {
  return {
    name, arity, flags, acl: ['geo'], keys: typeof keys === 'string' ? oneKey(keys) : keys,
    text: about('geo', since, summary, syntax, complexity), place: 'shard', execute,
  };
}
