/** A server for MIGRATE's tests that answers as it is told, at each point in the way that keys go. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import RedisParser from 'redis-parser';

/** Answers one command of a connection, the n-th that was made; the words of the command come as text. */
export type Behaviour = (words: readonly string[], socket: Socket, connection: number) => void;

export class FakeTarget {
  /** Every command, behind the number of its connection. */
  readonly seen: string[] = [];
  connections = 0;
  behaviour: Behaviour = answerOk;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(): Promise<FakeTarget> {
    const target = new FakeTarget();
    target.#server.listen(0, '127.0.0.1');
    await once(target.#server, 'listening');
    return target;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Names of the commands that carried keys, and those keys. */
  get restored(): string[] {
    return this.seen.filter((line) => line.includes('RESTORE')).map((line) => line.split(' ')[2]!);
  }

  /** As if nobody had ever connected. */
  begin(behaviour: Behaviour): void {
    this.dropConnections();
    this.seen.length = 0;
    this.connections = 0;
    this.behaviour = behaviour;
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const number = ++this.connections;
    this.#sockets.add(socket);
    const answer = (request: unknown): void => {
      const words = (request as Buffer[]).map((word) => word.toString('latin1'));
      this.seen.push([number, words[0]!.toUpperCase(), words[1] ?? ''].join(' '));
      this.behaviour(words, socket, number);
    };
    const parser = new RedisParser({ returnBuffers: true, returnReply: answer, returnError: answer, returnFatalError: () => socket.destroy() });
    socket.on('data', (bytes: Buffer) => parser.execute(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

export function answerOk(_words: readonly string[], socket: Socket): void {
  socket.write('+OK\r\n');
}
