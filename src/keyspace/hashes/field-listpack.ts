/**
 * The compact forms of a hash, each one listpack: field, value, field, value, ... and, once a field
 * expires, field, value, expiry, field, ... as Redis's listpackex has it: in the order of their expiries,
 * fields without one, whose expiry is 0, last. So the field that expires first is the first, and those
 * that are due are the beginning.
 *
 * `width` is 2 or 3, the elements of one field. Where a listpack is after a change, `addr` says, also when
 * the change ended with an ArenaFullError: then the listpack has the elements that it had.
 */
import type { Arena } from '../../memory/arena.ts';
import { Listpack } from '../../structures/listpack.ts';
import { ListpackValue } from '../../structures/listpack-value.ts';

export class FieldListpack {
  /** Where the listpack that was changed last is. */
  addr = 0;
  readonly #arena: Arena;
  readonly #listpack: Listpack;
  readonly #expiry = new ListpackValue();
  readonly #field = new ListpackValue();
  readonly #value = new ListpackValue();
  #scratch = new Uint8Array(256);

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#listpack = new Listpack(arena);
  }

  create(reservedBytes = 0): number {
    return this.#listpack.create(reservedBytes);
  }

  fromBytes(bytes: Uint8Array, offset: number, length: number): number {
    return this.#listpack.fromBytes(bytes, offset, length);
  }

  free(addr: number): void {
    this.#listpack.free(addr);
  }

  usedBytes(addr: number): number {
    return this.#arena.capacityBytes(addr);
  }

  totalBytes(addr: number): number {
    return this.#listpack.totalBytes(addr);
  }

  count(addr: number, width: number): number {
    return this.#listpack.count(addr) / width;
  }

  /** The position of the first field, or 0. */
  first(addr: number): number {
    return this.#listpack.first(addr);
  }

  /** The position of the element behind, or 0. */
  next(addr: number, p: number): number {
    return this.#listpack.next(addr, p);
  }

  /** The position of the field behind the one at p, or 0. */
  nextField(addr: number, p: number, width: number): number {
    let at = p;
    for (let left = width; left > 0 && at !== 0; left--) at = this.#listpack.next(addr, at);
    return at;
  }

  /** The position of the field that is the `rank`-th, or 0. */
  seek(addr: number, rank: number, width: number): number {
    return this.#listpack.seek(addr, rank * width);
  }

  read(addr: number, p: number, out: ListpackValue): void {
    this.#listpack.read(addr, p, out);
  }

  /** The position of a field, or 0. */
  find(addr: number, field: ListpackValue, width: number): number {
    return this.#listpack.find(addr, this.#listpack.first(addr), field, width - 1);
  }

  /** The expiry of the field at p; 0 for none. */
  expiry(addr: number, p: number, width: number): number {
    if (width === 2) return 0;
    this.#listpack.read(addr, this.#listpack.next(addr, this.#listpack.next(addr, p)), this.#expiry);
    return this.#expiry.integer;
  }

  /** Adds a field that the hash does not have, without an expiry. */
  add(addr: number, field: ListpackValue, value: ListpackValue, width: number): void {
    this.#insert(addr, this.#listpack.totalBytes(addr) - 1, field, value, 0, width);
  }

  /** Gives the field at p another value; its expiry stays. */
  write(addr: number, p: number, value: ListpackValue): void {
    this.addr = addr;
    this.addr = this.#listpack.replace(addr, this.#listpack.next(addr, p), value);
  }

  /** Gives the field at p of a listpack of width 3 another value and no expiry. `field` is the field. */
  rewrite(addr: number, p: number, field: ListpackValue, value: ListpackValue): void {
    this.add(addr, field, value, 3);
    this.remove(this.addr, p, 3);
  }

  remove(addr: number, p: number, width: number): void {
    this.addr = this.#listpack.deleteFrom(addr, p, width);
  }

  /** Removes the `count` first fields of a listpack of width 3. */
  removeFirst(addr: number, count: number): void {
    this.addr = this.#listpack.deleteFrom(addr, this.#listpack.first(addr), count * 3);
  }

  /** Gives the field at p of a listpack of width 3 another expiry, 0 for none, and moves it to where it belongs. */
  setExpiry(addr: number, p: number, atMs: number): void {
    this.#keep(addr, p);
    const target = this.#placeOf(addr, atMs);
    const bytesBefore = this.#listpack.totalBytes(addr);
    this.#insert(addr, target, this.#field, this.#value, atMs, 3);
    const shift = target <= p ? this.#listpack.totalBytes(this.addr) - bytesBefore : 0;
    this.remove(this.addr, p + shift, 3);
  }

  /** The number of fields whose time is `nowMs` or before. */
  dueCount(addr: number, nowMs: number): number {
    let count = 0;
    for (let p = this.first(addr); p !== 0; p = this.nextField(addr, p, 3)) {
      const atMs = this.expiry(addr, p, 3);
      if (atMs === 0 || atMs > nowMs) break;
      count++;
    }
    return count;
  }

  /** A new listpack of width 3 with the fields of one of width 2. */
  widened(addr: number): number {
    const wide = this.#listpack.create(this.#listpack.totalBytes(addr) + this.#listpack.count(addr));
    this.addr = wide;
    try {
      for (let p = this.first(addr); p !== 0; p = this.nextField(addr, p, 2)) {
        this.read(addr, p, this.#field);
        this.read(addr, this.next(addr, p), this.#value);
        this.add(this.addr, this.#field, this.#value, 3);
      }
    } catch (error) {
      this.free(this.addr);
      throw error;
    }
    return this.addr;
  }

  /** Reads the field and the value at p into values of our own that outlive changes of the listpack. */
  #keep(addr: number, p: number): void {
    this.read(addr, p, this.#field);
    this.read(addr, this.next(addr, p), this.#value);
    const fieldBytes = this.#field.isInteger ? 0 : this.#field.length;
    const valueBytes = this.#value.isInteger ? 0 : this.#value.length;
    if (this.#scratch.length < fieldBytes + valueBytes) this.#scratch = new Uint8Array((fieldBytes + valueBytes) * 2);
    if (!this.#field.isInteger) {
      this.#field.writeBytes(this.#scratch, 0);
      this.#field.setString(this.#scratch, 0, fieldBytes);
    }
    if (!this.#value.isInteger) {
      this.#value.writeBytes(this.#scratch, fieldBytes);
      this.#value.setString(this.#scratch, fieldBytes, valueBytes);
    }
  }

  /** The position where a field with this expiry belongs: behind those that expire at the same time. */
  #placeOf(addr: number, atMs: number): number {
    if (atMs !== 0) {
      for (let p = this.first(addr); p !== 0; p = this.nextField(addr, p, 3)) {
        const other = this.expiry(addr, p, 3);
        if (other === 0 || other > atMs) return p;
      }
    }
    return this.#listpack.totalBytes(addr) - 1;
  }

  /** Puts the elements of one field at p, the last of them first, so that p stays where they go. */
  #insert(addr: number, p: number, field: ListpackValue, value: ListpackValue, atMs: number, width: number): void {
    const listpack = this.#listpack;
    let inserted = 0;
    this.addr = addr;
    try {
      if (width === 3) {
        this.#expiry.setInteger(atMs);
        this.addr = listpack.insertBefore(this.addr, p, this.#expiry);
        inserted++;
      }
      this.addr = listpack.insertBefore(this.addr, p, value);
      inserted++;
      this.addr = listpack.insertBefore(this.addr, p, field);
    } catch (error) {
      this.addr = listpack.deleteFrom(this.addr, p, inserted);
      throw error;
    }
  }
}
