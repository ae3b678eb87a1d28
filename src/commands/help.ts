/**
 * The HELP subcommand of a container, in Redis's layout: a head line, the container's own lines and
 * two about HELP itself, each as a simple string.
 */
import { about } from './about.ts';
import type { DoorCommand } from './command.ts';

/** `container` in upper case; `lines` are the subcommands with their texts, indented by four spaces. */
export function helpCommand(
  container: string, since: string, acl: readonly string[], lines: readonly string[], group = 'server',
): DoorCommand {
  return {
    name: 'help',
    arity: 2,
    flags: ['loading', 'stale'],
    acl,
    keys: [],
    text: about(group, since, 'Lists the subcommands.', `${container} HELP`),
    place: 'door',
    execute(call) {
      const all = [`${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...lines, 'HELP', '    Prints this help.'];
      call.reply.array(all.length);
      for (const line of all) call.reply.simple(line);
    },
  };
}
