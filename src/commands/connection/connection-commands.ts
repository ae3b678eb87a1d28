/** The rows of the group `connection`. */
import type { CommandRow } from '../command.ts';
import { auth, hello } from './auth.ts';
import { client } from './client.ts';
import { quit, reset, select } from './connection-state.ts';
import { echo, ping } from './ping.ts';

export const connectionCommands: readonly CommandRow[] = [auth, client, echo, hello, ping, quit, reset, select];
