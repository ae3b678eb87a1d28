/** A sorted set beside a naive model of it: an array of members with scores, kept in order. */
import { assert } from '../../../src/base/assert.ts';
import { ValueType } from '../../../src/keyspace/entry.ts';
import { Keyspace } from '../../../src/keyspace/keyspace.ts';
import { PutFlag, PutResult } from '../../../src/keyspace/sorted-sets.ts';
import { defaultLimits } from '../../../src/keyspace/value-limits.ts';
import { Arena } from '../../../src/memory/arena.ts';
import { KeyHash } from '../../../src/structures/key-hash.ts';

export interface Member {
  readonly name: string;
  readonly score: number;
}

export const limits = { ...defaultLimits, zsetMaxListpackEntries: 8, zsetMaxListpackValue: 12 };

export class SortedSetsFixture {
  readonly keyspace: Keyspace;
  readonly entry: number;
  model: Member[] = [];
  /** Whether the model would have left the compact form. */
  isLarge = false;
  readonly #baselineBytes: number;

  constructor(arena = Arena.create({ initialBytes: 2 ** 20, maxBytes: 2 ** 28 }), valueLimits = limits) {
    this.keyspace = new Keyspace(arena, new KeyHash(3, 4), 0, 1, 1, valueLimits);
    this.keyspace.format();
    this.#baselineBytes = arena.usedBytes;
    this.entry = this.keyspace.prepare(Buffer.from('key'), 0, 3, ValueType.zset, 'none');
    this.keyspace.sortedSets.create(this.entry);
  }

  get sets(): Keyspace['sortedSets'] {
    return this.keyspace.sortedSets;
  }

  /** Puts a member into both; false when they disagree about what has happened. */
  put(name: string, score: number, flags = 0): boolean {
    const bytes = Buffer.from(`..${name}.`, 'latin1');
    const given = this.sets.put(this.entry, score, bytes, 2, name.length, flags);
    const wanted = this.#putModel(name, score, flags);
    return given === wanted;
  }

  remove(name: string): boolean {
    const bytes = Buffer.from(name, 'latin1');
    const had = this.model.some((member) => member.name === name);
    this.model = this.model.filter((member) => member.name !== name);
    return this.sets.remove(this.entry, bytes, 0, bytes.length) === had;
  }

  removeRange(rank: number, count: number): void {
    this.sets.removeRange(this.entry, rank, count);
    this.model.splice(rank, count);
  }

  scoreOf(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.sets.scoreOf(this.entry, bytes, 0, bytes.length);
  }

  rankOf(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.sets.rankOf(this.entry, bytes, 0, bytes.length);
  }

  rankOfBytes(name: string, isIncluded: boolean): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.sets.rankOfBytes(this.entry, bytes, 0, bytes.length, isIncluded);
  }

  /** All members from the first to the last. */
  forward(): Member[] {
    const cursor = this.sets.newCursor();
    const all: Member[] = [];
    for (let on = cursor.moveTo(this.entry, 0); on; on = cursor.next()) all.push(shown(cursor));
    return all;
  }

  backward(): Member[] {
    const cursor = this.sets.newCursor();
    const all: Member[] = [];
    for (let on = cursor.moveTo(this.entry, this.sets.length(this.entry) - 1); on; on = cursor.prev()) all.push(shown(cursor));
    return all;
  }

  /** Frees the sorted set and asserts that nothing is left. */
  close(): void {
    const { arena } = this.keyspace;
    arena.check();
    this.keyspace.discard(this.entry);
    this.keyspace.unlinked.freeAll();
    arena.check();
    assert(arena.usedBytes === this.#baselineBytes, 'nothing is left of a sorted set that was freed');
  }

  #putModel(name: string, score: number, flags: number): PutResult {
    const has = (flag: number): boolean => (flags & flag) !== 0;
    const old = this.model.find((member) => member.name === name);
    if (old === undefined) {
      if (has(PutFlag.ifPresent)) return PutResult.skipped;
      this.#place({ name, score });
      this.isLarge ||= this.model.length > limits.zsetMaxListpackEntries || name.length > limits.zsetMaxListpackValue;
      return PutResult.added;
    }
    if (has(PutFlag.ifAbsent)) return PutResult.skipped;
    const next = has(PutFlag.increment) ? old.score + score : score;
    if (Number.isNaN(next)) return PutResult.notNumber;
    if ((has(PutFlag.ifGreater) && next <= old.score) || (has(PutFlag.ifLess) && next >= old.score)) return PutResult.skipped;
    if (next === old.score) return PutResult.same;
    this.model = this.model.filter((member) => member !== old);
    this.#place({ name, score: next });
    return PutResult.updated;
  }

  #place(member: Member): void {
    const at = this.model.findIndex((other) => isBefore(member, other));
    this.model.splice(at < 0 ? this.model.length : at, 0, member);
  }
}

function isBefore(a: Member, b: Member): boolean {
  return a.score < b.score || (a.score === b.score && Buffer.compare(Buffer.from(a.name, 'latin1'), Buffer.from(b.name, 'latin1')) < 0);
}

function shown(cursor: { bytes: Uint8Array; offset: number; length: number; score: number }): Member {
  return { name: Buffer.from(cursor.bytes.slice(cursor.offset, cursor.offset + cursor.length)).toString('latin1'), score: cursor.score + 0 };
}
