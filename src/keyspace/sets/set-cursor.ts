/**
 * Walks through the members of a set that does not change meanwhile: integer sets in ascending order,
 * listpacks as they lie, tables in hash order. One of these is kept and used again and again.
 */
import { AddressList } from '../../structures/address-list.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';
import type { Sets } from '../sets.ts';
import { SCAN_END } from './member-table.ts';

export class SetCursor {
  /** The member that `next` has come to; refers to the arena. */
  readonly member = new ListpackValue();
  readonly #records = new AddressList();
  #sets: Sets | undefined;
  #entry = 0;
  #isTable = false;
  /** Of a compact set: how far it is; of a table: which of the records is next. */
  #at = 0;
  /** Of a table: where the next records are. */
  #position = 0;

  start(sets: Sets, entry: number): this {
    this.#sets = sets;
    this.#entry = entry;
    this.#isTable = sets.isTable(entry);
    this.#at = 0;
    this.#position = 0;
    this.#records.clear();
    return this;
  }

  /** Goes on to the next member; false when there is none. */
  next(): boolean {
    const sets = this.#sets!;
    if (!this.#isTable) {
      this.#at = sets.nextCompact(this.#entry, this.#at, this.member);
      return this.#at !== 0;
    }
    while (this.#at === this.#records.length) {
      if (this.#position === SCAN_END) return false;
      this.#records.clear();
      this.#at = 0;
      this.#position = sets.scanTable(this.#entry, this.#position, this.#records);
    }
    sets.readRecord(this.#records.at(this.#at++), this.member);
    return true;
  }
}
