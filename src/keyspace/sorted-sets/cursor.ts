/**
 * Walks through the members of a sorted set by rank, whatever its form. What the cursor stands on is
 * in `bytes` from `offset` on, `length` long, and `score`; it is good until the sorted set changes.
 */
import type { Arena } from '../../memory/arena.ts';
import { keyLengthOf, keyOffsetOf } from '../../structures/keyed-record.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import { TreeCursor } from '../../structures/tree-cursor.ts';
import { parseDouble } from '../../base/parse-double.ts';
import { encodingOf, valueAddress } from '../entry.ts';
import type { CompactForm } from './compact-form.ts';
import type { LargeForm } from './large-form.ts';
import { recordScore } from './member-record.ts';
import { SortedSetEncoding } from './encoding.ts';

const INTEGER_TEXT_BYTES = 20;

export class SortedSetCursor {
  bytes: Uint8Array;
  offset = 0;
  length = 0;
  readonly #arena: Arena;
  readonly #compact: CompactForm;
  readonly #large: LargeForm;
  readonly #tree: TreeCursor;
  readonly #read = new ListpackValue();
  readonly #integerText = new Uint8Array(INTEGER_TEXT_BYTES);
  /** The listpack's address, 0 for a large form. */
  #listpack = 0;
  #place = 0;
  /** Of a large form. */
  #record = 0;

  constructor(arena: Arena, compact: CompactForm, large: LargeForm) {
    this.#arena = arena;
    this.#compact = compact;
    this.#large = large;
    this.#tree = new TreeCursor(arena);
    this.bytes = arena.u8;
  }

  get score(): number {
    if (this.#listpack === 0) return recordScore(this.#arena.i32, this.#record);
    const { listpack } = this.#compact;
    const read = this.#read;
    listpack.read(this.#listpack, listpack.next(this.#listpack, this.#place), read);
    return read.isInteger ? read.integer : parseDouble(read.bytes, read.offset, read.length);
  }

  /** Stands on the member of a rank; false when there is none. O(log n). */
  moveTo(entry: number, rank: number): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (encodingOf(this.#arena, entry) === SortedSetEncoding.listpack) {
      this.#listpack = addr;
      return this.#standOnPlace(rank < 0 ? 0 : this.#compact.listpack.seek(addr, rank * 2));
    }
    this.#listpack = 0;
    return this.#standOnItem(this.#large.moveTo(addr, rank, this.#tree));
  }

  /** Steps to the next member; false at the end. */
  next(): boolean {
    if (this.#listpack === 0) return this.#standOnItem(this.#tree.next());
    const { listpack } = this.#compact;
    return this.#standOnPlace(listpack.next(this.#listpack, listpack.next(this.#listpack, this.#place)));
  }

  /** Steps to the member before; false at the beginning. */
  prev(): boolean {
    if (this.#listpack === 0) return this.#standOnItem(this.#tree.prev());
    const { listpack } = this.#compact;
    const scoreAt = listpack.prev(this.#listpack, this.#place);
    return this.#standOnPlace(scoreAt === 0 ? 0 : listpack.prev(this.#listpack, scoreAt));
  }

  /** Shows a record of a large form. */
  showRecord(record: number): void {
    this.#listpack = 0;
    this.#show(record);
  }

  #standOnItem(isThere: boolean): boolean {
    if (isThere) this.#show(this.#tree.ref);
    return isThere;
  }

  #show(record: number): void {
    const { i32, u8 } = this.#arena;
    const head = i32[record * 2]!;
    if (this.bytes !== u8) this.bytes = u8;
    this.offset = keyOffsetOf(i32, record, head);
    this.length = keyLengthOf(i32, record, head);
    this.#record = record;
  }

  #standOnPlace(place: number): boolean {
    if (place === 0) return false;
    this.#place = place;
    const read = this.#read;
    this.#compact.listpack.read(this.#listpack, place, read);
    this.bytes = read.isInteger ? this.#integerText : read.bytes;
    this.offset = read.isInteger ? 0 : read.offset;
    this.length = read.isInteger ? read.writeText(this.#integerText, 0) : read.length;
    return true;
  }
}
