/** Connects to the client port of another node of the cluster: over TLS where the cluster's own connections are. */
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConfigValues } from '../config/options.ts';
import { BusLink } from './bus-link.ts';
import { tlsClientOptions } from './tls-settings.ts';
import type { TlsClientValues } from './tls-settings.ts';

/** `onConnected` is called once the other node can be talked to. Throws what is wrong with the certificates. */
export function connectToNode(values: Pick<ConfigValues, 'tls-cluster'> & TlsClientValues, ip: string, port: number, onConnected: () => void): BusLink {
  return new BusLink(openNodeSocket(values, ip, port, onConnected));
}

/** As connectToNode; the socket itself, with an end of its own when it fails. */
export function openNodeSocket(values: Pick<ConfigValues, 'tls-cluster'> & TlsClientValues, host: string, port: number, onConnected: () => void): Socket {
  const overTls = values['tls-cluster'];
  const socket = overTls ? connectTls({ ...tlsClientOptions(values), host, port }) : connectTcp({ host, port });
  socket.once(overTls ? 'secureConnect' : 'connect', onConnected);
  return socket;
}
