/** The keyspace of one shard of three beside a naive model of it: maps by database. */
import { assert } from '../../../src/base/assert.ts';
import { keySlot } from '../../../src/base/crc16.ts';
import { expiry64, keyLength, keyOffset, valueLength, valueOffset } from '../../../src/keyspace/entry.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';

export const databaseCount = 3;
export const shardCount = 3;
const scanEnd = 2 ** 32;

interface ModelEntry {
  value: string;
  /** -1 for none. */
  atMs: bigint;
}

/** Shard 1 of 3, with the same keys in maps: by database, key. */
export class KeyspaceFixture {
  readonly keyspace: Keyspace;
  readonly model: Map<string, ModelEntry>[] = Array.from({ length: databaseCount }, () => new Map());
  readonly #baselineBytes: number;

  constructor() {
    this.keyspace = new Keyspace(Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 27 }), new KeyHash(1, 2), 1, shardCount, databaseCount);
    this.keyspace.format();
    this.#baselineBytes = this.keyspace.arena.usedBytes;
  }

  find(db: number, key: string): number {
    const bytes = Buffer.from(key, 'latin1');
    return this.keyspace.find(db, slotOf(key), bytes, 0, bytes.length);
  }

  put(db: number, key: string, value: string, keepExpiry: boolean): void {
    const [bytes, content] = [Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1')];
    this.keyspace.putString(db, slotOf(key), this.find(db, key), bytes, 0, bytes.length, content, 0, content.length, 1, keepExpiry ? 'keep' : 'none');
    const old = this.model[db]!.get(key);
    this.model[db]!.set(key, { value, atMs: keepExpiry && old !== undefined ? old.atMs : -1n });
  }

  resize(db: number, key: string, length: number): void {
    const old = this.model[db]!.get(key);
    if (old === undefined) return;
    this.keyspace.resizeString(db, slotOf(key), this.find(db, key), length, 2);
    old.value = old.value.slice(0, length).padEnd(length, '\0');
  }

  setExpiry(db: number, key: string, atMs: bigint): void {
    const old = this.model[db]!.get(key);
    if (old === undefined) return;
    this.keyspace.setExpiry(db, slotOf(key), this.find(db, key), Number.isSafeInteger(Number(atMs)) ? Number(atMs) : atMs);
    old.atMs = atMs;
  }

  clearExpiry(db: number, key: string): void {
    const old = this.model[db]!.get(key);
    if (old === undefined) return;
    const hadOne = this.keyspace.clearExpiry(db, slotOf(key), this.find(db, key));
    assert(hadOne === (old.atMs !== -1n), 'clearing an expiry tells whether there was one');
    old.atMs = -1n;
  }

  remove(db: number, key: string): void {
    if (this.model[db]!.delete(key)) this.keyspace.remove(db, slotOf(key), this.find(db, key));
  }

  swap(a: number, b: number): void {
    this.keyspace.swap(a, b);
    [this.model[a], this.model[b]] = [this.model[b]!, this.model[a]!];
  }

  swapSlot(a: number, b: number, slot: number): void {
    this.keyspace.swapSlot(a, b, slot);
    const [fromA, fromB] = [this.#takeSlot(a, slot), this.#takeSlot(b, slot)];
    // Of a database with itself everything has been taken at once.
    for (const [key, entry] of fromA) this.model[b]!.set(key, entry);
    for (const [key, entry] of fromB) this.model[a]!.set(key, entry);
  }

  flush(db: number): void {
    this.keyspace.flush(db);
    this.model[db]!.clear();
  }

  flushSlot(db: number, slot: number): void {
    this.keyspace.flushSlot(db, slot);
    this.#takeSlot(db, slot);
  }

  /** What is otherwise than in the model, or nothing. */
  differences(): string[] {
    this.keyspace.arena.check();
    return this.model.flatMap((model, db) => [...this.#countDifferences(db, model), ...this.#keyDifferences(db, model)]);
  }

  /** Empties everything; asserts that no memory is left. */
  close(): void {
    for (let db = 0; db < databaseCount; db++) this.flush(db);
    this.keyspace.arena.check();
    assert(this.keyspace.arena.usedBytes === this.#baselineBytes, 'nothing is left of an emptied keyspace');
  }

  #countDifferences(db: number, model: ReadonlyMap<string, ModelEntry>): string[] {
    const { keyspace } = this;
    const isVolatile = ([, { atMs }]: readonly [string, ModelEntry]): boolean => atMs !== -1n;
    const all = [...model];
    const pairs: [string, number, number][] = [
      [`keys of ${db}`, keyspace.keyCount(db), all.length],
      [`keys of ${db} that expire`, keyspace.volatileCount(db), all.filter(isVolatile).length],
    ];
    for (const slot of slots) {
      const here = all.filter(([key]) => slotOf(key) === slot);
      pairs.push([`keys of ${db}, slot ${slot}`, keyspace.slotKeyCount(db, slot), here.length]);
      pairs.push([`keys of ${db}, slot ${slot}, that expire`, keyspace.slotVolatileCount(db, slot), here.filter(isVolatile).length]);
    }
    return pairs.filter(([, is, should]) => is !== should).map(([what, is, should]) => `${what}: ${is}, not ${should}`);
  }

  #keyDifferences(db: number, model: ReadonlyMap<string, ModelEntry>): string[] {
    const walked = this.#walk(db).join(' ') === [...model.keys()].toSorted().join(' ');
    const wrong = new Set([...keys, ...model.keys()]).values().filter((key) => this.#read(this.find(db, key)) !== describe(key, model.get(key)));
    return [...(walked ? [] : [`the walk through database ${db}`]), ...wrong.map((key) => `${key.slice(0, 20)} of database ${db}`)];
  }

  /** An entry as `describe` tells it. */
  #read(entry: number): string {
    const { arena } = this.keyspace;
    if (entry === 0) return 'none';
    const text = (at: number, length: number): string => Buffer.from(arena.u8.slice(at, at + length)).toString('latin1');
    const value = text(valueOffset(arena, entry), valueLength(arena, entry));
    return describe(text(keyOffset(arena, entry), keyLength(arena, entry)), { value, atMs: expiry64(arena, entry) });
  }

  #walk(db: number): string[] {
    const { keyspace } = this;
    const out = new AddressList();
    for (let slot = keyspace.nextUsedSlot(db, 0); slot >= 0; slot = keyspace.nextUsedSlot(db, slot + 1)) {
      for (let position = 0; position < scanEnd;) position = keyspace.scanSlot(db, slot, position, out);
    }
    const { arena } = keyspace;
    return Array.from({ length: out.length }, (_, i) => {
      const at = keyOffset(arena, out.at(i));
      return Buffer.from(arena.u8.slice(at, at + keyLength(arena, out.at(i)))).toString('latin1');
    }).toSorted();
  }

  #takeSlot(db: number, slot: number): [string, ModelEntry][] {
    const taken = [...this.model[db]!].filter(([key]) => slotOf(key) === slot);
    for (const [key] of taken) this.model[db]!.delete(key);
    return taken;
  }
}

export function slotOf(key: string): number {
  const bytes = Buffer.from(key, 'latin1');
  return keySlot(bytes, 0, bytes.length);
}

function describe(key: string, entry: ModelEntry | undefined): string {
  return entry === undefined ? 'none' : `${key} = ${entry.value}, expires ${entry.atMs}`;
}

/** Keys of shard 1: most in four slots, some in slots of their own, two of them long. */
const tags = Array.from({ length: 40 }, (_, i) => `{${i}}`).filter((tag) => slotOf(tag) % shardCount === 1).slice(0, 8);
export const keys = tags.flatMap((tag, at) => Array.from({ length: at < 4 ? 12 : 1 }, (_, i) => `${tag}${i}`))
  .concat(`${tags[0]}${'long'.repeat(17_000)}`, `${tags[1]}${'long'.repeat(17_000)}`);
export const slots = [...new Set(keys.map((key) => slotOf(key)))];
