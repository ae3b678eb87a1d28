/**
 * DEBUG: for tests and for looking inside. `enable-debug-command` allows it. It also runs what holds up
 * shards on purpose, so that tests can show that the door stays free.
 */
import { Setting } from '../../../channel/control.ts';
import { globMatch } from '../../../structures/glob.ts';
import * as errors from '../../../protocol/errors.ts';
import { about } from '../../about.ts';
import type { ContainerCommand } from '../../command.ts';
import type { DoorCall } from '../../door-call.ts';
import { arena } from './debug-arena.ts';
import { debugHelp } from './debug-help.ts';
import { digest, digestValue } from './debug-digest.ts';
import { object } from './debug-object.ts';
import { populate } from './debug-populate.ts';
import { protocol } from './debug-protocol.ts';
import { doorPart } from './debug-row.ts';
import { sleep } from './debug-sleep.ts';

export const debug: ContainerCommand = {
  name: 'debug',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  acl: [],
  keys: [],
  text: about('server', '1.0.0', 'Holds the commands for debugging.', 'DEBUG', 'Depends on subcommand.'),
  opaque: true,
  gate: 'enable-debug-command',
  subcommands: [
    arena,
    digest,
    digestValue,
    doorPart('error', [3, 3], (call) => call.fail(call.latin1(2))),
    doorPart('help', [2, 2], help),
    doorPart('loadaof', [2, 2], loadLogs),
    doorPart('log', [3, 3], (call) => {
      call.server.logger.warning(`DEBUG LOG: ${call.text(2)}`);
      call.reply.ok();
    }),
    object,
    populate,
    protocol,
    doorPart('set-active-expire', [3, 3], setActiveExpire),
    sleep,
    doorPart('stringmatch-len', [4, 4], matchString),
  ],
};

function help({ reply }: DoorCall): void {
  reply.array(debugHelp.length);
  for (const line of debugHelp) reply.simple(line);
}

/** Other clients are told that the data is being loaded. What cannot be read again ends the process, as in Redis. */
async function loadLogs(call: DoorCall): Promise<void> {
  const { server, reply } = call;
  if (!server.config.values.appendonly) return call.fail(errors.noLogToLoad);
  server.door.loading = true;
  await server.persistence!.reload();
  server.door.loading = false;
  return reply.ok();
}

/** As in C's atoi, whatever is no number is 0. */
function setActiveExpire(call: DoorCall): void {
  call.server.setting(Setting.activeExpire, Number.parseInt(call.latin1(2), 10) ? 1 : 0);
  call.reply.ok();
}

function matchString(call: DoorCall): void {
  const [pattern, text] = [call.bytes(2), call.bytes(3)];
  call.reply.integer(globMatch(pattern, 0, pattern.length, text, 0, text.length) ? 1 : 0);
}
