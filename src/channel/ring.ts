/**
 * A single-producer single-consumer ring of records in shared memory.
 *
 * Positions count 8-byte granules and wrap as int32; `(tail - head) | 0` is what is in flight.
 * A record is contiguous: one that does not fit before the end of the buffer is preceded by a
 * filler record (negative length) and starts at the beginning.
 *
 *   int32 word   0        tail, stored by the producer
 *               16        head, stored by the consumer          (own cache lines)
 *               32        1 while the producer waits for room
 *               64...     data, `capacityBytes`
 *
 *   record word  0        length in bytes, a multiple of 8; below zero: filler of that length
 *                1...     see records.ts
 *
 * Neither side allocates. The producer writes in place between `reserve` and `commit`, and
 * nothing is seen by the consumer before `publish`.
 */
import { assert } from '../base/assert.ts';

const tailWord = 0;
const headWord = 16;
const waitingWord = 32;
const dataWord = 64;

export class Ring {
  readonly buffer: SharedArrayBuffer;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly capacityBytes: number;
  readonly #mask: number;
  readonly #side: 'producer' | 'consumer';
  /** Private position of this side: what is written (producer) or read (consumer). */
  #position: number;
  /** The other side's position as last seen. */
  #seen: number;

  static create(capacityBytes: number): Ring {
    assert(capacityBytes >= 4096 && (capacityBytes & (capacityBytes - 1)) === 0, 'a ring holds a power of two of bytes');
    return new Ring(new SharedArrayBuffer(dataWord * 4 + capacityBytes));
  }

  /** Each thread attaches once for its side; positions start where the ring stands. */
  constructor(buffer: SharedArrayBuffer, side: 'producer' | 'consumer' = 'producer') {
    this.#side = side;
    this.buffer = buffer;
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.capacityBytes = buffer.byteLength - dataWord * 4;
    this.#mask = (this.capacityBytes >> 3) - 1;
    this.#position = Atomics.load(this.i32, side === 'producer' ? tailWord : headWord);
    this.#seen = Atomics.load(this.i32, side === 'producer' ? headWord : tailWord);
  }

  /** Takes this side over from another thread, which has published or released all it did. */
  takeOver(): void {
    this.#position = Atomics.load(this.i32, this.#side === 'producer' ? tailWord : headWord);
    this.#seen = Atomics.load(this.i32, this.#side === 'producer' ? headWord : tailWord);
  }

  /** Whether the consumer has released all that was published. */
  get isDrained(): boolean {
    return Atomics.load(this.i32, headWord) === Atomics.load(this.i32, tailWord);
  }

  /** The largest record that always fits once the ring is empty. */
  get maxRecordBytes(): number {
    return this.capacityBytes >> 1;
  }

  // Producer side.

  /** Int32 index of `bytes` contiguous bytes to write, or -1 while the consumer is too far behind. */
  reserve(bytes: number): number {
    const granules = (bytes + 7) >> 3;
    const size = this.#mask + 1;
    const at = this.#position & this.#mask;
    const filler = at + granules > size ? size - at : 0;
    if (((this.#position + filler + granules - this.#seen) | 0) > size) {
      this.#seen = Atomics.load(this.i32, headWord);
      if (((this.#position + filler + granules - this.#seen) | 0) > size) return -1;
    }
    if (filler === 0) return dataWord + at * 2;
    this.i32[dataWord + at * 2] = -filler * 8;
    this.#position = (this.#position + filler) | 0;
    return dataWord;
  }

  /** Contiguous bytes that can be written right now from where `reserve` would answer for `bytes`. */
  roomAfterReserve(): number {
    const at = this.#position & this.#mask;
    const free = this.#mask + 1 - ((this.#position - this.#seen) | 0);
    return Math.min(this.#mask + 1 - at, free) * 8;
  }

  /** Ends the record begun at `index`; `bytes` is rounded up to a granule. */
  commit(index: number, bytes: number): void {
    const rounded = (bytes + 7) & ~7;
    this.i32[index] = rounded;
    this.#position = (this.#position + (rounded >> 3)) | 0;
  }

  publish(): void {
    Atomics.store(this.i32, tailWord, this.#position);
  }

  /** Bytes written and not yet released by the consumer, an upper bound. */
  get inFlightBytes(): number {
    return ((this.#position - Atomics.load(this.i32, headWord)) | 0) * 8;
  }

  /** Bytes published and not yet released, as any thread sees them. */
  get filledBytes(): number {
    return ((Atomics.load(this.i32, tailWord) - Atomics.load(this.i32, headWord)) | 0) * 8;
  }

  /** Blocks this thread until the consumer has released something. Never for the door. */
  waitForRoom(timeoutMs: number): void {
    Atomics.store(this.i32, waitingWord, 1);
    if (Atomics.load(this.i32, headWord) === this.#seen) Atomics.wait(this.i32, headWord, this.#seen, timeoutMs);
    Atomics.store(this.i32, waitingWord, 0);
  }

  // Consumer side.

  /** Int32 index of the next record, or -1 if nothing more is published. */
  next(): number {
    for (;;) {
      if (this.#position === this.#seen) {
        this.#seen = Atomics.load(this.i32, tailWord);
        if (this.#position === this.#seen) return -1;
      }
      const index = dataWord + (this.#position & this.#mask) * 2;
      const bytes = this.i32[index]!;
      if (bytes > 0) return index;
      this.#position = (this.#position + (-bytes >> 3)) | 0;
    }
  }

  /** Steps over the record at `index`. Its bytes stay valid until `release`. */
  advance(index: number): void {
    this.#position = (this.#position + (this.i32[index]! >> 3)) | 0;
  }

  /** Gives everything stepped over back to the producer. */
  release(): void {
    Atomics.store(this.i32, headWord, this.#position);
    if (Atomics.load(this.i32, waitingWord) === 1) Atomics.notify(this.i32, headWord);
  }

  /** True when the producer has published more than this side has stepped over. */
  get hasMore(): boolean {
    return this.#position !== this.#seen || Atomics.load(this.i32, tailWord) !== this.#position;
  }
}
