/**
 * A client of the door within the process, without a connection: for work that has to take its place
 * among the clients' commands, over any number of shards.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import RedisParser from 'redis-parser';
import type { Door } from '../routing/door.ts';

export class InternalClient {
  readonly #socket = new ReplyCheck();
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #isSettled: () => boolean;

  /** With `isReplaying` nothing expires, and keys that are hidden from clients are seen. */
  constructor(door: Door, isReplaying = false) {
    const { session, receive } = door.acceptInternal(this.#socket as unknown as Socket);
    session.isReplaying = isReplaying;
    this.#receive = receive;
    this.#isSettled = () => session.isSettled && session.connection.input.length === 0;
  }

  /** Executes commands given as RESP. Throws with the text of the first error reply. Resolves with the last reply, RESP2. */
  async execute(requests: Uint8Array): Promise<unknown> {
    this.#receive(requests);
    while (!this.#isSettled()) await new Promise((resolve) => { setImmediate(resolve); });
    if (this.#socket.failure !== '') throw new Error(this.#socket.failure);
    return this.#socket.lastReply;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Executes one command without arguments. */
export async function runInternally(door: Door, name: string): Promise<void> {
  const client = new InternalClient(door);
  try {
    await client.execute(Buffer.from(`*1\r\n$${name.length}\r\n${name}\r\n`, 'latin1'));
  } finally {
    client.close();
  }
}

/** Takes replies and keeps the first error and the last reply. */
class ReplyCheck extends Duplex {
  failure = '';
  lastReply: unknown;
  readonly #parser = new RedisParser({
    returnBuffers: true,
    returnReply: (reply) => { this.lastReply = reply; },
    returnError: (error) => { this.failure ||= error.message; },
    returnFatalError: (error) => { this.failure ||= error.message; },
  });

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parser.execute(Buffer.from(chunk));
    done();
  }
}
