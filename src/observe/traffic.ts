/**
 * Totals of the clients' traffic since the start or the last CONFIG RESETSTAT. Connections count
 * their bytes for their whole life, so the totals are kept as what has come on top of a baseline.
 */
import { Counter } from '../channel/shard-stats.ts';
import { counted, type InfoSource } from './info/info-source.ts';

export interface ClientBytes {
  readonly receivedBytes: number;
  readonly writtenBytes: number;
  /** The largest query and reply buffer of a client. */
  readonly largestInputBytes: number;
  readonly largestOutputBytes: number;
  /** All query and reply buffers together. */
  readonly bufferBytes: number;
}

export class Traffic {
  readonly #source: InfoSource;
  #receivedBefore = 0;
  #writtenBefore = 0;
  #rejectedBefore = 0;
  #lazyFreedBefore = 0;

  constructor(source: InfoSource) {
    this.#source = source;
  }

  get commandCount(): number {
    return counted(this.#source, Counter.commandsProcessed);
  }

  get rejectedCount(): number {
    return (this.#source.listeners?.rejectedCount ?? 0) - this.#rejectedBefore;
  }

  /** Values and keys that were freed in steps. */
  get lazyFreedCount(): number {
    return this.#source.pool.keyspaces.reduce((sum, { unlinked }) => sum + unlinked.freedCount, 0) - this.#lazyFreedBefore;
  }

  /** Walks over all clients. */
  measure(): ClientBytes {
    let receivedBytes = this.#source.receivedBytesGone - this.#receivedBefore;
    let writtenBytes = this.#source.writtenBytesGone - this.#writtenBefore;
    let [largestInputBytes, largestOutputBytes, bufferBytes] = [0, 0, 0];
    for (const { isInternal, connection } of this.#source.door.sessions()) {
      if (isInternal) continue;
      const { receivedBytes: received, input, output } = connection;
      receivedBytes += received;
      writtenBytes += output.writtenBytes;
      largestInputBytes = Math.max(largestInputBytes, input.length);
      largestOutputBytes = Math.max(largestOutputBytes, output.pendingBytes);
      bufferBytes += input.length + output.pendingBytes;
    }
    return { receivedBytes, writtenBytes, largestInputBytes, largestOutputBytes, bufferBytes };
  }

  reset(): void {
    const { receivedBytes, writtenBytes } = this.measure();
    this.#source.connectionsReceived = 0;
    this.#receivedBefore += receivedBytes;
    this.#writtenBefore += writtenBytes;
    this.#rejectedBefore += this.rejectedCount;
    this.#lazyFreedBefore += this.lazyFreedCount;
  }
}
