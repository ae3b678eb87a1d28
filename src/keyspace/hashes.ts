/**
 * Hashes: fields with a value each, of which any may expire. Small ones are one listpack
 * (hashes/field-listpack.ts), large ones a table (hashes/field-table.ts); they never become compact again.
 *
 * Expiry is not judged here: fields are there until they are removed. Whoever makes fields expire or
 * removes them tells the keyspace whether some still do (`Keyspace.setFieldExpiry`).
 *
 * `find` and the walks answer in `field`, `value` and `expiryMs`, which are good until the hash changes.
 * After an ArenaFullError a hash is as before, though it may have become a table.
 */
import { assert } from '../base/assert.ts';
import type { Random } from '../base/random.ts';
import type { Arena } from '../memory/arena.ts';
import { AddressList } from '../structures/address-list.ts';
import type { KeyHash } from '../structures/key-hash.ts';
import { keyLengthOf, keyOffsetOf } from '../structures/keyed-record.ts';
import { ListpackValue } from '../structures/listpack-value.ts';
import { encodingOf, freeingPosition, setEncoding, setFreeingPosition, setValueAddress, valueAddress } from './entry.ts';
import { FieldListpack } from './hashes/field-listpack.ts';
import { recordExpiry, recordValueLength, recordValueOffset } from './hashes/field-record.ts';
import { FieldTable, SCAN_END } from './hashes/field-table.ts';
import type { ValueKind } from './value-kind.ts';
import type { ValueLimits } from './value-limits.ts';

export const HashEncoding = { listpack: 0, listpackex: 1, hashtable: 2 } as const;

const encodingNames: readonly string[] = ['listpack', 'listpackex', 'hashtable'];
const scanEnd = 2 ** 32;
const digitsMax = 20;

export class Hashes implements ValueKind {
  readonly field = new ListpackValue();
  readonly value = new ListpackValue();
  /** Milliseconds since 1970; 0 for none. */
  expiryMs = 0;
  readonly #arena: Arena;
  readonly #limits: ValueLimits;
  readonly #compact: FieldListpack;
  readonly #table: FieldTable;
  readonly #key = new ListpackValue();
  readonly #given = new ListpackValue();
  readonly #digits = new Uint8Array(2 * digitsMax);
  readonly #scratch = new AddressList();
  readonly #found = new AddressList();
  /** Of the walk: the entry, the next position (in the listpack or of the hashes), and how far the records found are told. */
  #walked = 0;
  #position = 0;
  #told = 0;
  /** Of the walk through fields that expire: the next record. */
  #expiring = 0;

  constructor(arena: Arena, hash: KeyHash, limits: ValueLimits) {
    this.#arena = arena;
    this.#limits = limits;
    this.#compact = new FieldListpack(arena);
    this.#table = new FieldTable(arena, hash);
  }

  // What every kind does.

