/** One connection of the cluster bus. It is told of at most once that it has ended, and not after `close`. */
import type { Socket } from 'node:net';
import { hostOf } from './peer-address.ts';

export interface BusLinkHooks {
  readonly onBytes: (bytes: Buffer) => void;
  readonly onEnd: () => void;
}

/** A link that does not keep up, or a peer that has gone without a word. */
const keepAliveMs = 15_000;

export class BusLink {
  #socket: Socket;
  #hooks: BusLinkHooks | undefined;

  /** `socket` may still be connecting; `again` makes another one if the address it was to come from is not to be had. */
  constructor(socket: Socket, again?: (error: Error) => Socket) {
    this.#socket = socket;
    this.#use(socket, again);
  }

  start(hooks: BusLinkHooks): void {
    this.#hooks = hooks;
  }

  /** '' once the connection has gone. */
  get peerIp(): string {
    return hostOf(this.#socket.remoteAddress);
  }

  get localIp(): string {
    return hostOf(this.#socket.localAddress);
  }

  /** For a log line. */
  get peerName(): string {
    return `${this.peerIp}:${this.#socket.remotePort ?? 0}`;
  }

  /** Bytes that the system has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Closes once everything is out. */
  closeAfterSending(): void {
    this.#hooks = undefined;
    this.#socket.destroySoon();
  }

  close(): void {
    this.#hooks = undefined;
    this.#socket.destroy();
  }

  #use(socket: Socket, again?: (error: Error) => Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      socket.destroy();
      if (error.syscall === 'bind' && again !== undefined && this.#hooks !== undefined) this.#use(again(error));
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#hooks?.onEnd();
    });
    socket.on('data', (bytes: Buffer) => this.#hooks?.onBytes(bytes));
  }
}
