/**
 * The TLS handshake between accepting a connection and reporting it. Settings can change at any time: connections
 * that shake hands go on with the settings they began with.
 */
import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { tls } from '../base/lazy-modules.ts';
import type { Logger } from '../base/logger.ts';
import { tlsServerOptions } from './tls-settings.ts';
import type { TlsValues } from './tls-settings.ts';

export class TlsGate {
  readonly #logger: Logger;
  readonly #welcome: (socket: TLSSocket) => void;
  #server: Server | undefined;
  #handshakingCount = 0;

  constructor(logger: Logger, welcome: (socket: TLSSocket) => void) {
    this.#logger = logger;
    this.#welcome = welcome;
  }

  get handshakingCount(): number {
    return this.#handshakingCount;
  }

  /** The settings in force, for `restore`. */
  get settings(): Server | undefined {
    return this.#server;
  }

  /** Takes other settings for the connections to come; undefined lets none in. Throws ListenError. */
  configure(values: TlsValues | undefined): void {
    this.#server = values === undefined ? undefined : this.#serverFor(values);
  }

  restore(settings: Server | undefined): void {
    this.#server = settings;
  }

  /** False when there are no settings. */
  enter(socket: Socket): boolean {
    if (this.#server === undefined) return false;
    this.#handshakingCount++;
    this.#server.emit('connection', socket);
    return true;
  }

  #serverFor(values: TlsValues): Server {
    const server = tls().createServer(tlsServerOptions(values));
    const isCertificateOptional = values['tls-auth-clients'] === 'optional';
    server.on('secureConnection', (socket) => {
      this.#handshakingCount--;
      socket.on('error', () => socket.destroy());
      if (isCertificateOptional && !socket.authorized && socket.getPeerX509Certificate() !== undefined) {
        this.#turnAway(socket, String(socket.authorizationError));
      } else if (this.#server === undefined) socket.destroy();
      else this.#welcome(socket);
    });
    server.on('tlsClientError', (error, socket) => {
      this.#handshakingCount--;
      this.#turnAway(socket, error.message);
    });
    return server;
  }

  #turnAway(socket: TLSSocket, reason: string): void {
    this.#logger.verbose(`Error accepting a client connection: ${reason}`);
    socket.destroy();
  }
}
