/** The family of commands about the server itself. */
import type { CommandRow } from '../command.ts';
import { command } from './command.ts';
import { config } from './config.ts';
import { debug } from './debug/debug.ts';
import { info } from './info.ts';
import { latency } from './latency.ts';
import { lolwut } from './lolwut.ts';
import { memory } from './memory.ts';
import { shutdown } from './shutdown.ts';
import { slowlog } from './slow-log.ts';
import { time } from './time.ts';

export const serverCommands: readonly CommandRow[] = [
  command, config, debug, info, latency, lolwut, memory, shutdown, slowlog, time,
];
