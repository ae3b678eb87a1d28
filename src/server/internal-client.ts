/**
 * A client of the door within the process, without a connection: for work that has to take its place
 * among the clients' commands, over any number of shards.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import RedisParser from 'redis-parser';
import type { Door } from '../routing/door.ts';
import { encodeRequest } from './encode-request.ts';

interface InternalClientOptions {
  /** Nothing expires, and keys that are hidden from clients are seen. */
  readonly isReplaying?: boolean;
  readonly db?: number;
}

export class InternalClient {
  readonly #socket = new ReplyCheck();
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #isSettled: () => boolean;

  constructor(door: Door, { isReplaying = false, db = 0 }: InternalClientOptions = {}) {
    const { session, receive } = door.acceptInternal(this.#socket as unknown as Socket);
    session.isReplaying = isReplaying;
    session.db = db;
    this.#receive = receive;
    this.#isSettled = () => session.isSettled && session.connection.input.length === 0 && session.connection.output.isEmpty;
  }

  /** Executes commands given as RESP. Throws with the text of the first error reply. Resolves with the last reply, RESP2. */
  async execute(requests: Uint8Array): Promise<unknown> {
    return (await this.executeAll(requests)).at(-1);
  }

  /** As `execute`; resolves with all replies. */
  async executeAll(requests: Uint8Array): Promise<unknown[]> {
    this.#socket.replies = [];
    this.#receive(requests);
    while (!this.#isSettled() && !this.#socket.destroyed) await this.#socket.nextWrite();
    if (this.#socket.failure !== '') throw new Error(this.#socket.failure);
    return this.#socket.replies;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Executes one command. */
export async function runInternally(door: Door, ...words: readonly string[]): Promise<void> {
  const client = new InternalClient(door);
  try {
    await client.execute(encodeRequest(...words));
  } finally {
    client.close();
  }
}

/** Takes replies and keeps the first error. */
class ReplyCheck extends Duplex {
  failure = '';
  replies: unknown[] = [];
  #onWrite: () => void = () => {};
  readonly #parser = new RedisParser({
    returnBuffers: true,
    returnReply: (reply) => { this.replies.push(reply); },
    returnError: (error) => { this.failure ||= error.message; },
    returnFatalError: (error) => { this.failure ||= error.message; },
  });

  /** Resolves when a reply, or a part of one, has come. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => { this.#onWrite = resolve; });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parser.execute(Buffer.from(chunk));
    done();
    this.#onWrite();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.replies.length === 0) this.failure ||= 'the node has closed the connection';
    this.#onWrite();
    done(error);
  }
}
