/**
 * A client of the door within the process, without a connection: for work that has to take its place
 * among the clients' commands, over any number of shards.
 */
import type { Socket } from 'node:net';
import type { Door } from '../routing/door.ts';
import { encodeRequest } from '../protocol/encode-request.ts';
import { ReplySink } from './reply-sink.ts';

interface InternalClientOptions {
  /** Nothing expires, and keys that are hidden from clients are seen. */
  readonly isReplaying?: boolean;
  readonly db?: number;
}

export class InternalClient {
  #replies: unknown[] = [];
  readonly #socket = new ReplySink((reply) => { this.#replies.push(reply); });
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
    this.#replies = [];
    this.#receive(requests);
    while (!this.#isSettled() && !this.#socket.destroyed) await new Promise<void>((resolve) => { this.#socket.onWrite = resolve; });
    if (this.#socket.failure !== '') throw new Error(this.#socket.failure);
    if (this.#socket.destroyed && this.#replies.length === 0) throw new Error('the node has closed the connection');
    return this.#replies;
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