  free(entry: number): void {
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) this.#table.free(addr, this.#scratch);
    else this.#compact.free(addr);
  }

  blockCount(entry: number): number {
    return this.#isTable(entry) ? this.#table.count(valueAddress(this.#arena, entry)) : 1;
  }

  freeSome(entry: number, budget: number): boolean {
    const position = this.#table.freeSome(valueAddress(this.#arena, entry), freeingPosition(this.#arena, entry), budget, this.#scratch);
    setFreeingPosition(this.#arena, entry, position);
    return position === SCAN_END;
  }

  usedBytes(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    return this.#isTable(entry) ? this.#table.usedBytes(addr) : this.#compact.usedBytes(addr);
  }

  length(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    return this.#isTable(entry) ? this.#table.count(addr) : this.#compact.count(addr, this.#width(entry));
  }

  encodingName(entry: number): string {
    return encodingNames[encodingOf(this.#arena, entry)]!;
  }

  // Single fields.

  /** Gives an entry that has no value a hash without fields. Throws ArenaFullError. */
  begin(entry: number): void {
    setValueAddress(this.#arena, entry, this.#compact.create());
    setEncoding(this.#arena, entry, HashEncoding.listpack);
  }

  /** Whether the hash has a field; if so `value` and `expiryMs` are the field's. */
  find(entry: number, field: Uint8Array, offset: number, length: number): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) {
      const record = this.#table.find(addr, this.#table.hashOf(field, offset, length), field, offset, length);
      if (record !== 0) this.#readRecordValue(record);
      return record !== 0;
    }
    this.#key.setBytes(field, offset, length);
    const p = this.#compact.find(addr, this.#key, this.#width(entry));
    if (p === 0) return false;
    this.#compact.read(addr, this.#compact.next(addr, p), this.value);
    this.expiryMs = this.#compact.expiry(addr, p, this.#width(entry));
    return true;
  }

  /** Sets a field, whose expiry stays if `keepsExpiry`; true when it is new. Throws ArenaFullError. */
  set(
    entry: number, field: Uint8Array, fieldAt: number, fieldBytes: number, value: Uint8Array, valueAt: number, valueBytes: number,
    keepsExpiry: boolean,
  ): boolean {
    const longest = this.#limits.hashMaxListpackValue;
    if (!this.#isTable(entry) && (fieldBytes > longest || valueBytes > longest)) this.#convert(entry);
    if (!this.#isTable(entry)) {
      this.#key.setBytes(field, fieldAt, fieldBytes);
      const p = this.#compact.find(valueAddress(this.#arena, entry), this.#key, this.#width(entry));
      if (p !== 0 || this.length(entry) < this.#limits.hashMaxListpackEntries) {
        this.#given.setBytes(value, valueAt, valueBytes);
        this.#setInListpack(entry, p, keepsExpiry);
        return p === 0;
      }
      this.#convert(entry);
    }
    return this.#setInTable(entry, field, fieldAt, fieldBytes, value, valueAt, valueBytes, keepsExpiry);
  }

  /** Removes a field; false if there is none. */
  remove(entry: number, field: Uint8Array, offset: number, length: number): boolean {
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) {
      const hash = this.#table.hashOf(field, offset, length);
      const record = this.#table.find(addr, hash, field, offset, length);
      if (record !== 0) this.#table.remove(addr, hash, record);
      return record !== 0;
    }
    this.#key.setBytes(field, offset, length);
    const p = this.#compact.find(addr, this.#key, this.#width(entry));
    if (p === 0) return false;
    this.#compact.remove(addr, p, this.#width(entry));
    setValueAddress(this.#arena, entry, this.#compact.addr);
    return true;
  }

  /** Lets a field, which there is, expire at a time; never for 0. Throws ArenaFullError. */
  setExpiry(entry: number, field: Uint8Array, offset: number, length: number, atMs: number): void {
    if (this.#isTable(entry)) {
      const addr = valueAddress(this.#arena, entry);
      const hash = this.#table.hashOf(field, offset, length);
      const record = this.#table.find(addr, hash, field, offset, length);
      assert(record !== 0, 'a field that is to expire is there');
      if (atMs === 0) this.#table.clearExpiry(addr, record);
      else this.#table.setExpiry(addr, hash, record, atMs);
      return;
    }
    if (encodingOf(this.#arena, entry) === HashEncoding.listpack) {
      if (atMs === 0) return;
      this.#widen(entry);
    }
    this.#key.setBytes(field, offset, length);
    const addr = valueAddress(this.#arena, entry);
    const p = this.#compact.find(addr, this.#key, 3);
    assert(p !== 0, 'a field that is to expire is there');
    if (this.#compact.expiry(addr, p, 3) !== atMs) this.#moveInListpack(entry, p, atMs);
  }

  // Fields that expire.

  /** Whether any field expires. */
  hasExpiries(entry: number): boolean {
    return this.earliestExpiry(entry) !== Infinity;
  }

  /** When the first field expires; Infinity if none does. */
  earliestExpiry(entry: number): number {
    const addr = valueAddress(this.#arena, entry);
    const encoding = encodingOf(this.#arena, entry);
    if (encoding === HashEncoding.hashtable) return this.#table.earliest(addr);
    if (encoding === HashEncoding.listpack) return Infinity;
    const first = this.#compact.first(addr);
    return (first === 0 ? 0 : this.#compact.expiry(addr, first, 3)) || Infinity;
  }

  /** Whether the time of every field is `nowMs` or before. */
  isOver(entry: number, nowMs: number): boolean {
    return this.earliestExpiry(entry) <= nowMs && this.dueCount(entry, nowMs) === this.length(entry);
  }

  /** The number of fields whose time is `nowMs` or before. */
  dueCount(entry: number, nowMs: number): number {
    const addr = valueAddress(this.#arena, entry);
    const encoding = encodingOf(this.#arena, entry);
    if (encoding === HashEncoding.hashtable) return this.#table.dueCount(addr, nowMs);
    return encoding === HashEncoding.listpack ? 0 : this.#compact.dueCount(addr, nowMs);
  }

  /** Begins a walk through the fields that expire, those first that expire first. */
  startExpiring(entry: number): void {
    this.startWalk(entry);
    this.#expiring = this.#isTable(entry) ? this.#table.firstExpiring(valueAddress(this.#arena, entry)) : 0;
  }

  /** Reads the name of the walk's next field, which there is, into `field`. */
  nextExpiring(): void {
    if (this.#isTable(this.#walked)) {
      this.#readRecordField(this.#expiring);
      this.#expiring = this.#table.nextExpiring();
    } else {
      this.nextField();
    }
  }

  /** Removes the `count` fields that expire first. */
  removeFirst(entry: number, count: number): void {
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) {
      this.#table.removeFirst(addr, count);
    } else {
      this.#compact.removeFirst(addr, count);
      setValueAddress(this.#arena, entry, this.#compact.addr);
    }
  }

  // Walks. There is one at a time, and the hash does not change meanwhile.

  /** Begins a walk through all fields. */
  startWalk(entry: number): void {
    this.#walked = entry;
    this.#told = 0;
    this.#found.clear();
    this.#position = this.#isTable(entry) ? 0 : this.#compact.first(valueAddress(this.#arena, entry));
  }

  /** Goes to the walk's next field; false at the end. */
  nextField(): boolean {
    const entry = this.#walked;
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) return this.#nextRecord(addr);
    if (this.#position === 0) return false;
    const width = this.#width(entry);
    this.#compact.read(addr, this.#position, this.field);
    const valueAt = this.#compact.next(addr, this.#position);
    this.#compact.read(addr, valueAt, this.value);
    this.expiryMs = width === 2 ? 0 : this.#compact.expiry(addr, this.#position, width);
    this.#position = width === 2 ? this.#compact.next(addr, valueAt) : this.#compact.nextField(addr, this.#position, width);
    return true;
  }

  /** Reads a field drawn uniformly into `field` and `value`. The hash has fields. */
  readRandom(entry: number, random: Random): void {
    const addr = valueAddress(this.#arena, entry);
    if (this.#isTable(entry)) {
      this.readRecord(this.#table.random(addr, random));
      return;
    }
    const p = this.#compact.seek(addr, random.below(this.length(entry)), this.#width(entry));
    this.#compact.read(addr, p, this.field);
    this.#compact.read(addr, this.#compact.next(addr, p), this.value);
  }

  /** The address of a record of a hash that is a table, drawn uniformly: for drawing fields only once. */
  randomRecord(entry: number, random: Random): number {
    return this.#table.random(valueAddress(this.#arena, entry), random);
  }

  /**
   * Appends the records around hash position `position` of a hash that is a table to `out`; returns the next
   * position, 2^32 at the end. A field that is there from position 0 to the end is found.
   */
  scan(entry: number, position: number, out: AddressList): number {
    return this.#table.scan(valueAddress(this.#arena, entry), position, out);
  }

  readRecord(record: number): void {
    this.#readRecordField(record);
    this.#readRecordValue(record);
  }

  isTable(entry: number): boolean {
    return this.#isTable(entry);
  }

  // As the codec needs it.

  /** Gives an entry without a value the listpack that is `length` bytes from `offset`, validated before, of 2 or 3 elements a field. */
  adopt(entry: number, bytes: Uint8Array, offset: number, length: number, width: 2 | 3): void {
    setValueAddress(this.#arena, entry, this.#compact.fromBytes(bytes, offset, length));
    setEncoding(this.#arena, entry, width === 2 ? HashEncoding.listpack : HashEncoding.listpackex);
    if (this.length(entry) > this.#limits.hashMaxListpackEntries) this.#convert(entry);
  }

  /** Where the listpack of a compact hash begins, in bytes. */
  listpackOffset(entry: number): number {
    return valueAddress(this.#arena, entry) * 8;
  }

  listpackBytes(entry: number): number {
    return this.#compact.totalBytes(valueAddress(this.#arena, entry));
  }

  /** Whether a compact hash has room for expiries. */
  isWide(entry: number): boolean {
    return encodingOf(this.#arena, entry) === HashEncoding.listpackex;
  }

  /** Asserts that the hash is consistent. */
  check(entry: number): void {
    if (this.#isTable(entry)) this.#table.check(valueAddress(this.#arena, entry));
  }

  #isTable(entry: number): boolean {
    return encodingOf(this.#arena, entry) === HashEncoding.hashtable;
  }

  /** Elements a field of a compact hash. */
  #width(entry: number): number {
    return encodingOf(this.#arena, entry) === HashEncoding.listpack ? 2 : 3;
  }

  #setInTable(
    entry: number, field: Uint8Array, fieldAt: number, fieldBytes: number, value: Uint8Array, valueAt: number, valueBytes: number,
    keepsExpiry: boolean,
  ): boolean {
    const addr = valueAddress(this.#arena, entry);
    const hash = this.#table.hashOf(field, fieldAt, fieldBytes);
    const record = this.#table.find(addr, hash, field, fieldAt, fieldBytes);
    if (record === 0) {
      this.#table.add(addr, hash, field, fieldAt, fieldBytes, value, valueAt, valueBytes);
      return true;
    }
    const target = this.#table.write(addr, hash, record, value, valueAt, valueBytes);
    if (!keepsExpiry) this.#table.clearExpiry(addr, target);
    return false;
  }

  /** Sets field `#key`, which is at p or, for 0, new, to `#given`. */
  #setInListpack(entry: number, p: number, keepsExpiry: boolean): void {
    const compact = this.#compact;
    const addr = valueAddress(this.#arena, entry);
    const width = this.#width(entry);
    try {
      if (p === 0) compact.add(addr, this.#key, this.#given, width);
      else if (keepsExpiry || compact.expiry(addr, p, width) === 0) compact.write(addr, p, this.#given);
      else compact.rewrite(addr, p, this.#key, this.#given);
    } finally {
      setValueAddress(this.#arena, entry, compact.addr);
    }
  }

  /** Gives the field at p of a listpackex an expiry. */
  #moveInListpack(entry: number, p: number, atMs: number): void {
    try {
      this.#compact.setExpiry(valueAddress(this.#arena, entry), p, atMs);
    } finally {
      setValueAddress(this.#arena, entry, this.#compact.addr);
    }
  }

  #nextRecord(addr: number): boolean {
    while (this.#told === this.#found.length) {
      if (this.#position === scanEnd) return false;
      this.#found.clear();
      this.#told = 0;
      this.#position = this.#table.scan(addr, this.#position, this.#found);
    }
    this.readRecord(this.#found.at(this.#told++));
    return true;
  }

  #readRecordField(record: number): void {
    const { i32, u8 } = this.#arena;
    this.field.setString(u8, keyOffsetOf(i32, record), keyLengthOf(i32, record));
  }

  #readRecordValue(record: number): void {
    const { i32, u8 } = this.#arena;
    this.value.setString(u8, recordValueOffset(i32, record), recordValueLength(i32, record));
    this.expiryMs = recordExpiry(i32, record);
  }

  /** Gives the fields of a listpack room for expiries. */
  #widen(entry: number): void {
    const narrow = valueAddress(this.#arena, entry);
    setValueAddress(this.#arena, entry, this.#compact.widened(narrow));
    setEncoding(this.#arena, entry, HashEncoding.listpackex);
    this.#compact.free(narrow);
  }

  /** Makes a compact hash a table. */
  #convert(entry: number): void {
    const header = this.#table.create();
    try {
      this.startWalk(entry);
      while (this.nextField()) this.#addToTable(header);
    } catch (error) {
      this.#table.free(header, this.#scratch);
      throw error;
    }
    this.#compact.free(valueAddress(this.#arena, entry));
    setValueAddress(this.#arena, entry, header);
    setEncoding(this.#arena, entry, HashEncoding.hashtable);
  }

  /** Adds the field that the walk is at. */
  #addToTable(header: number): void {
    const { field, value, expiryMs } = this;
    this.#asText(field, 0);
    this.#asText(value, digitsMax);
    const hash = this.#table.hashOf(field.bytes, field.offset, field.length);
    const record = this.#table.add(
      header, hash, field.bytes, field.offset, field.length, value.bytes, value.offset, value.length);
    if (expiryMs !== 0) this.#table.setExpiry(header, hash, record, expiryMs);
  }

  /** Makes an integer a string of its digits, which are kept from `at` on. */
  #asText(value: ListpackValue, at: number): void {
    if (!value.isInteger) return;
    const end = value.writeText(this.#digits, at);
    value.setString(this.#digits, at, end - at);
  }
}
