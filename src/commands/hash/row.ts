/** What the rows of the hash commands have in common: one key, at argument 1. */
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { FlagName, ShardCommand } from '../command.ts';
import { oneKey } from '../key-specs.ts';

interface HashText {
  readonly since: string;
  readonly summary: string;
  readonly complexity?: string;
  readonly syntax: string;
}

/** `flags` and `keyFlags` are words separated by spaces. */
export function hashRow(
  name: string, arity: number, flags: string, keyFlags: string, text: HashText, execute: (call: Call) => void,
): ShardCommand {
  return {
    name,
    arity,
    flags: flags.split(' ') as FlagName[],
    acl: ['hash'],
    keys: oneKey(keyFlags),
    text: about('hash', text.since, text.summary, text.syntax, text.complexity),
    place: 'shard',
    execute,
  };
}
