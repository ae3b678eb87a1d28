/**
 * The network between the buses of a cluster's nodes: each node announces the port of a proxy, which learns from the first
 * packet of a connection who opened it. Sides that are cut from each other hear nothing more, over old connections or new
 * ones, and nobody is told; healed, the connections that lost bytes are closed.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Bytes of a packet up to the end of its sender's id. */
const SENDER_AT = 40;
const SENDER_END = 80;

export class BusNetwork {
  readonly #proxies: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #lost = new Set<Socket>();
  readonly #ids = new Map<number, string>();
  /** Ids of the nodes of one side; the others are the other. */
  #side: ReadonlySet<string> = new Set();

  /** A proxy before the bus of a node; the port that it is to announce. */
  async front(busPort: number): Promise<number> {
    const proxy = createServer((socket) => this.#accept(socket, busPort));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    this.#proxies.push(proxy);
    return (proxy.address() as AddressInfo).port;
  }

  /** Whose bus is behind a proxy. */
  name(busPort: number, id: string): void {
    this.#ids.set(busPort, id);
  }

  /** Parts these nodes from all others. */
  cut(ids: readonly string[]): void {
    this.#side = new Set(ids);
  }

  heal(): void {
    this.#side = new Set();
    for (const socket of this.#lost) socket.destroy();
    this.#lost.clear();
  }

  close(): void {
    for (const proxy of this.#proxies) proxy.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket, busPort: number): void {
    this.#keep(socket);
    const onward = connect({ host: '127.0.0.1', port: busPort });
    this.#keep(onward);
    let first = Buffer.alloc(0);
    let sender: string | undefined;
    const pass = (to: Socket) => (bytes: Buffer): void => {
      if (sender !== undefined && this.#isCut(sender, busPort)) this.#lost.add(socket).add(onward);
      else if (!this.#lost.has(socket)) to.write(bytes);
    };
    socket.on('data', (bytes: Buffer) => {
      if (sender !== undefined) return pass(onward)(bytes);
      first = Buffer.concat([first, bytes]);
      if (first.length < SENDER_END) return;
      sender = first.toString('latin1', SENDER_AT, SENDER_END);
      pass(onward)(first);
    });
    onward.on('data', pass(socket));
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  }

  #isCut(sender: string, busPort: number): boolean {
    return this.#side.has(sender) !== this.#side.has(this.#ids.get(busPort) ?? '');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
