/** Listeners for a test: what they report is collected, and everything is closed afterwards. */
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { makeLogger } from '../../../src/base/logger.ts';
import { defaultValues } from '../../../src/config/options.ts';
import type { ConnectionKind } from '../../../src/socket/connection.ts';
import { Listeners } from '../../../src/socket/listeners.ts';
import type { ListenerHooks, ListenValues } from '../../../src/socket/listeners.ts';

export interface Listening {
  readonly listeners: Listeners;
  readonly sockets: { readonly socket: Socket; readonly kind: ConnectionKind }[];
  readonly logLines: string[];
}

/** Each connection is answered with its own bytes unless `hooks` say otherwise. Nothing is open yet. */
export function makeListening(hooks: Partial<ListenerHooks> = {}): Listening {
  const sockets: { socket: Socket; kind: ConnectionKind }[] = [];
  const logLines: string[] = [];
  const readBuffer = Buffer.alloc(64 * 1024);
  const listeners = new Listeners({
    readBuffer,
    onSocket: (socket, kind) => {
      sockets.push({ socket, kind });
      socket.on('error', () => socket.destroy());
      return (byteCount) => socket.write(Buffer.from(readBuffer.subarray(0, byteCount)));
    },
    logger: makeLogger((level, message) => logLines.push(`${level}: ${message}`)),
    admit: () => true,
    isProtected: () => false,
    ...hooks,
  });
  onTestFinished(async () => {
    await listeners.close();
    for (const { socket } of sockets) socket.destroy();
  });
  return { listeners, sockets, logLines };
}

/** The defaults with nothing to listen on, and `changes`. */
export function listenValues(changes: Partial<ListenValues> = {}): ListenValues {
  return { ...defaultValues(), bind: ['127.0.0.1'], port: 0, ...changes };
}
