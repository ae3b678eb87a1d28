/** A listener that hands all bytes on to another address, as a router does that translates addresses. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(targetPort: number) {
    this.#server = createServer((socket) => {
      const onward = connect({ host: '127.0.0.1', port: targetPort });
      for (const [from, to] of [[socket, onward], [onward, socket]] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on('error', () => from.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  /** From `host:port` to `targetPort` of 127.0.0.1. */
  static async open(host: string, port: number, targetPort: number): Promise<Relay> {
    const relay = new Relay(targetPort);
    relay.#server.listen(port, host);
    await once(relay.#server, 'listening');
    return relay;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
