/** What the rows of the connection group share: no keys, executed on the door. */
import { about } from '../about.ts';
import type { DoorCommand, FlagName } from '../command.ts';

/** Flags of commands that are allowed at any time, even before authentication. */
export const alwaysAllowed: readonly FlagName[] = ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'];

export interface Purpose {
  readonly since: string;
  readonly summary: string;
  readonly syntax: string;
  readonly complexity?: string;
}

export function connectionRow(
  name: string, arity: number, flags: readonly FlagName[],
  { since, summary, syntax, complexity = 'O(1)' }: Purpose, execute: DoorCommand['execute'],
): DoorCommand {
  return {
    name, arity, flags, acl: ['connection'], keys: [],
    text: about('connection', since, summary, syntax, complexity),
    place: 'door', execute,
  };
}
