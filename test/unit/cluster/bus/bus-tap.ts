/** Stands before the bus of a node and hands on what goes both ways, keeping each packet that passes. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { MEMBER_BYTES_MAX, PacketAssembler } from '../../../../src/cluster/bus/packet-assembler.ts';

export class BusTap {
  readonly packets: Uint8Array[] = [];
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(): Promise<BusTap> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BusTap(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whatever connects from now on is connected to `busPort`; with none, it is only listened to. */
  leadTo(busPort?: number): this {
    this.#server.on('connection', (socket) => {
      this.#sockets.push(socket);
      this.#keep(socket);
      if (busPort === undefined) return;
      const onward = connect({ host: '127.0.0.1', port: busPort });
      this.#sockets.push(onward);
      this.#keep(onward);
      socket.pipe(onward);
      onward.pipe(socket);
    });
    return this;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): void {
    const assembler = new PacketAssembler((packet) => this.packets.push(packet));
    assembler.bytesMax = MEMBER_BYTES_MAX;
    socket.on('data', (bytes: Buffer) => assembler.feed(bytes));
    socket.on('error', () => socket.destroy());
  }
}
