/** A table beside a naive model of it, with keys whose hashes the test chooses or leaves to the real hash. */
import { assert } from '../../../src/base/assert.ts';
import { Arena, Purpose } from '../../../src/memory/arena.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import { Table } from '../../../src/structures/table.ts';

/** Takes the key's first 4 bytes, most significant first, as its hash. */
export class ChosenHash extends KeyHash {
  constructor() {
    super(0, 0);
  }

  override hash(bytes: Uint8Array, offset: number, length: number): number {
    assert(length >= 4, 'a key begins with its chosen hash');
    return Buffer.from(bytes.buffer, bytes.byteOffset + offset, 4).readInt32BE();
  }
}

/** A key for ChosenHash. */
export function keyWithHash(hash: number, name: number | string): Buffer {
  const key = Buffer.from(`0123${name}`);
  key.writeInt32BE(hash | 0);
  return key;
}

export class TableFixture {
  readonly arena: Arena;
  readonly keyHash: KeyHash;
  readonly table: Table;
  readonly root: number;
  readonly model = new Map<string, number>();
  readonly #baselineBytes: number;

  constructor(keyHash: KeyHash = new KeyHash(0x0badcafe, 0x5eed), maxBytes = 2 ** 28) {
    this.arena = Arena.create({ initialBytes: 2 ** 20, maxBytes });
    this.keyHash = keyHash;
    this.table = new Table(this.arena, keyHash);
    this.root = this.arena.rootIndex + 8;
    this.arena.i32[this.root + 3] = 0x0ffe;
    this.#baselineBytes = this.arena.usedBytes;
  }

  hash(key: Uint8Array): number {
    return this.keyHash.hash(key, 0, key.length);
  }

  find(key: Uint8Array): number {
    return this.table.find(this.root, this.hash(key), key, 0, key.length);
  }

  /** Writes a record, inserts it and returns its address; frees it again when the table has no room. */
  insert(key: Uint8Array): number {
    const addr = this.newRecord(key);
    try {
      this.table.insert(this.root, this.hash(key), addr);
    } catch (error) {
      this.arena.free(addr, Purpose.entry);
      throw error;
    }
    this.model.set(nameOf(key), addr);
    return addr;
  }

  remove(key: Uint8Array): void {
    const addr = this.model.get(nameOf(key));
    assert(addr !== undefined, 'a test removes what is there');
    this.table.remove(this.root, this.hash(key), addr);
    this.arena.free(addr, Purpose.entry);
    this.model.delete(nameOf(key));
  }

  /** Replaces the record of a key by a new one. */
  replace(key: Uint8Array): void {
    const old = this.model.get(nameOf(key));
    assert(old !== undefined, 'a test replaces what is there');
    const addr = this.newRecord(key);
    this.table.replace(this.root, this.hash(key), old, addr);
    this.arena.free(old, Purpose.entry);
    this.model.set(nameOf(key), addr);
  }

  has(key: Uint8Array): boolean {
    return this.model.has(nameOf(key));
  }

  newRecord(key: Uint8Array, headerWords = 1 + (key.length % 3)): number {
    const isLong = key.length >= 0xffff;
    const addr = this.arena.alloc(headerWords * 4 + key.length, Purpose.entry);
    this.arena.i32.fill(-1, addr * 2, addr * 2 + headerWords);
    this.arena.i32[addr * 2] = (isLong ? 0xffff : key.length) | (headerWords << 16) | 0xab000000;
    if (isLong) this.arena.i32[addr * 2 + headerWords - 1] = key.length;
    this.arena.u8.set(key, addr * 8 + headerWords * 4);
    return addr;
  }

  keyAt(addr: number): string {
    const word = this.arena.i32[addr * 2]!;
    const start = addr * 8 + ((word >>> 16) & 15) * 4;
    return nameOf(this.arena.u8.subarray(start, start + (word & 0xffff)));
  }

  scanAll(): number[] {
    const out = new AddressList();
    for (let position = 0; position < 2 ** 32;) {
      const next = this.table.scan(this.root, position, out);
      assert(next > position, 'a scan goes on');
      position = next;
    }
    return Array.from({ length: out.length }, (_, index) => out.at(index));
  }

  /** Compares the table with the model by look-up, by scan and by count, and checks its structure. */
  compare(): void {
    assert(this.table.count(this.root) === this.model.size, 'the table counts its entries');
    for (const [name, addr] of this.model) assert(this.find(Buffer.from(name, 'latin1')) === addr, 'a key is found');
    const scanned = this.scanAll();
    assert(scanned.length === this.model.size, 'a quiet scan returns every entry once');
    const expected = new Set(this.model.values());
    for (const addr of scanned) assert(expected.delete(addr), 'a scan returns entries');
    this.check();
  }

  check(): void {
    this.table.check(this.root);
    assert(this.arena.i32[this.root + 3] === 0x0ffe, 'the owner\'s word is untouched');
    assert(this.arena.usedBytesOf(Purpose.table) === this.table.usedBytes(this.root), 'no memory of the table is lost');
  }

  /** Removes everything, sees that the arena is as it was at first and returns the entries left. */
  drain(): number {
    for (const name of this.model.keys()) this.remove(Buffer.from(name, 'latin1'));
    return this.expectNothingLeft();
  }

  /** As the end of `drain`. */
  expectNothingLeft(): number {
    this.check();
    this.arena.check();
    const words = this.arena.i32.subarray(this.root, this.root + 3);
    assert(words.every((word) => word === 0), 'an empty table is all zero');
    assert(this.arena.usedBytes === this.#baselineBytes, 'nothing leaks');
    return this.table.count(this.root);
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1');
}
