/**
 * Bytes of a link to packets. The length that a packet claims is judged as soon as its first bytes are there, so that a
 * sender cannot make us keep more than a packet of its type may have.
 */
import { BusFormatError, PacketCursor } from './packet-cursor.ts';
import { GOSSIP_BYTES, HEADER_BYTES, ID_BYTES, PREFIX_BYTES, UPDATE_BYTES } from './packet-layout.ts';
import { readPrefix } from './packet-reader.ts';
import type { PacketPrefix } from './packet-reader.ts';

/** Bytes that all extensions of a ping may have: forgotten nodes are most of it, 56 bytes each. */
const EXTENSION_BYTES_MAX = 256 * 1024;
/** A published message of a node that is not known yet. */
export const STRANGER_BYTES_MAX = 64 * 1024;
/** As much as a bulk string may have by default, twice: a channel and a message. */
export const MEMBER_BYTES_MAX = 1024 * 1024 * 1024;

const noBytes = Buffer.alloc(0);

export class PacketAssembler {
  readonly #onPacket: (packet: Uint8Array) => void;
  /** What a packet of variable length may have. */
  bytesMax = STRANGER_BYTES_MAX;
  /** What there is of the packet that has begun: the first `#length` bytes. */
  #bytes = noBytes;
  #length = 0;
  /** Of the packet that has begun; 0 while that is not known. */
  #wanted = 0;

  /** `onPacket` gets each whole packet, in memory of its own. */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  /** At most twice what has come, however small the pieces were. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** Takes bytes as they came; throws BusFormatError, and then the link is of no more use. */
  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const count = Math.min(chunk.length - at, (this.#wanted || PREFIX_BYTES) - this.#length);
      this.#append(chunk.subarray(at, at + count));
      at += count;
      if (this.#wanted === 0 && this.#length === PREFIX_BYTES) this.#begin();
      if (this.#length === this.#wanted) this.#finish();
    }
  }

  #append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(length, 2 * this.#bytes.length), this.#wanted || PREFIX_BYTES));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  #begin(): void {
    const prefix = readPrefix(new PacketCursor(this.#bytes));
    const { least, most } = lengthLimits(prefix, this.bytesMax);
    if (prefix.byteCount < least || prefix.byteCount > most) {
      throw new BusFormatError(`it claims ${prefix.byteCount} bytes, a ${prefix.kind} has ${least} to ${most}`);
    }
    this.#wanted = prefix.byteCount;
  }

  #finish(): void {
    const packet = this.#bytes;
    this.#bytes = noBytes;
    this.#length = 0;
    this.#wanted = 0;
    this.#onPacket(packet);
  }
}

function lengthLimits({ kind, isLight, gossipCount }: PacketPrefix, bytesMax: number): { least: number; most: number } {
  const header = isLight ? PREFIX_BYTES : HEADER_BYTES;
  switch (kind) {
    case 'ping':
    case 'pong':
    case 'meet': {
      const least = header + gossipCount * GOSSIP_BYTES;
      return { least, most: least + EXTENSION_BYTES_MAX };
    }
    case 'fail':
      return { least: header + ID_BYTES, most: header + ID_BYTES };
    case 'update':
      return { least: header + UPDATE_BYTES, most: header + UPDATE_BYTES };
    case 'publish':
    case 'publishshard':
    case 'module':
      return { least: header, most: header + bytesMax };
    default:
      return { least: header, most: header };
  }
}
