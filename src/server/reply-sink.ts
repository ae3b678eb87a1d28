/** Stands for the connection of a client within the process: takes the replies that the door writes, and keeps the first error. */
import { Duplex } from 'node:stream';
import RedisParser from 'redis-parser';

export class ReplySink extends Duplex {
  /** The text of the first error reply; '' for none. */
  failure = '';
  /** Called when replies, or a part of one, have come, and at the end. */
  onWrite: () => void = () => {};
  readonly #parser: RedisParser;

  /** `onReply` is called with each reply that is no error, RESP2 with strings as bytes. */
  constructor(onReply: (reply: unknown) => void) {
    super();
    this.#parser = new RedisParser({
      returnBuffers: true,
      returnReply: onReply,
      returnError: (error) => { this.failure ||= error.message; },
      returnFatalError: (error) => { this.failure ||= error.message; },
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parser.execute(Buffer.from(chunk));
    done();
    this.onWrite();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.onWrite();
    done(error);
  }
}
