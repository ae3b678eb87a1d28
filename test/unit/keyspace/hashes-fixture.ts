/** A hash beside a naive model of it: a map of fields to values with expiries. */
import { assert } from '../../../src/base/assert.ts';
import { ValueType } from '../../../src/keyspace/entry.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { defaultLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena, ArenaFullError } from '../../../src/memory/arena.ts';
import { AddressList } from '../../../src/structures/address-list.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';
import type { ListpackValue } from '../../../src/structures/listpack-value.ts';

export interface ModelField {
  readonly value: string;
  /** 0 for none. */
  readonly atMs: number;
}

const scanEnd = 2 ** 32;

export class HashesFixture {
  readonly keyspace: Keyspace;
  readonly entry: number;
  readonly model = new Map<string, ModelField>();
  readonly #baselineBytes: number;

  constructor(entriesMax: number, valueMax: number, arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 })) {
    const limits = { ...defaultLimits, hashMaxListpackEntries: entriesMax, hashMaxListpackValue: valueMax };
    this.keyspace = new Keyspace(arena, new KeyHash(1, 2), 0, 1, 1, limits);
    this.#baselineBytes = arena.usedBytes;
    this.entry = this.keyspace.prepare(Buffer.from('key'), 0, 3, ValueType.hash, 'none');
    this.keyspace.hashes.begin(this.entry);
  }

  get encoding(): string {
    return this.keyspace.hashes.encodingName(this.entry);
  }

  set(field: string, value: string, keepsExpiry: boolean): void {
    const [name, content] = [Buffer.from(field, 'latin1'), Buffer.from(value, 'latin1')];
    const isNew = this.keyspace.hashes.set(this.entry, name, 0, name.length, content, 0, content.length, keepsExpiry);
    assert(isNew === !this.model.has(field), 'setting tells whether a field is new');
    this.model.set(field, { value, atMs: keepsExpiry ? (this.model.get(field)?.atMs ?? 0) : 0 });
  }

  remove(field: string): void {
    const name = Buffer.from(field, 'latin1');
    assert(this.keyspace.hashes.remove(this.entry, name, 0, name.length) === this.model.delete(field), 'removing tells whether there was a field');
  }

  setExpiry(field: string, atMs: number): void {
    const old = this.model.get(field);
    if (old === undefined) return;
    const name = Buffer.from(field, 'latin1');
    this.keyspace.hashes.setExpiry(this.entry, name, 0, name.length, atMs);
    this.model.set(field, { value: old.value, atMs });
  }

  /** Removes what is due, as the model has it; the names, first to expire first. */
  removeDue(nowMs: number): void {
    const { hashes } = this.keyspace;
    const due = this.#due(nowMs);
    assert(hashes.dueCount(this.entry, nowMs) === due.length, 'a hash counts its due fields');
    hashes.startExpiring(this.entry);
    const names = due.map(() => {
      hashes.nextExpiring();
      return textOf(hashes.field);
    });
    assert(names.every((name) => due.includes(name)) && new Set(names).size === due.length, 'the fields that expire first are the due ones');
    const times = names.map((name) => this.model.get(name)!.atMs);
    assert(times.every((atMs, i) => i === 0 || times[i - 1]! <= atMs), 'fields are told in the order of their expiries');
    hashes.removeFirst(this.entry, due.length);
    for (const name of due) this.model.delete(name);
  }

  /** Asserts that all that can be asked is as in the model. */
  compare(): void {
    const { hashes, arena } = this.keyspace;
    arena.check();
    hashes.check(this.entry);
    assert(hashes.length(this.entry) === this.model.size, 'a hash counts its fields');
    const expiries = [...this.model.values()].map(({ atMs }) => atMs).filter((atMs) => atMs !== 0);
    assert(hashes.earliestExpiry(this.entry) === Math.min(Infinity, ...expiries), 'a hash knows its earliest expiry');
    assert(hashes.hasExpiries(this.entry) === expiries.length > 0, 'a hash knows whether fields expire');
    this.#compareWalk();
    for (const [field, { value, atMs }] of this.model) {
      const name = Buffer.from(`<${field}>`, 'latin1');
      assert(hashes.find(this.entry, name, 1, name.length - 2), 'a field is found');
      assert(textOf(hashes.value) === value && hashes.expiryMs === atMs, 'a field is found with its value and expiry');
    }
    assert(!hashes.find(this.entry, Buffer.from('no such field'), 0, 13), 'other fields are not found');
  }

  /** The real size of all blocks but the entry's own. */
  get usedBytes(): number {
    const { arena } = this.keyspace;
    return arena.usedBytes - this.#baselineBytes - arena.capacityBytes(this.entry);
  }

  /** Performs a change; if there is no room for it, nothing has changed. */
  tryTo(change: () => void): boolean {
    try {
      change();
      return true;
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      return false;
    }
  }

  /** Frees the hash; the bytes in use beyond those at first. */
  free(): number {
    this.keyspace.discard(this.entry);
    this.keyspace.unlinked.freeAll();
    this.keyspace.arena.check();
    return this.keyspace.arena.usedBytes - this.#baselineBytes;
  }

  #compareWalk(): void {
    const { hashes } = this.keyspace;
    const seen = new Map<string, ModelField>();
    hashes.startWalk(this.entry);
    while (hashes.nextField()) {
      const name = textOf(hashes.field);
      assert(!seen.has(name), 'a walk tells a field once');
      seen.set(name, { value: textOf(hashes.value), atMs: hashes.expiryMs });
    }
    assert(seen.size === this.model.size, 'a walk tells all fields');
    for (const [field, { value, atMs }] of seen) {
      const wanted = this.model.get(field);
      assert(wanted?.value === value && wanted.atMs === atMs, 'a walk tells a field as it is');
    }
    if (hashes.isTable(this.entry)) this.#compareScan();
  }

  #compareScan(): void {
    const { hashes } = this.keyspace;
    const found = new AddressList();
    for (let position = 0; position < scanEnd;) position = hashes.scan(this.entry, position, found);
    assert(found.length === this.model.size, 'a scan finds all fields');
  }

  #due(nowMs: number): string[] {
    return [...this.model].filter(([, { atMs }]) => atMs !== 0 && atMs <= nowMs).map(([field]) => field);
  }
}

export function textOf(value: ListpackValue): string {
  const text = Buffer.alloc(value.byteLength());
  value.writeBytes(text, 0);
  return text.toString('latin1');
}
