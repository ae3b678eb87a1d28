/**
 * Values and whole databases that are no longer reachable, and are freed in steps of bounded size, so that nobody waits
 * while a collection of millions of elements goes. Whatever removes or replaces a key unlinks it here; the shard's
 * thread takes a step after each batch. Nothing is allocated to unlink a value: its entry becomes a link of the list.
 *
 *   root word 1   the first entry of the list; its word 2, the access clock before, is the next one
 *        word 2   the first database of the list, a block: the next one, its slot directory, slot and hash position reached
 *        word 3   objects that wait: values, and keys of databases
 *        word 4   objects that were freed so since the start
 */
import { Purpose, type Arena } from '../memory/arena.ts';
import { AddressList } from '../structures/address-list.ts';
import type { Table } from '../structures/table.ts';
import { outsideFlag, setFreeingPosition, typeOf } from './entry.ts';
import { rootWords } from './slot-roots.ts';
import type { ValueKind } from './value-kind.ts';

const entriesWord = 1;
const databasesWord = 2;
const pendingWord = 3;
const freedWord = 4;
const databaseWords = 4;
const positionEnd = 2 ** 32;
/** A value of so many blocks or fewer is freed at once, as in Redis. */
const blocksAtOnce = 64;
const budgetOfAll = 65_536;

export class Unlinked {
  readonly #arena: Arena;
  readonly #table: Table;
  readonly #kinds: readonly (ValueKind | undefined)[];
  readonly #slotsHere: number;
  readonly #found = new AddressList();

  constructor(arena: Arena, table: Table, kinds: readonly (ValueKind | undefined)[], slotsHere: number) {
    this.#arena = arena;
    this.#table = table;
    this.#kinds = kinds;
    this.#slotsHere = slotsHere;
  }

  /** Whether anything waits to be freed. */
  get hasAny(): boolean {
    const { i32, rootIndex } = this.#arena;
    return (i32[rootIndex + entriesWord]! | i32[rootIndex + databasesWord]!) !== 0;
  }

  get pendingCount(): number {
    return this.#arena.i32[this.#arena.rootIndex + pendingWord]!;
  }

  get freedCount(): number {
    return this.#arena.i32[this.#arena.rootIndex + freedWord]! >>> 0;
  }

  /** Frees an entry that is in no table with its value, or puts it on the list if that is large (false). */
  freeEntry(entry: number): boolean {
    const { i32, rootIndex } = this.#arena;
    const value = i32[entry * 2 + 1]!;
    if ((i32[entry * 2]! & outsideFlag) !== 0 && value !== 0) {
      const kind = this.#kinds[typeOf(this.#arena, entry)];
      if (kind === undefined) {
        this.#arena.free(value, Purpose.value);
      } else if (kind.blockCount(entry) > blocksAtOnce) {
        i32[entry * 2 + 2] = i32[rootIndex + entriesWord]!;
        i32[rootIndex + entriesWord] = entry;
        i32[rootIndex + pendingWord]! += 1;
        setFreeingPosition(this.#arena, entry, 0);
        return false;
      } else {
        kind.free(entry);
      }
    }
    this.#arena.free(entry, Purpose.entry);
    return true;
  }

  /** Takes over a database's slot directory, whose `keyCount` keys nobody reaches any more. Throws ArenaFullError. */
  addDatabase(directory: number, keyCount: number): void {
    const block = this.#arena.alloc(databaseWords * 4, Purpose.index);
    const { i32, rootIndex } = this.#arena;
    i32[block * 2] = i32[rootIndex + databasesWord]!;
    i32[block * 2 + 1] = directory;
    i32[block * 2 + 2] = 0;
    i32[block * 2 + 3] = 0;
    i32[rootIndex + databasesWord] = block;
    i32[rootIndex + pendingWord]! += keyCount;
  }

  /** Frees about `budget` blocks of what waits. */
  freeSome(budget: number): void {
    const { i32, rootIndex } = this.#arena;
    for (let left = budget; left > 0;) {
      const entry = i32[rootIndex + entriesWord]!;
      if (entry !== 0) left -= this.#freeValue(entry, left);
      else if (i32[rootIndex + databasesWord] !== 0) left -= this.#freeDatabase(i32[rootIndex + databasesWord]!, left);
      else return;
    }
  }

  freeAll(): void {
    while (this.hasAny) this.freeSome(budgetOfAll);
  }

  /** Frees some of the value of the list's first entry, and the entry with the last of it; about how many blocks. */
  #freeValue(entry: number, budget: number): number {
    const { i32, rootIndex } = this.#arena;
    if (!this.#kinds[typeOf(this.#arena, entry)]!.freeSome(entry, budget)) return budget;
    i32[rootIndex + entriesWord] = i32[entry * 2 + 2]!;
    this.#arena.free(entry, Purpose.entry);
    this.#count(1);
    return blocksAtOnce;
  }

  /** Frees some of the list's first database, and its directory with the last slot; about how many blocks. */
  #freeDatabase(block: number, budget: number): number {
    const { i32, rootIndex } = this.#arena;
    const directory = i32[block * 2 + 1]!;
    let freed = 0;
    for (let slot = i32[block * 2 + 2]!; slot < this.#slotsHere; slot++) {
      const root = directory * 2 + slot * rootWords;
      i32[block * 2 + 2] = slot;
      if (freed >= budget) return freed;
      freed += this.#freeSlot(root, block, budget - freed);
      if (this.#table.count(root) > 0) return freed;
    }
    i32[rootIndex + databasesWord] = i32[block * 2]!;
    this.#arena.free(directory, Purpose.index);
    this.#arena.free(block, Purpose.index);
    return freed + 1;
  }

  /** Frees entries of a slot's table, from the position on that the database's block tells, and with the last of them the table. */
  #freeSlot(root: number, block: number, budget: number): number {
    if (this.#table.count(root) === 0) return 1;
    const { i32 } = this.#arena;
    let position = i32[block * 2 + 3]! >>> 0;
    let freed = 1;
    while (position < positionEnd && freed < budget) {
      this.#found.clear();
      position = this.#table.scan(root, position, this.#found);
      for (let i = 0; i < this.#found.length; i++) this.#freeKey(this.#found.at(i));
      freed += this.#found.length + 1;
    }
    i32[block * 2 + 3] = position;
    if (position >= positionEnd) this.#table.clear(root);
    return freed;
  }

  /** A key of a database; where its value is put on the list, that waits in its place. */
  #freeKey(entry: number): void {
    if (this.freeEntry(entry)) this.#count(1);
    else this.#arena.i32[this.#arena.rootIndex + pendingWord]! -= 1;
  }

  #count(objects: number): void {
    const { i32, rootIndex } = this.#arena;
    i32[rootIndex + pendingWord]! -= objects;
    i32[rootIndex + freedWord]! += objects;
  }
}
