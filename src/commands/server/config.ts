/** CONFIG: reads and changes the configuration while the server runs; src/config/config.ts does the work. */
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { ContainerCommand, DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';
import { helpCommand } from '../help.ts';
import { isLocal } from '../is-local.ts';

export const config: ContainerCommand = {
  name: 'config',
  arity: -2,
  flags: [],
  acl: [],
  keys: [],
  text: about('server', '2.0.0', 'Holds the commands about the configuration.', 'CONFIG', 'Depends on subcommand.'),
  subcommands: [
    row('get', -3, '2.0.0', 'Gives parameters and their values.', 'CONFIG GET parameter [parameter ...]', perParameter(), get),
    helpCommand('CONFIG', '5.0.0', [], [
      'GET <pattern>',
      '    Return parameters matching the glob-like <pattern> and their values.',
      'SET <directive> <value>',
      '    Set the configuration <directive> to <value>.',
      'RESETSTAT',
      '    Reset statistics reported by the INFO command.',
      'REWRITE',
      '    Rewrite the configuration file.',
    ]),
    row('resetstat', 2, '2.0.0', 'Sets the statistics back to zero.', 'CONFIG RESETSTAT', 'O(1)', (call) => {
      call.server.observer.reset(call.server.clock.now());
      call.reply.ok();
    }),
    row('rewrite', 2, '2.8.0', 'Writes the configuration into its file.', 'CONFIG REWRITE', 'O(1)', rewrite),
    row('set', -4, '2.0.0', 'Changes parameters, all or none.', 'CONFIG SET parameter value [parameter value ...]', perParameter(), set),
  ],
};

function perParameter(): string {
  return 'O(N) when N is the number of configuration parameters provided';
}

function row(
  name: string, arity: number, since: string, summary: string, syntax: string, complexity: string, execute: DoorCommand['execute'],
): DoorCommand {
  return {
    name, arity, flags: ['admin', 'noscript', 'loading', 'stale'], acl: [], keys: [], text: about('server', since, summary, syntax, complexity),
    place: 'door', execute,
  };
}

function get(call: DoorCall): void {
  const patterns = Array.from({ length: call.argc - 2 }, (_, i) => call.text(i + 2));
  const found = call.server.config.configGet(patterns);
  call.reply.map(found.length);
  for (const [name, value] of found) {
    call.reply.bulkString(name);
    call.reply.bulkString(value);
  }
}

async function set(call: DoorCall): Promise<void> {
  if (call.argc % 2 !== 0) return call.fail(errors.syntax);
  const pairs: [string, string][] = [];
  for (let i = 2; i < call.argc; i += 2) {
    if (call.server.config.isSensitive(call.text(i))) call.hide(i + 1);
    pairs.push([call.text(i), call.text(i + 1)]);
  }
  const { config: target, door } = call.server;
  const setter = { isLocal: isLocal(call.session.connection), isLoading: door.loading };
  await answer(call, () => target.configSet(pairs, setter));
}

function rewrite(call: DoorCall): Promise<void> {
  return answer(call, () => call.server.config.rewrite());
}

/** +OK, or what the configuration says against it. */
async function answer(call: DoorCall, change: () => void | Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    return call.fail(error.message);
  }
  return call.reply.ok();
}
