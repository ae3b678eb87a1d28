/**
 * Whether a listpack from elsewhere is a stream's node: Redis's checks, and that the ids ascend and the
 * counters are right. Only of deleted entries an id may be greater than later ones (XSETID can go back).
 */
import { validateListpack } from '../../structures/listpack-check.ts';
import { firstOf, nextOf, readAt } from '../../structures/listpack-reader.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { ENTRY_ELEMENTS, EntryFlag } from '../../structures/stream-entry.ts';
import { StreamId } from '../../structures/stream-id.ts';
import { expectFormat } from './bad-format.ts';

const FLAGS_MAX = EntryFlag.deleted | EntryFlag.sameFields;

export class NodeCheck {
  /** Of the node that was checked last: its entries that are not deleted, and the last id of such an entry up to there. */
  liveCount = 0;
  readonly lastId = new StreamId();
  readonly #value = new ListpackValue();
  readonly #id = new StreamId();
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;

  /** Throws BadFormatError unless the bytes are a node with this id whose ids come after `after`. */
  check(bytes: Uint8Array, nodeId: StreamId, after: StreamId): void {
    expectFormat(after.isZero || nodeId.compare(after) > 0, "a node's id comes after all ids before");
    expectFormat(validateListpack(bytes, 0, bytes.length, true) > 0, 'a node of a stream is a listpack with elements');
    this.#bytes = bytes;
    this.#position = firstOf(bytes, 0);
    this.lastId.copy(after);
    const live = this.#count();
    const total = live + this.#count();
    const masterFields = this.#count();
    this.#pass(masterFields);
    expectFormat(this.#count() === 0, "a master entry's end is marked");
    this.liveCount = 0;
    for (let left = total; left > 0; left--) this.#checkEntry(nodeId, masterFields);
    expectFormat(this.#position === 0 && this.liveCount === live && total > 0, 'a node of a stream has the entries that it announces');
  }

  #checkEntry(nodeId: StreamId, masterFields: number): void {
    const flags = this.#count();
    expectFormat(flags <= FLAGS_MAX, "an entry's flags are known");
    this.#readId(nodeId);
    const isSame = (flags & EntryFlag.sameFields) !== 0;
    const fields = isSame ? masterFields : this.#count();
    const elements = isSame ? fields : fields * 2;
    this.#pass(elements);
    expectFormat(this.#count() === ENTRY_ELEMENTS + elements + (isSame ? 0 : 1), 'an entry says how long it is');
    if ((flags & EntryFlag.deleted) !== 0) return;
    expectFormat(this.#id.compare(this.lastId) > 0 && this.#id.compare(nodeId) >= 0, 'the ids of entries ascend');
    this.lastId.copy(this.#id);
    this.liveCount++;
  }

  #readId(id: StreamId): void {
    const ms = (BigInt(id.msHi) << 32n | BigInt(id.msLo >>> 0)) + this.#integer();
    const seq = (BigInt(id.seqHi) << 32n | BigInt(id.seqLo >>> 0)) + this.#integer();
    this.#id.set(word(ms >> 32n), word(ms), word(seq >> 32n), word(seq));
  }

  #next(): void {
    expectFormat(this.#position !== 0, 'a node of a stream is complete');
    readAt(this.#bytes, 0, this.#position, this.#value);
    this.#position = nextOf(this.#bytes, 0, this.#position);
  }

  #pass(elements: number): void {
    for (let left = elements; left > 0; left--) this.#next();
  }

  #integer(): bigint {
    this.#next();
    expectFormat(this.#value.isInteger, 'an element of an entry is an integer');
    return BigInt(this.#value.toInt64());
  }

  #count(): number {
    const n = this.#integer();
    expectFormat(n >= 0n && n < 2n ** 32n, 'a count is within bounds');
    return Number(n);
  }
}

function word(n: bigint): number {
  return Number(BigInt.asIntN(32, n));
}
