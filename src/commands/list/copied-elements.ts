/** Elements that go from list to list, as text, in memory that is kept: the list that they are from may change meanwhile. */
import type { Effects } from '../../channel/effects.ts';
import type { ReplyWriter } from '../../protocol/reply-writer.ts';
import type { ListpackValue } from '../../structures/listpack-value.ts';
import type { ElementSource } from './elements.ts';

const KEPT_BYTES = 65536;
const KEPT_COUNT = 1024;

export class CopiedElements implements ElementSource {
  count = 0;
  bytes = 0;
  /** The elements are read in the order opposite to that in which they were added. */
  isReversed = false;
  #texts = new Uint8Array(KEPT_BYTES);
  /** Where each text ends, behind a 0. */
  #ends = new Int32Array(KEPT_COUNT);

  /** Forgets the elements, and memory that few will need. */
  clear(): void {
    if (this.#texts.length > KEPT_BYTES) this.#texts = new Uint8Array(KEPT_BYTES);
    if (this.#ends.length > KEPT_COUNT) this.#ends = new Int32Array(KEPT_COUNT);
    this.count = 0;
    this.bytes = 0;
  }

  add(element: ListpackValue): void {
    const end = this.bytes + element.byteLength();
    if (end > this.#texts.length) this.#texts = enlarged(this.#texts, new Uint8Array(Math.max(end, this.#texts.length * 2)));
    if (this.count + 1 === this.#ends.length) this.#ends = enlarged(this.#ends, new Int32Array(this.#ends.length * 2));
    element.writeBytes(this.#texts, this.bytes);
    this.#ends[++this.count] = end;
    this.bytes = end;
  }

  read(index: number, into: ListpackValue): void {
    const at = this.isReversed ? this.count - 1 - index : index;
    into.setBytes(this.#texts, this.#ends[at]!, this.#ends[at + 1]! - this.#ends[at]!);
  }

  /** Makes the element at `index` in the order of reading the next argument of an effect. */
  log(effects: Effects, index: number): void {
    const at = this.isReversed ? this.count - 1 - index : index;
    effects.bytes(this.#texts, this.#ends[at]!, this.#ends[at + 1]! - this.#ends[at]!);
  }

  /** Answers with the element at `index` in the order of reading. */
  reply(reply: ReplyWriter, index: number): void {
    const at = this.isReversed ? this.count - 1 - index : index;
    reply.bulk(this.#texts, this.#ends[at]!, this.#ends[at + 1]! - this.#ends[at]!);
  }
}

function enlarged<T extends Uint8Array | Int32Array>(from: T, larger: T): T {
  larger.set(from);
  return larger;
}
