/**
 * The sockets that clients connect to: TCP and TLS on every address of `bind`, and a unix socket.
 *
 * A connection is admitted, gets its socket options, and goes to `onSocket`; the reader it gives back is called with
 * the number of bytes at the start of `readBuffer`, which all connections share: it takes what it needs before it
 * returns, and returns false to stop reading until `socket.resume()`. TLS connections are reported after their
 * handshake. Running out of file descriptors closes the connections that wait and never stops accepting.
 */
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { getSystemErrorMessage } from 'node:util';
import type { Logger } from '../base/logger.ts';
import type { ConfigValues } from '../config/options.ts';
import { acceptOn, socketOver, stopAccepting } from './accept.ts';
import type { Acceptor, ConnectionHandle } from './accept.ts';
import { refuseForOrigin, refuseForRoom, turnAway } from './admission.ts';
import type { Admission, Refusal } from './admission.ts';
import { isSkippable } from './bind-address.ts';
import type { ConnectionKind } from './connection.ts';
import { ListenError, listenError, listenFailureLine } from './listen-error.ts';
import { collide, listenPlan } from './listen-plan.ts';
import type { PlannedSocket, PlanValues } from './listen-plan.ts';
import { feedReader } from './stream-reader.ts';
import type { Reader } from './stream-reader.ts';
import { TlsGate } from './tls-gate.ts';
import type { TlsValues } from './tls-settings.ts';
import { acceptOnUnixSocket } from './unix-socket.ts';

export type ListenValues = PlanValues & TlsValues & Pick<ConfigValues, 'tcp-backlog' | 'tcp-keepalive' | 'unixsocketperm'>;

export interface ListenerHooks extends Admission {
  /** Where the bytes of every connection are read into. */
  readonly readBuffer: Uint8Array;
  readonly onSocket: (socket: Socket | TLSSocket, kind: ConnectionKind) => Reader;
  readonly logger: Logger;
}

interface OpenSocket {
  readonly planned: PlannedSocket;
  readonly server: Server;
}

export class Listeners {
  readonly #hooks: ListenerHooks;
  readonly #tlsGate: TlsGate;
  readonly #open = new Map<string, OpenSocket>();
  #keepAliveMs = 0;
  #rejectedCount = 0;
  #settled: Promise<void> = Promise.resolve();

  constructor(hooks: ListenerHooks) {
    this.#hooks = hooks;
    this.#tlsGate = new TlsGate(hooks.logger, (socket) => this.#welcomeTls(socket));
  }

  /** Connections turned away, for whichever reason. */
  get rejectedCount(): number {
    return this.#rejectedCount;
  }

