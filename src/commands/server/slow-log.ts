/** SLOWLOG: the newest slow commands (src/observe/slow-log.ts keeps them). */
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { ContainerCommand, DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';

const defaultCount = 10;

export const slowlog: ContainerCommand = {
  name: 'slowlog',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('server', '2.2.12', 'Holds the commands about the slow log.', 'SLOWLOG', 'Depends on subcommand.'),
  subcommands: [
    row('get', -2, 'Gives the newest entries.', 'SLOWLOG GET [count]', 'O(N) where N is the number of entries returned', get),
    helpCommand('SLOWLOG', '6.2.0', [], [
      'GET [<count>]',
      '    Return top <count> entries from the slowlog (default: 10, -1 mean all).',
      '    Entries are made of:',
      '    id, timestamp, time in microseconds, arguments array, client IP and port,',
      '    client name',
      'LEN',
      '    Return the length of the slowlog.',
      'RESET',
      '    Reset the slowlog.',
    ]),
    row('len', 2, 'Counts the entries.', 'SLOWLOG LEN', 'O(1)', (call) => call.reply.integer(slowLogOf(call).length)),
    row('reset', 2, 'Removes all entries.', 'SLOWLOG RESET', 'O(N) where N is the number of entries in the slowlog', (call) => {
      slowLogOf(call).reset();
      call.reply.ok();
    }),
  ],
};

function row(name: string, arity: number, summary: string, syntax: string, complexity: string, execute: (call: DoorCall) => void): DoorCommand {
  return {
    name, arity, flags: ['admin', 'loading', 'stale'], acl: [], keys: [], text: about('server', '2.2.12', summary, syntax, complexity),
    place: 'door', execute,
  };
}

function get(call: DoorCall): void {
  if (call.argc > 3) return call.fail(errors.subcommandSyntax(call.latin1(1), 'SLOWLOG'));
  const count = call.argc === 3 ? call.int(2) : defaultCount;
  if (Number.isNaN(count) || count < -1) return call.fail(errors.slowlogCount);
  replyEntries(call, count);
}

function replyEntries(call: DoorCall, count: number): void {
  const { reply } = call;
  const entries = slowLogOf(call).newest(count);
  reply.array(entries.length);
  for (const { id, atSeconds, us, args, clientAddress, clientName } of entries) {
    reply.array(6);
    reply.integer(id);
    reply.integer(atSeconds);
    reply.integer(us);
    reply.array(args.length);
    for (const arg of args) reply.bulk(arg, 0, arg.length);
    reply.bulkString(clientAddress);
    reply.bulkString(clientName);
  }
}

/** With all commands in it that were answered before this one. */
function slowLogOf({ server }: DoorCall): DoorCall['server']['slowLog'] {
  server.takeReports();
  return server.slowLog;
}
