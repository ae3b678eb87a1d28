/** The file of a unix socket: what lies in its place, and who may connect. */
import { chmodSync, existsSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname } from 'node:path';
import { acceptOn } from './accept.ts';
import type { Acceptor } from './accept.ts';

/** The kernel's limit of a socket's path, without the closing zero. */
const pathBytesMax = 107;

/**
 * Listens at `path` in place of what a former server left there; anything but a socket stays, and listening fails.
 * `mode` 0 leaves the permissions that the process's umask gives.
 */
export async function acceptOnUnixSocket(path: string, backlog: number, mode: number, acceptor: Acceptor): Promise<Server> {
  if (Buffer.byteLength(path) > pathBytesMax) throw failure('ENAMETOOLONG');
  // The system layer calls this EACCES.
  if (!existsSync(dirname(path))) throw failure('ENOENT');
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
  const server = await acceptOn({ path, backlog }, acceptor);
  if (mode !== 0) chmodSync(path, mode);
  return server;
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, syscall: 'bind' });
}
