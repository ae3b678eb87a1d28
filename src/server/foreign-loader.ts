/**
 * Loads commands that redis-server has logged: they may concern keys of several shards, so they take
 * the way of a client's commands through the door. An error reply ends the loading.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { AofStream } from '../persistence/aof-stream.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import type { Server } from './server.ts';

const minus = 0x2d;
const chunkBytes = 32 * 1024;

export async function loadThroughDoor(server: Server, stream: AofStream): Promise<void> {
  const client = new LoadingClient(server);
  while (stream.next()) {
    client.add(stream);
    if (client.pendingBytes >= chunkBytes) await client.send();
  }
  await client.send();
  client.close();
}

/** A client of the door without a connection. */
class LoadingClient {
  readonly #socket = new ReplyCheck();
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #isSettled: () => boolean;
  #chunks: Buffer[] = [];
  #db = 0;
  pendingBytes = 0;

  constructor(server: Server) {
    const { session, receive } = server.door.acceptInternal(this.#socket as unknown as Socket);
    this.#receive = receive;
    this.#isSettled = () => session.isSettled && session.connection.input.length === 0;
  }

  add(stream: AofStream): void {
    if (stream.db !== this.#db) this.#push(Buffer.from(`*2\r\n$6\r\nSELECT\r\n$${String(stream.db).length}\r\n${stream.db}\r\n`));
    this.#db = stream.db;
    this.#push(Buffer.from(`*${stream.argc}\r\n`));
    for (let i = 0; i < stream.argc; i++) {
      const [offset, length] = [stream.index[i * 2]!, stream.index[i * 2 + 1]!];
      this.#push(Buffer.from(`$${length}\r\n`));
      this.#push(Buffer.from(stream.bytes.subarray(offset, offset + length)));
      this.#push(Buffer.from('\r\n'));
    }
  }

  async send(): Promise<void> {
    this.#receive(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.pendingBytes = 0;
    while (!this.#isSettled()) await new Promise((resolve) => { setImmediate(resolve); });
    if (this.#socket.failure !== '') throw new PersistenceError(`a command of redis-server's append only file fails: ${this.#socket.failure}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.pendingBytes += bytes.length;
  }
}

/** Takes replies to writes, which are one line or one bulk each, and keeps the first error. */
class ReplyCheck extends Duplex {
  failure = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (let at = 0; at >= 0 && at < chunk.length && this.failure === '';) {
      const end = chunk.indexOf('\r\n', at);
      if (chunk[at] === minus) this.failure = chunk.toString('latin1', at + 1, end);
      at = end < 0 ? -1 : end + 2;
    }
    done();
  }
}
