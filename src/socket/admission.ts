/**
 * Who is let in. A connection over the limit, or from another host while protected mode holds, is told why and
 * closed; one that has yet to shake hands over TLS cannot be told.
 */
import type { Socket } from 'node:net';
import { maxClients, protectedMode } from '../protocol/errors.ts';
import type { ConnectionKind } from './connection.ts';

export interface Admission {
  /** Whether there is room for one more client beside those reported and `handshakingCount` that shake hands. */
  readonly admit: (handshakingCount: number) => boolean;
  /** Whether only clients of this host are served: protected mode is on and the default user has no password. */
  readonly isProtected: () => boolean;
}

export type Refusal = typeof maxClients | typeof protectedMode;

export function refuseForRoom(admission: Admission, handshakingCount: number): Refusal | undefined {
  return admission.admit(handshakingCount) ? undefined : maxClients;
}

/** A peer whose address is not known any more has gone; what it sent may still be there to read, so it counts as foreign. */
export function refuseForOrigin(admission: Admission, kind: ConnectionKind, peerAddress: string | undefined): Refusal | undefined {
  const isLocal = kind === 'unix' || isLoopback(peerAddress);
  return isLocal || !admission.isProtected() ? undefined : protectedMode;
}

/** Sends the reason and closes without reading. */
export function turnAway(socket: Socket, refusal: Refusal): void {
  socket.on('error', () => socket.destroy());
  socket.end(`-${refusal}\r\n`, () => socket.destroy());
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1');
}
