/**
 * Executes what another node's tap says, as a client within the process: its commands go the way of all commands to the
 * shards and, through their effects, into the logs; but nothing expires in them, and slots need not be this node's.
 */
import type { Socket } from 'node:net';
import type { Door } from '../../routing/door.ts';
import type { Session } from '../../routing/session.ts';
import { ReplySink } from '../reply-sink.ts';

export class ReplayClient {
  readonly #door: Door;
  readonly #session: Session;
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #replies = new ReplySink(() => {});
  #done: (() => void) | undefined;

  constructor(door: Door) {
    this.#door = door;
    const { session, receive } = door.acceptInternal(this.#replies as unknown as Socket);
    session.isReplaying = true;
    this.#replies.onWrite = () => this.#look();
    this.#session = session;
    this.#receive = receive;
  }

  /** Resolves when every command that has come to its end is executed. Rejects with the first error reply. */
  async feed(bytes: Uint8Array): Promise<void> {
    this.#receive(bytes);
    if (!this.#isSettled) {
      await new Promise<void>((resolve) => {
        this.#done = resolve;
        // Where the rings are full it may be that nothing is under way whose reply would tell.
        if (this.#session.isSettled) this.#look();
      });
    }
    if (this.#replies.failure !== '') throw new Error(this.#replies.failure);
  }

  close(): void {
    this.#replies.destroy();
    this.#done?.();
  }

  get #isSettled(): boolean {
    const { isSettled, held, isTouched } = this.#session;
    return isSettled && held === undefined && !isTouched && !this.#door.congested;
  }

  /** Called with replies, after which the session may send more of what it has. */
  #look(): void {
    if (this.#done === undefined) return;
    setImmediate(() => {
      if (this.#isSettled) {
        this.#done?.();
        this.#done = undefined;
      } else if (this.#session.isSettled) this.#look();
    });
  }
}
