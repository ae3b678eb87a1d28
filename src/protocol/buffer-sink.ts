/**
 * A growing buffer behind a ReplyWriter, for replies made outside a ring: the door's own, and those
 * whose length must be known before they are sent.
 */
import type { ReplySink, ReplyWriter } from './reply-writer.ts';

const INITIAL_BYTES = 4096;
/** What `clear` keeps for the next reply. */
const RETAINED_BYTES = 64 * 1024;

export class BufferSink implements ReplySink {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);

  /** Lets `writer` write here, from the beginning. */
  attach(writer: ReplyWriter): void {
    writer.sink = this;
    writer.bytes = this.#buffer;
    writer.pos = 0;
    writer.end = this.#buffer.length;
  }

  makeRoom(writer: ReplyWriter, neededBytes: number): void {
    const size = Math.max(this.#buffer.length * 2, writer.pos + neededBytes);
    const wider = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(wider, 0, 0, writer.pos);
    this.#buffer = wider;
    writer.bytes = wider;
    writer.end = size;
  }

  /** What `writer` wrote since `attach`, now the caller's; the writer goes on in a fresh buffer. */
  take(writer: ReplyWriter): Buffer {
    const taken = this.#buffer.subarray(0, writer.pos);
    this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.attach(writer);
    return taken;
  }

  /** What `writer` wrote since `attach`, valid until it writes again. */
  peek(writer: ReplyWriter): Buffer {
    return this.#buffer.subarray(0, writer.pos);
  }

  /** Drops what `writer` wrote and keeps the memory, unless it is much. */
  clear(writer: ReplyWriter): void {
    if (this.#buffer.length > RETAINED_BYTES) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.attach(writer);
  }
}
