/**
 * The one way to read a packet: every field is taken from here, and every take is checked against the end. What is not
 * there or not as it must be is a BusFormatError, which costs the sender its link.
 */

/** A packet that no node of this protocol sends. */
export class BusFormatError extends Error {
  override readonly name = 'BusFormatError';
}

export class PacketCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** A view of the packet, not a copy. */
  bytes(byteCount: number): Uint8Array {
    const from = this.#take(byteCount);
    return this.#bytes.subarray(from, from + byteCount);
  }

  skip(byteCount: number): void {
    this.#take(byteCount);
  }

  /** The next `byteCount` bytes as a cursor of their own. */
  part(byteCount: number): PacketCursor {
    return new PacketCursor(this.bytes(byteCount));
  }

  /** The text in a field of that size, up to its first zero; `wanted` says what it may be. */
  text(byteCount: number, wanted: RegExp, what: string): string {
    const field = this.bytes(byteCount);
    const end = field.indexOf(0);
    const text = Buffer.prototype.latin1Slice.call(field, 0, end < 0 ? byteCount : end);
    if (!wanted.test(text)) throw new BusFormatError(`${what} is malformed`);
    return text;
  }

  /** The reader has understood everything. */
  end(): void {
    if (this.remaining !== 0) throw new BusFormatError(`${this.remaining} bytes are left over`);
  }

  #take(byteCount: number): number {
    const from = this.#at;
    if (byteCount > this.remaining) throw new BusFormatError(`it ends ${byteCount - this.remaining} bytes too early`);
    this.#at += byteCount;
    return from;
  }
}
