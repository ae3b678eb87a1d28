/**
 * Replies on their way to one socket. `append` collects, `flush` writes once per turn of the event
 * loop. A chunk whose bytes the kernel took at once is used again; one that the socket still
 * needs is left to it. Idle connections hold no chunk.
 */
import type { Socket } from 'node:net';
import { copyBytes } from '../base/copy-bytes.ts';

/** Replies of one turn to one client mostly fit: a second chunk costs a vectored write. */
const chunkBytes = 64 * 1024;
const pooledChunks = 64;
/** Long replies come in parts of up to so many bytes; fresh memory for each would cost more than the copy. */
const largeChunkBytes = 256 * 1024;
const pooledLargeChunks = 16;

/** Views of a chunk's first bytes are kept for replies up to this length: most replies are alike. */
const keptViewBytes = 256;

/** A pooled chunk with the views of it that have been written. */
interface Chunk {
  readonly bytes: Buffer;
  readonly views: (Buffer | undefined)[];
  /** Bytes of a full one. */
  used: number;
}

const pool: Chunk[] = [];
const largePool: Chunk[] = [];

export class OutputBuffer {
  readonly #socket: Socket;
  #chunk: Chunk | undefined;
  #used = 0;
  #full: Chunk[] = [];
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

  /** As pendingBytes, and changing while the kernel takes a part of a large write. */
  get backlogBytes(): number {
    const handle = (this.#socket as { readonly _handle?: { readonly writeQueueSize?: number } | null })._handle;
    return this.pendingBytes + (handle?.writeQueueSize ?? 0);
  }

  /** Memory held for replies that the socket has not been given yet. */
  get chunkBytes(): number {
    return this.#chunk?.bytes.length ?? 0;
  }

  /** Bytes in the chunk that is being filled. */
  get collectedBytes(): number {
    return this.#used;
  }

  /** Full chunks, and bytes that wait in them or in the socket. */
  get queuedChunks(): number {
    return this.#full.length;
  }

  get queuedBytes(): number {
    return this.#fullBytes + this.#socket.writableLength;
  }

  get isEmpty(): boolean {
    return this.#used === 0 && this.#fullBytes === 0;
  }

  append(source: Uint8Array, offset: number, length: number): void {
    if (this.#chunk === undefined || this.#used + length > this.#chunk.bytes.length) this.#nextChunk(length);
    copyBytes(this.#chunk!.bytes, this.#used, source, offset, length);
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
    this.#socket.write(viewOf(chunk, this.#used));
    this.#used = 0;
    this.#chunk = undefined;
    if (this.#socket.writableLength === 0) giveBack(chunk);
  }

  #writeFull(): void {
    const written = this.#full;
    if (this.#used > 0) this.#fill();
    this.#full = [];
    this.#fullBytes = 0;
    this.#socket.cork();
    for (const { bytes, used } of written) this.#socket.write(bytes.subarray(0, used));
    this.#socket.uncork();
    if (this.#socket.writableLength === 0) written.forEach(giveBack);
  }

  #fill(): void {
    const chunk = this.#chunk!;
    chunk.used = this.#used;
    this.#full.push(chunk);
    this.#fullBytes += this.#used;
    this.#used = 0;
    this.#chunk = undefined;
  }

  #nextChunk(length: number): void {
    if (this.#used > 0) this.#fill();
    this.#chunk = takeChunk(length);
  }
}

function takeChunk(length: number): Chunk {
  if (length <= chunkBytes) return pool.pop() ?? newChunk(chunkBytes);
  if (length <= largeChunkBytes) return largePool.pop() ?? newChunk(largeChunkBytes);
  return newChunk(length);
}

function giveBack(chunk: Chunk): void {
  if (chunk.bytes.length === chunkBytes && pool.length < pooledChunks) pool.push(chunk);
  else if (chunk.bytes.length === largeChunkBytes && largePool.length < pooledLargeChunks) largePool.push(chunk);
}

function newChunk(bytes: number): Chunk {
  return { bytes: Buffer.allocUnsafeSlow(bytes), views: [], used: 0 };
}

function viewOf({ bytes, views }: Chunk, length: number): Buffer {
  if (length > keptViewBytes) return bytes.subarray(0, length);
  return (views[length] ??= bytes.subarray(0, length));
}
