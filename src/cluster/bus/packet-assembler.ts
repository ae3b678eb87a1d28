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

export class PacketAssembler {
  readonly #onPacket: (packet: Uint8Array) => void;
  /** What a packet of variable length may have. */
  bytesMax = STRANGER_BYTES_MAX;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Of the packet that has begun; 0 while that is not known. */
  #wanted = 0;

  /** `onPacket` gets each whole packet, a copy of its own. */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  get heldBytes(): number {
    return this.#length;
  }

  /** Takes bytes as they came; throws BusFormatError, and then the link is of no more use. */
  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const count = Math.min(chunk.length - at, (this.#wanted || PREFIX_BYTES) - this.#length);
      this.#parts.push(chunk.slice(at, at + count));
      this.#length += count;
      at += count;
      if (this.#wanted === 0 && this.#length === PREFIX_BYTES) this.#begin();
      if (this.#length === this.#wanted) this.#finish();
    }
  }

  #begin(): void {
    const prefix = readPrefix(new PacketCursor(Buffer.concat(this.#parts)));
    const { least, most } = lengthLimits(prefix, this.bytesMax);
    if (prefix.byteCount < least || prefix.byteCount > most) {
      throw new BusFormatError(`it claims ${prefix.byteCount} bytes, a ${prefix.kind} has ${least} to ${most}`);
    }
    this.#wanted = prefix.byteCount;
  }

  #finish(): void {
    const packet = Buffer.concat(this.#parts);
    this.#parts = [];
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
