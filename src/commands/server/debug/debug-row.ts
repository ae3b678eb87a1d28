/**
 * Rows of DEBUG's parts. To clients DEBUG is one command, so a part has no arity of its own: what does
 * not fit is answered as an unknown subcommand, as Redis does.
 */
import * as errors from '../../../protocol/errors.ts';
import { about } from '../../about.ts';
import type { Call } from '../../call.ts';
import type { CommandText, DoorCommand, RequestArguments, ShardCommand } from '../../command.ts';
import type { DoorCall } from '../../door-call.ts';

/** The least and the most arguments, with DEBUG itself. */
export type ArgumentCount = readonly [least: number, most: number];

const shared = { arity: -2, flags: ['admin', 'noscript', 'loading', 'stale'], acl: [], keys: [] } as const;

export function doorPart(name: string, count: ArgumentCount, execute: (call: DoorCall) => void | Promise<void>): DoorCommand {
  return { ...shared, name, text: text(name), place: 'door', execute: (call) => (fits(call, count) ? execute(call) : undefined) };
}

/** Runs on every shard under a lease, or on one: `route` gives that shard's number or slot, or -1. */
export function shardPart(
  name: string, count: ArgumentCount, execute: (call: Call) => void, route?: (request: RequestArguments, shardCount: number) => number,
): ShardCommand {
  const anyShard = (request: RequestArguments, shardCount: number): number =>
    request.argc < count[0] || request.argc > count[1] ? 0 : route?.(request, shardCount) ?? -1;
  return {
    ...shared, name, text: text(name), place: 'every-shard', route: anyShard,
    execute(call) {
      if (fits(call, count)) execute(call);
    },
  };
}

function text(name: string): CommandText {
  return about('server', '1.0.0', 'A part of DEBUG.', `DEBUG ${name.toUpperCase()}`, 'Depends on subcommand.');
}

function fits(call: Call | DoorCall, [least, most]: ArgumentCount): boolean {
  if (call.argc >= least && call.argc <= most) return true;
  call.fail(errors.subcommandSyntax(call.latin1(1), 'DEBUG'));
  return false;
}
