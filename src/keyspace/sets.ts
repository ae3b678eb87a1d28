/**
 * Sets: of integers alone an intset, few short members a listpack, any others a table.
 *
 * They grow from one form into the next and, as in Redis, never back. Members go in and out as
 * ListpackValues that know an integer when it is spelled as one (`setBytes`): that is how a compact
 * form keeps it. What is read refers to the arena and is good until the set changes.
 *
 * An entry without a value is an empty set; it gets its value with the first member. After an
 * ArenaFullError a set has the members it had, perhaps in another form.
 */
import type { Random } from '../base/random.ts';
import type { Arena } from '../memory/arena.ts';
import type { AddressList } from '../structures/address-list.ts';
import { Intset } from '../structures/intset.ts';
import type { KeyHash } from '../structures/key-hash.ts';
import { ListpackValue } from '../structures/listpack-value.ts';
import { Listpack } from '../structures/listpack.ts';
import { encodingOf, freeingPosition, setEncoding, setFreeingPosition, setValueAddress, valueAddress } from './entry.ts';
import { MemberTable, SCAN_END } from './sets/member-table.ts';
import { SetCursor } from './sets/set-cursor.ts';
import type { ValueKind } from './value-kind.ts';
import type { ValueLimits } from './value-limits.ts';

export const SetEncoding = { intset: 0, listpack: 1, hashtable: 2 } as const;

const encodingNames: readonly string[] = ['intset', 'listpack', 'hashtable'];
/** Of an integer set, whatever the limits say. */
const INTSET_ENTRIES_MAX = 2 ** 30;
const LONGEST_INTEGER = 20;

export class Sets implements ValueKind {
  readonly #arena: Arena;
  readonly #limits: ValueLimits;
  readonly #intset: Intset;
  readonly #listpack: Listpack;
  readonly #table: MemberTable;
  readonly #cursor = new SetCursor();
  readonly #edge = new ListpackValue();
  /** An integer as text. */
  readonly #digits = new Uint8Array(LONGEST_INTEGER);
  readonly #spelled = new ListpackValue();

  constructor(arena: Arena, hash: KeyHash, limits: ValueLimits) {
    this.#arena = arena;
    this.#limits = limits;
    this.#intset = new Intset(arena);
    this.#listpack = new Listpack(arena);
    this.#table = new MemberTable(arena, hash);
  }

  // As a kind of value.

  free(entry: number): void {
    this.#freeValue(valueAddress(this.#arena, entry), encodingOf(this.#arena, entry));
  }

  blockCount(entry: number): number {
    return this.isTable(entry) ? this.#table.count(valueAddress(this.#arena, entry)) : 1;
  }

  freeSome(entry: number, budget: number): boolean {
    const position = this.#table.freeSome(valueAddress(this.#arena, entry), freeingPosition(this.#arena, entry), budget);
    setFreeingPosition(this.#arena, entry, position);
    return position === SCAN_END;
  }

  usedBytes(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return 0;
    return this.isTable(entry) ? this.#table.usedBytes(addr) : this.#arena.capacityBytes(addr);
  }

  length(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return 0;
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset:
        return this.#intset.count(addr);
      case SetEncoding.listpack:
        return this.#listpack.count(addr);
      default:
        return this.#table.count(addr);
    }
  }

  encodingName(entry: number): string {
    return encodingNames[encodingOf(this.#arena, entry)]!;
  }

  // Members.

  has(entry: number, member: ListpackValue): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return false;
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset:
        return member.isInteger && this.#intset.has(addr, member);
      case SetEncoding.listpack:
        return this.#find(addr, member) !== 0;
      default: {
        const { bytes, offset, length } = this.#spell(member);
        return this.#table.has(addr, bytes, offset, length);
      }
    }
  }

