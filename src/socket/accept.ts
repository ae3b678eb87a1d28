/**
 * Listening sockets that hand over bare connections.
 *
 * Node's own server wraps a connection in a socket that cannot read into a given buffer (`onread`), so we take the
 * connection's handle before that happens. The hook is the handle property `onconnection`, which is not public: the
 * assertion below tells when a Node version has it no more.
 */
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import type { ListenOptions, OnReadOpts, Server, SocketConstructorOpts } from 'node:net';
import { assert } from '../base/assert.ts';

/** A connection of the system layer, good for one socketOver. */
export interface ConnectionHandle {
  readonly close: () => void;
}

export interface Acceptor {
  /** Takes every connection, in the order they came. */
  readonly take: (handle: ConnectionHandle) => void;
  /** `errno` is negative. Accepting goes on. */
  readonly failed: (errno: number) => void;
}

/** Resolves once connections can come; rejects with the system's error. */
export async function acceptOn(where: ListenOptions, acceptor: Acceptor): Promise<Server> {
  const server = createServer();
  server.listen({ ...where, exclusive: true });
  await once(server, 'listening');
  takeOver(server, acceptor);
  return server;
}

/** Resolves when the address is free again. Connections stay. */
export async function stopAccepting(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/** Makes a connection a socket, which reads into the buffer of `onread` if given. */
export function socketOver(handle: ConnectionHandle, onread?: OnReadOpts): Socket {
  const options = onread === undefined ? { handle } : { handle, onread };
  return new Socket(options as unknown as SocketConstructorOpts);
}

interface ServerInternals {
  readonly _handle: { onconnection: unknown } | null;
}

/** Called before the loop has turned since listening began, so that no connection goes the usual way. */
function takeOver(server: Server, { take, failed }: Acceptor): void {
  const internals = (server as unknown as ServerInternals)._handle;
  assert(typeof internals?.onconnection === 'function', 'a listening server has a handle with an onconnection hook');
  internals.onconnection = (errno: number, handle: ConnectionHandle | undefined) => {
    if (handle === undefined) failed(errno);
    else take(handle);
  };
}
