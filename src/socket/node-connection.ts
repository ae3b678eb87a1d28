/**
 * Connects to the client port of another node of the cluster: over TLS where the cluster's own connections are. As in
 * Redis, links that last come from bind-source-addr, if the host has that address, and those of MIGRATE from anywhere.
 */
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { tls } from '../base/lazy-modules.ts';
import type { ConfigValues } from '../config/options.ts';
import { BusLink } from './bus-link.ts';
import { tlsClientOptions } from './tls-settings.ts';
import type { TlsClientValues } from './tls-settings.ts';

type SocketValues = Pick<ConfigValues, 'tls-cluster'> & TlsClientValues;

/** `onConnected` is called once the other node can be talked to. Throws what is wrong with the certificates. */
export function connectToNode(values: SocketValues & Pick<ConfigValues, 'bind-source-addr'>, ip: string, port: number, onConnected: () => void): BusLink {
  const source = values['bind-source-addr'];
  if (isIP(source) === 0) return new BusLink(openNodeSocket(values, ip, port, onConnected));
  return new BusLink(openNodeSocket(values, ip, port, onConnected, source), () => openNodeSocket(values, ip, port, onConnected));
}

/** The socket itself, with an end of its own when it fails. */
export function openNodeSocket(values: SocketValues, host: string, port: number, onConnected: () => void, localAddress = ''): Socket {
  const overTls = values['tls-cluster'];
  const to = { host, port, ...(localAddress === '' ? {} : { localAddress }) };
  const socket = overTls ? tls().connect({ ...tlsClientOptions(values), ...to }) : connectTcp(to);
  socket.once(overTls ? 'secureConnect' : 'connect', onConnected);
  return socket;
}