  /** Adds a member, which must not refer to this set itself; false if it is there already. Throws ArenaFullError. */
  add(entry: number, member: ListpackValue): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return this.#addFirst(entry, member);
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset:
        return this.#addToIntset(entry, addr, member);
      case SetEncoding.listpack:
        return this.#addToListpack(entry, addr, member);
      default: {
        const { bytes, offset, length } = this.#spell(member);
        return this.#table.add(addr, bytes, offset, length);
      }
    }
  }

  /** Removes a member, which must not refer to this set itself; false if it is not there. */
  remove(entry: number, member: ListpackValue): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return false;
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset: {
        const moved = member.isInteger ? this.#intset.remove(addr, member) : 0;
        if (moved !== 0) setValueAddress(this.#arena, entry, moved);
        return moved !== 0;
      }
      case SetEncoding.listpack: {
        const p = this.#find(addr, member);
        if (p !== 0) setValueAddress(this.#arena, entry, this.#listpack.delete(addr, p));
        return p !== 0;
      }
      default: {
        const { bytes, offset, length } = this.#spell(member);
        return this.#table.remove(addr, bytes, offset, length);
      }
    }
  }

  /** Reads a member of a set that is not empty, each as likely as any other; returns its place, for `removeAt`. */
  draw(entry: number, random: Random, member: ListpackValue): number {
    const addr = valueAddress(this.#arena, entry);
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset: {
        const index = random.below(this.#intset.count(addr));
        this.#intset.at(addr, index, member);
        return index;
      }
      case SetEncoding.listpack: {
        const p = this.#listpack.seek(addr, random.below(this.#listpack.count(addr)));
        this.#listpack.read(addr, p, member);
        return p;
      }
      default: {
        const record = this.#table.random(addr, random);
        this.readRecord(record, member);
        return record;
      }
    }
  }

  /** Removes the member at a place that `draw` has told just now. */
  removeAt(entry: number, place: number): void {
    const addr = valueAddress(this.#arena, entry);
    switch (encodingOf(this.#arena, entry)) {
      case SetEncoding.intset:
        setValueAddress(this.#arena, entry, this.#intset.removeAt(addr, place));
        break;
      case SetEncoding.listpack:
        setValueAddress(this.#arena, entry, this.#listpack.delete(addr, place));
        break;
      default:
        this.#table.removeRecord(addr, place);
    }
  }

  // For walks (set-cursor.ts, SSCAN).

  isTable(entry: number): boolean {
    return encodingOf(this.#arena, entry) === SetEncoding.hashtable;
  }

  /** Reads the member of a compact set behind the place `at`, 0 for the first; returns its place, or 0 when there is none. */
  nextCompact(entry: number, at: number, member: ListpackValue): number {
    const addr = valueAddress(this.#arena, entry);
    if (addr === 0) return 0;
    if (encodingOf(this.#arena, entry) === SetEncoding.intset) {
      if (at === this.#intset.count(addr)) return 0;
      this.#intset.at(addr, at, member);
      return at + 1;
    }
    const p = at === 0 ? this.#listpack.first(addr) : this.#listpack.next(addr, at);
    if (p !== 0) this.#listpack.read(addr, p, member);
    return p;
  }

  /** Of a set that is a table: as Table.scan, the records of its members. */
  scanTable(entry: number, position: number, out: AddressList): number {
    return this.#table.scan(valueAddress(this.#arena, entry), position, out);
  }

  readRecord(record: number, member: ListpackValue): void {
    member.setBytes(this.#arena.u8, this.#table.memberOffset(record), this.#table.memberLength(record));
  }

  // For the codec.

  /** The length of an intset in bytes, from its address on. */
  intsetBytes(entry: number): number {
    return this.#intset.totalBytes(valueAddress(this.#arena, entry));
  }

  /** Makes a copy of an intset, validated before, the value of an entry that has none. */
  takeIntset(entry: number, bytes: Uint8Array, offset: number, length: number): void {
    this.#give(entry, this.#intset.fromBytes(bytes, offset, length), SetEncoding.intset);
  }

  get intsetEntriesMax(): number {
    return Math.min(this.#limits.setMaxIntsetEntries, INTSET_ENTRIES_MAX);
  }

  #addFirst(entry: number, member: ListpackValue): boolean {
    if (member.isInteger) this.#give(entry, this.#intset.create(), SetEncoding.intset);
    else if (this.#isShort(member, 0)) this.#give(entry, this.#listpack.create(), SetEncoding.listpack);
    else this.#give(entry, this.#table.create(), SetEncoding.hashtable);
    return this.add(entry, member);
  }

  #addToIntset(entry: number, addr: number, member: ListpackValue): boolean {
    if (member.isInteger) {
      if (this.#intset.count(addr) < this.intsetEntriesMax) {
        const moved = this.#intset.add(addr, member);
        if (moved !== 0) setValueAddress(this.#arena, entry, moved);
        return moved !== 0;
      }
      if (this.#intset.has(addr, member)) return false;
      this.#toTable(entry);
    } else if (this.#isShort(member, this.#intset.count(addr)) && this.#isShortIntset(addr)) {
      this.#toListpack(entry);
    } else {
      this.#toTable(entry);
    }
    return this.add(entry, member);
  }

  #addToListpack(entry: number, addr: number, member: ListpackValue): boolean {
    if (this.#find(addr, member) !== 0) return false;
    if (this.#isShort(member, this.#listpack.count(addr)) && this.#listpack.mayAdd(addr, member.byteLength() + LONGEST_INTEGER)) {
      setValueAddress(this.#arena, entry, this.#listpack.append(addr, member));
      return true;
    }
    this.#toTable(entry);
    return this.add(entry, member);
  }

  /** Whether a listpack of `count` members may take one more. */
  #isShort(member: ListpackValue, count: number): boolean {
    return count < this.#limits.setMaxListpackEntries && member.byteLength() <= this.#limits.setMaxListpackValue;
  }

  /** Whether the members of an intset may be in a listpack; the longest is the least or the greatest. */
  #isShortIntset(addr: number): boolean {
    const edge = this.#edge;
    const count = this.#intset.count(addr);
    if (count === 0) return true;
    this.#intset.at(addr, 0, edge);
    const leastLength = edge.textLength();
    this.#intset.at(addr, count - 1, edge);
    return Math.max(leastLength, edge.textLength()) <= this.#limits.setMaxListpackValue;
  }

  #toListpack(entry: number): void {
    let listpack = this.#listpack.create();
    try {
      for (const cursor = this.#cursor.start(this, entry); cursor.next();) listpack = this.#listpack.append(listpack, cursor.member);
    } catch (error) {
      this.#listpack.free(listpack);
      throw error;
    }
    this.free(entry);
    this.#give(entry, listpack, SetEncoding.listpack);
  }

  #toTable(entry: number): void {
    const table = this.#table.create();
    try {
      for (const cursor = this.#cursor.start(this, entry); cursor.next();) {
        const { bytes, offset, length } = this.#spell(cursor.member);
        this.#table.add(table, bytes, offset, length);
      }
    } catch (error) {
      this.#table.free(table);
      throw error;
    }
    this.free(entry);
    this.#give(entry, table, SetEncoding.hashtable);
  }

  #find(listpack: number, member: ListpackValue): number {
    return this.#listpack.find(listpack, this.#listpack.first(listpack), member, 0);
  }

  /** The member as a range of bytes. */
  #spell(member: ListpackValue): ListpackValue {
    if (member.length >= 0) return member;
    this.#spelled.setString(this.#digits, 0, member.writeText(this.#digits, 0));
    return this.#spelled;
  }

  #give(entry: number, addr: number, encoding: number): void {
    setValueAddress(this.#arena, entry, addr);
    setEncoding(this.#arena, entry, encoding);
  }

  #freeValue(addr: number, encoding: number): void {
    if (encoding === SetEncoding.intset) this.#intset.free(addr);
    else if (encoding === SetEncoding.listpack) this.#listpack.free(addr);
    else this.#table.free(addr);
  }
}
