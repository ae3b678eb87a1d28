/**
 * Bytes of one connection that could not be executed yet: half a command, or whole ones that wait.
 *
 * A connection has none of this while its commands arrive whole and are executed at once. A command
 * announced as large gets a growable SharedArrayBuffer of its size, committed only as far as bytes
 * have arrived, and that very memory is handed to the shard: the value is never copied again.
 */
import { copyBytes } from '../base/copy-bytes.ts';

const smallBytes = 16 * 1024;
const growthBytes = 1024 * 1024;

export class InputBuffer {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  #shared: SharedArrayBuffer | undefined;

  get length(): number {
    return this.end - this.start;
  }

  /** Bytes of memory held. */
  get capacityBytes(): number {
    return this.bytes.length;
  }

  /**
   * Appends bytes. `expectedBytes` is the least total length of the command at `start` if known,
   * and `sharedFromBytes` the length from which it belongs in shared memory.
   */
  append(source: Uint8Array, from: number, to: number, expectedBytes: number, sharedFromBytes: number): void {
    const total = this.length + to - from;
    if (Math.max(expectedBytes, total) > sharedFromBytes) this.#ensureShared(total, Math.max(expectedBytes, total));
    else this.#ensureSmall(total);
    copyBytes(this.bytes, this.end, source, from, to - from);
    this.end += to - from;
  }

  /** Drops everything before `position`; memory goes back when nothing is left. */
  consume(position: number): void {
    this.start = position;
    if (this.start === this.end) this.clear();
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
    if (this.#shared !== undefined || this.bytes.length > smallBytes) this.#release();
  }

  /** Gives the shared memory away if the bytes lie in it; the buffer keeps what lies behind `position`. */
  takeShared(position: number): Uint8Array | undefined {
    if (this.#shared === undefined) return undefined;
    const taken = this.bytes;
    const rest = taken.slice(position, this.end);
    this.#release();
    this.start = 0;
    this.end = 0;
    if (rest.length > 0) this.append(rest, 0, rest.length, 0, Infinity);
    return taken;
  }

  #release(): void {
    this.bytes = new Uint8Array(0);
    this.#shared = undefined;
  }

  #ensureSmall(total: number): void {
    if (this.end + total - this.length <= this.bytes.length) return;
    const target = total <= this.bytes.length ? this.bytes : new Uint8Array(Math.max(smallBytes, 2 ** Math.ceil(Math.log2(total))));
    this.#moveTo(target);
    this.#shared = undefined;
  }

  #ensureShared(total: number, expectedBytes: number): void {
    const shared = this.#shared;
    if (shared === undefined || shared.maxByteLength - this.start < expectedBytes) {
      const fresh = new SharedArrayBuffer(committed(total, expectedBytes), { maxByteLength: expectedBytes });
      this.#moveTo(new Uint8Array(fresh, 0, fresh.byteLength));
      this.#shared = fresh;
    } else if (this.start + total > this.bytes.length) {
      const room = committed(this.start + total, shared.maxByteLength);
      shared.grow(room);
      this.bytes = new Uint8Array(shared, 0, room);
    }
  }

  #moveTo(target: Uint8Array): void {
    if (target === this.bytes) target.copyWithin(0, this.start, this.end);
    else target.set(this.bytes.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.bytes = target;
  }
}

function committed(total: number, limitBytes: number): number {
  return Math.min(limitBytes, Math.ceil(total / growthBytes) * growthBytes);
}
