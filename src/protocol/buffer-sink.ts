/**
 * A growing buffer behind one ReplyWriter, for replies made outside a ring.
 *
 *   const sink = new BufferSink();
 *   const writer = new ReplyWriter(sink);
 *   writer.ok();
 *   socket.write(sink.take());
 */
import type { ReplySink, ReplyWriter } from './reply-writer.ts';

const INITIAL_BYTES = 4096;
/** What `clear` keeps for the next reply. */
const RETAINED_BYTES = 64 * 1024;
/** A reply up to this size is copied out, which is cheaper than a new buffer for the next. */
const COPIED_BYTES = 1024;
const NOTHING = Buffer.alloc(0);

export class BufferSink implements ReplySink {
  #writer: ReplyWriter | undefined;

  makeRoom(writer: ReplyWriter, neededBytes: number): void {
    this.#writer = writer;
    growBuffer(writer, neededBytes);
  }

  /** Bytes written and not taken. */
  get pendingBytes(): number {
    return this.#writer?.pos ?? 0;
  }

  /** What was written since the last `take` or `clear`, now the caller's. */
  take(): Buffer {
    const written = this.peek();
    if (written.length <= COPIED_BYTES) {
      this.clear();
      return Buffer.from(written);
    }
    this.#restart(NOTHING);
    return written;
  }

  /** What was written since the last `take` or `clear`, valid until the writer goes on. */
  peek(): Buffer {
    if (this.#writer === undefined) return NOTHING;
    const { bytes, pos } = this.#writer;
    return Buffer.from(bytes.buffer, bytes.byteOffset, pos);
  }

  /** Drops what was written and keeps the memory, unless it is much. */
  clear(): void {
    if (this.#writer === undefined) return;
    this.#restart(this.#writer.bytes.length > RETAINED_BYTES ? NOTHING : this.#writer.bytes);
  }

  #restart(bytes: Uint8Array): void {
    const writer = this.#writer!;
    writer.bytes = bytes;
    writer.pos = 0;
    writer.end = bytes.length;
  }
}

/** Moves what `writer` has written from the start of its buffer into a larger one. */
export function growBuffer(writer: ReplyWriter, neededBytes: number): void {
  const sizeBytes = Math.max(INITIAL_BYTES, writer.bytes.length * 2, writer.pos + neededBytes);
  const wider = Buffer.allocUnsafeSlow(sizeBytes);
  wider.set(writer.bytes.subarray(0, writer.pos));
  writer.bytes = wider;
  writer.end = sizeBytes;
}
