/**
 * SHUTDOWN: the ordered stop (src/server/serve.ts). A client that has asked for it gets no reply but the
 * end of its connection; an error means that the server goes on.
 */
import * as errors from '../../protocol/errors.ts';
import { about } from '../about.ts';
import type { DoorCommand } from '../command.ts';
import type { DoorCall } from '../door-call.ts';

const words = ['nosave', 'save', 'now', 'force', 'abort'] as const;

export const shutdown: DoorCommand = {
  name: 'shutdown',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
  acl: [],
  keys: [],
  text: about(
    'server', '1.0.0', 'Saves what has to be saved and ends the server.', 'SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
    'O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)',
  ),
  place: 'door',
  async execute(call) {
    const asked = readWords(call);
    if (asked === undefined) return call.fail(errors.syntax);
    if (asked.has('abort')) return call.fail(errors.noShutdown);
    const isForced = asked.has('force');
    if (asked.has('save') && !isForced) {
      call.server.logger.warning('SHUTDOWN SAVE: this version writes no snapshots. Append only files are saved by SHUTDOWN.');
      return call.fail(errors.shutdownFailed);
    }
    if (!await call.server.requestStop(isForced)) call.fail(errors.shutdownFailed);
  },
};

/** The words given; undefined for unknown ones or ones that exclude each other. */
function readWords(call: DoorCall): Set<string> | undefined {
  const asked = new Set(Array.from({ length: call.argc - 1 }, (_, i) => call.latin1(i + 1).toLowerCase()));
  const isKnown = [...asked].every((word) => (words as readonly string[]).includes(word));
  const excludes = (asked.has('abort') && asked.size > 1) || (asked.has('save') && asked.has('nosave'));
  return isKnown && !excludes ? asked : undefined;
}
