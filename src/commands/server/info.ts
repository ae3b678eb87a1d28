/** INFO: what the node tells about itself (src/observe/info/ has the sections). */
import { about } from '../about.ts';
import type { DoorCommand } from '../command.ts';

export const info: DoorCommand = {
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  acl: ['dangerous'],
  keys: [],
  text: about('server', '1.0.0', 'Tells about the server, in sections.', 'INFO [section [section ...]]'),
  place: 'door',
  execute(call) {
    const wanted = Array.from({ length: call.argc - 1 }, (_, i) => call.latin1(i + 1));
    call.reply.verbatim('txt', call.server.observer.info(wanted, call.server.clock.now()));
  },
};