  /** Listens on one socket at least; rejects with ListenError, and then nothing is open. */
  async open(values: ListenValues): Promise<void> {
    await this.reconfigure(values);
    if (this.#open.size > 0) return;
    const line = 'Configured to not listen anywhere, exiting.';
    throw new ListenError(line, [line]);
  }

  /**
   * Changes over to other values: opens what is new, then closes what is gone; connections stay. What is gone closes
   * first where the new needs its port. Rejects with ListenError, and then the former values hold.
   */
  async reconfigure(values: ListenValues): Promise<void> {
    await this.#inTurn(async () => {
      const formerTls = this.#tlsGate.settings;
      const formerKeepAliveMs = this.#keepAliveMs;
      this.#tlsGate.configure(values['tls-port'] === 0 ? undefined : values);
      this.#keepAliveMs = values['tcp-keepalive'] * 1000;
      try {
        await this.#changeTo(listenPlan(values), values);
      } catch (error) {
        this.#tlsGate.restore(formerTls);
        this.#keepAliveMs = formerKeepAliveMs;
        throw error;
      }
    });
  }

  /** Stops accepting, and ends connections that have not been reported. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#shut([...this.#open.values()]);
      this.#tlsGate.configure(undefined);
    });
  }

  async #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#settled.then(step);
    this.#settled = turn.catch(() => undefined);
    await turn;
  }

  async #changeTo(plan: readonly PlannedSocket[], values: ListenValues): Promise<void> {
    const gone = [...this.#open.values()].filter(({ planned }) => plan.every(({ key }) => key !== planned.key));
    const fresh = plan.filter(({ key }) => !this.#open.has(key));
    const inTheWay = gone.filter(({ planned }) => fresh.some((wanted) => collide(wanted, planned)));
    await this.#shut(inTheWay);
    try {
      for (const planned of fresh) await this.#listen(planned, values);
    } catch (error) {
      await this.#shut(fresh.flatMap(({ key }) => this.#open.get(key) ?? []));
      for (const { planned } of inTheWay) await this.#listen(planned, values);
      throw error;
    }
    await this.#shut(gone.filter((socket) => !inTheWay.includes(socket)));
  }

  /** Opens nothing where the host lacks an address that may be missing. */
  async #listen(planned: PlannedSocket, values: ListenValues): Promise<void> {
    try {
      this.#open.set(planned.key, { planned, server: await this.#serverFor(planned, values) });
    } catch (caught) {
      const error = caught as NodeJS.ErrnoException;
      if (error.code === undefined) throw error;
      if (planned.kind === 'unix' || !isSkippable(planned.address, error.code)) throw listenError(planned, error);
      this.#hooks.logger.warning(listenFailureLine(planned, error));
    }
  }

  #serverFor(planned: PlannedSocket, values: ListenValues): Promise<Server> {
    const { 'tcp-backlog': backlog, unixsocketperm } = values;
    const acceptor: Acceptor = {
      take: (handle) => this.#accept(handle, planned.kind),
      failed: (errno) => this.#hooks.logger.verbose(`Accepting client connection: ${getSystemErrorMessage(errno)}`),
    };
    if (planned.kind === 'unix') return acceptOnUnixSocket(planned.path, backlog, unixsocketperm, acceptor);
    const { address, port } = planned;
    return acceptOn({ host: address.host, port, backlog, ipv6Only: address.isIpv6 }, acceptor);
  }

  async #shut(sockets: readonly OpenSocket[]): Promise<void> {
    for (const { planned, server } of sockets) {
      this.#open.delete(planned.key);
      await stopAccepting(server);
    }
  }

  #accept(handle: ConnectionHandle, kind: ConnectionKind): void {
    const refusal = refuseForRoom(this.#hooks, this.#tlsGate.handshakingCount);
    if (kind === 'tls') this.#acceptTls(socketOver(handle), refusal);
    else this.#acceptPlain(handle, kind, refusal);
  }

  #acceptPlain(handle: ConnectionHandle, kind: ConnectionKind, early: Refusal | undefined): void {
    let reader: Reader | undefined;
    const callback = (byteCount: number): boolean => reader === undefined || reader(byteCount);
    const socket = socketOver(handle, { buffer: this.#hooks.readBuffer, callback });
    const refusal = early ?? refuseForOrigin(this.#hooks, kind, socket.remoteAddress);
    if (refusal !== undefined) {
      this.#turnAway(socket, refusal);
      return;
    }
    if (kind === 'tcp') this.#tune(socket);
    reader = this.#hooks.onSocket(socket, kind);
  }

  #acceptTls(socket: Socket, refusal: Refusal | undefined): void {
    this.#tune(socket);
    if (refusal === undefined && this.#tlsGate.enter(socket)) return;
    this.#rejectedCount++;
    socket.destroy();
  }

  #welcomeTls(socket: TLSSocket): void {
    const refusal = refuseForOrigin(this.#hooks, 'tls', socket.remoteAddress);
    if (refusal === undefined) feedReader(socket, this.#hooks.readBuffer, this.#hooks.onSocket(socket, 'tls'));
    else this.#turnAway(socket, refusal);
  }

  #turnAway(socket: Socket, refusal: Refusal): void {
    this.#rejectedCount++;
    turnAway(socket, refusal);
  }

  #tune(socket: Socket): void {
    socket.setNoDelay(true);
    if (this.#keepAliveMs > 0) socket.setKeepAlive(true, this.#keepAliveMs);
  }
}
