/** TIME: seconds since 1970, and the microseconds of the current one. */
import { about } from '../about.ts';
import type { DoorCommand } from '../command.ts';

const usPerSecond = 1_000_000;

export const time: DoorCommand = {
  name: 'time',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  acl: [],
  keys: [],
  text: about('server', '2.6.0', 'Tells the time.', 'TIME'),
  place: 'door',
  execute({ server, reply }) {
    const us = Math.floor(server.clock.now() * 1000);
    reply.array(2);
    reply.bulkString(String(Math.floor(us / usPerSecond)));
    reply.bulkString(String(us % usPerSecond));
  },
};
