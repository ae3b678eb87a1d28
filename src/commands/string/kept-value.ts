/**
 * A copy of a value that is about to be overwritten and is the reply all the same. A reply written
 * before the change could not be taken back if the change found no memory.
 */
import { copyBytes } from '../../base/copy-bytes.ts';
import { valueLength, valueOffset } from '../../keyspace/entry.ts';
import type { Keyspace } from '../../keyspace/keyspace.ts';
import type { Call } from '../call.ts';

/** Longer values get a buffer of their own, which is not kept. */
const scratchBytes = 64 * 1024;

export class KeptValue {
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  #bytes: Uint8Array = this.#scratch;
  #length = 0;

  /** Copies the string at `entry`. */
  keep({ arena }: Keyspace, entry: number): void {
    this.#length = valueLength(arena, entry);
    this.#bytes = this.#length <= scratchBytes ? this.#scratch : Buffer.allocUnsafeSlow(this.#length);
    copyBytes(this.#bytes, 0, arena.u8, valueOffset(arena, entry), this.#length);
  }

  reply(call: Call): void {
    call.reply.bulk(this.#bytes, 0, this.#length);
    this.#bytes = this.#scratch;
  }
}
