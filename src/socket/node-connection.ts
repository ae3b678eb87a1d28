/** Connects to the client port of another node of the cluster: over TLS where the cluster's own connections are. */
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConfigValues } from '../config/options.ts';
import { BusLink } from './bus-link.ts';
import { tlsClientOptions } from './tls-settings.ts';
import type { TlsClientValues } from './tls-settings.ts';

/** `onConnected` is called once the other node can be talked to. Throws what is wrong with the certificates. */
export function connectToNode(values: Pick<ConfigValues, 'tls-cluster'> & TlsClientValues, ip: string, port: number, onConnected: () => void): BusLink {
  const overTls = values['tls-cluster'];
  const socket = overTls ? connectTls({ ...tlsClientOptions(values), host: ip, port }) : connectTcp({ host: ip, port });
  socket.once(overTls ? 'secureConnect' : 'connect', onConnected);
  return new BusLink(socket);
}
