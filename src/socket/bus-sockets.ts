/**
 * The sockets of the cluster bus: listens on every address of `bind` and connects to other nodes, over TCP or, with
 * tls-cluster, over TLS, where both ends must show a certificate that the authority has signed.
 */
import { once } from 'node:events';
import { connect as connectTcp, createServer as createTcpServer, isIP } from 'node:net';
import type { Server, Socket, TcpNetConnectOpts } from 'node:net';
import { tls } from '../base/lazy-modules.ts';
import type { Logger } from '../base/logger.ts';
import type { ConfigValues } from '../config/options.ts';
import { isSkippable } from './bind-address.ts';
import { BusLink } from './bus-link.ts';
import { listenError, listenFailureLine } from './listen-error.ts';
import { listenPlan } from './listen-plan.ts';
import type { PlannedPort } from './listen-plan.ts';
import { tlsClientOptions, tlsServerOptions } from './tls-settings.ts';
import type { TlsClientValues } from './tls-settings.ts';

export type BusSocketValues = Pick<ConfigValues, 'bind' | 'bind-source-addr' | 'tcp-backlog' | 'tls-cluster'> & TlsClientValues;

/** Nodes that may be connected to this one at a time: more than a cluster has. */
const inboundLinksMax = 4096;

export class BusSockets {
  readonly #logger: Logger;
  readonly #onLink: (link: BusLink) => void;
  #servers: Server[] = [];
  #connect: (to: TcpNetConnectOpts) => Socket = (to) => connectTcp(to);
  /** Where connections come from; '' for wherever the system likes. */
  #sourceAddress = '';

  /** `onLink` gets every link that another node opens, after its handshake. */
  constructor(logger: Logger, onLink: (link: BusLink) => void) {
    this.#logger = logger;
    this.#onLink = onLink;
  }

  /** Listens on `port` anew; links stay. Rejects with ListenError, and then listens nowhere. */
  async open(port: number, values: BusSocketValues): Promise<void> {
    await this.close();
    const overTls = values['tls-cluster'];
    const outgoing = overTls ? tlsClientOptions(values) : undefined;
    const incoming = overTls ? tlsServerOptions({ ...values, 'tls-auth-clients': 'yes' }) : undefined;
    this.#connect = (to) => (outgoing === undefined ? connectTcp(to) : tls().connect({ ...outgoing, ...to }));
    this.#sourceAddress = this.#checkedSource(values['bind-source-addr']);
    const plan = listenPlan({ bind: values.bind, port, 'tls-port': 0, unixsocket: '' }) as PlannedPort[];
    for (const planned of plan) {
      const server = incoming === undefined ? createTcpServer() : tls().createServer(incoming);
      server.maxConnections = inboundLinksMax;
      server.on(incoming === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.#onLink(new BusLink(socket)));
      await this.#listen(server, planned, values['tcp-backlog']);
    }
  }

  /** A link that tells `onConnected` when it is there, or ends. */
  connect(ip: string, port: number, onConnected: () => void): BusLink {
    const localAddress = this.#sourceAddress;
    if (localAddress === '') return new BusLink(this.#open({ host: ip, port }, onConnected));
    return new BusLink(this.#open({ host: ip, port, localAddress }, onConnected), (error) => {
      this.#doubtSource(error);
      return this.#open({ host: ip, port }, onConnected);
    });
  }

  #open(to: TcpNetConnectOpts, onConnected: () => void): Socket {
    const socket = this.#connect(to);
    return socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected);
  }

  #checkedSource(address: string): string {
    if (address === '' || isIP(address) !== 0) return address;
    this.#logger.warning(`bind-source-addr ${address} is not an IP address, so it is not used`);
    return '';
  }

  /** An address that is not this host's keeps no node from its cluster: later links do without. */
  #doubtSource({ message }: Error): void {
    if (this.#sourceAddress === '') return;
    this.#logger.warning(`Connecting to cluster nodes from ${this.#sourceAddress} is not possible, so it is done from any address: ${message}`);
    this.#sourceAddress = '';
  }

  /** Stops listening. */
  async close(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    for (const server of servers) server.close();
    await Promise.resolve();
  }

  async #listen(server: Server, planned: PlannedPort, backlog: number): Promise<void> {
    const { address, port } = planned;
    try {
      server.listen({ host: address.host, port, backlog, ipv6Only: address.isIpv6, exclusive: true });
      await once(server, 'listening');
    } catch (caught) {
      const error = caught as NodeJS.ErrnoException;
      if (!isSkippable(address, error.code)) {
        await this.close();
        throw listenError(planned, error);
      }
      this.#logger.warning(listenFailureLine(planned, error));
      return;
    }
    server.on('error', (error) => this.#logger.warning(`Accepting cluster node: ${error.message}`));
    this.#servers.push(server);
  }
}
