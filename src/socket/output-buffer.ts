/**
 * Replies on their way to one socket. `append` collects, `flush` writes once per turn of the event
 * loop. A chunk whose bytes the kernel took at once is used again; one that the socket still
 * needs is left to it. Idle connections hold no chunk.
 */
import type { Socket } from 'node:net';
import { copyBytes } from '../base/copy-bytes.ts';

const chunkBytes = 16 * 1024;
const pooledChunks = 256;

const pool: Buffer[] = [];

export class OutputBuffer {
  readonly #socket: Socket;
  #chunk: Buffer | undefined;
  #used = 0;
  #full: Buffer[] = [];
  #fullBytes = 0;
  /** Bytes given to the socket since the connection began. */
  writtenBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the client has not taken yet, as far as we know. */
  get pendingBytes(): number {
    return this.#used + this.#fullBytes + this.#socket.writableLength;
  }

  get isEmpty(): boolean {
    return this.#used === 0 && this.#fullBytes === 0;
  }

  append(source: Uint8Array, offset: number, length: number): void {
    if (this.#chunk === undefined || this.#used + length > this.#chunk.length) this.#nextChunk(length);
    copyBytes(this.#chunk!, this.#used, source, offset, length);
    this.#used += length;
  }

  /** Writes what was collected. */
  flush(): void {
    if (this.isEmpty) return;
    this.writtenBytes += this.#used + this.#fullBytes;
    if (this.#fullBytes > 0) this.#writeFull();
    if (this.#used > 0) this.#writeChunk();
  }

  #writeChunk(): void {
    const chunk = this.#chunk!;
    this.#socket.write(this.#used === chunk.length ? chunk : chunk.subarray(0, this.#used));
    this.#used = 0;
    this.#chunk = undefined;
    if (this.#socket.writableLength === 0 && chunk.length === chunkBytes && pool.length < pooledChunks) pool.push(chunk);
  }

  #writeFull(): void {
    this.#socket.cork();
    for (const chunk of this.#full) this.#socket.write(chunk);
    this.#full = [];
    this.#fullBytes = 0;
    if (this.#used > 0) this.#socket.write(this.#chunk!.subarray(0, this.#used));
    this.#used = 0;
    this.#chunk = undefined;
    this.#socket.uncork();
  }

  #nextChunk(length: number): void {
    if (this.#used > 0) {
      this.#full.push(this.#chunk!.subarray(0, this.#used));
      this.#fullBytes += this.#used;
      this.#used = 0;
    }
    this.#chunk = length > chunkBytes ? Buffer.allocUnsafeSlow(length) : (pool.pop() ?? Buffer.allocUnsafeSlow(chunkBytes));
  }
}
