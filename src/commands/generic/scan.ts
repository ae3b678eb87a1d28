/**
 * SCAN and KEYS.
 *
 * A cursor is `hash position * 16384 + slot`: the walk goes through the shards one after the other,
 * through each shard's slots, and through each slot in hash order, so it returns every key that is
 * there throughout, whatever is added, removed or resized in between. 0 is the beginning and the end.
 */
import { keyLength, keyOffset, typeNames, typeOf } from '../../keyspace/entry.ts';
import { slotCount, type Keyspace } from '../../keyspace/keyspace.ts';
import { wordBytes } from '../../protocol/ascii.ts';
import { AddressList } from '../../structures/address-list.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';
import { isStar, matchesPattern, readCursor, readScanOptions, type ScanOptions } from '../scan-arguments.ts';

const typeOption = { word: wordBytes('type'), hasValue: true };
const positionEnd = 2 ** 32;

export const scan: ShardCommand = {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  acl: ['keyspace'],
  keys: [],
  text: about('generic', '2.8.0', 'Walks through the keys of the database.', 'SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]', 'O(N) with N keys to look at in this call'),
  place: 'every-shard',
  execute(call) {
    const cursor = readCursor(call, 1);
    const options = cursor === undefined ? undefined : readScanOptions(call, 2, typeOption);
    if (cursor === undefined || options === undefined) return;
    const walk = new Walk(call, cursor);
    walk.collect(options.count);
    call.reply.array(2);
    call.reply.bulkInteger(walk.cursor);
    replyKeys(call, walk, options);
  },
};

export const keys: ShardCommand = {
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  acl: ['keyspace', 'dangerous'],
  keys: [],
  text: about('generic', '1.0.0', 'Lists all keys that match a pattern.', 'KEYS pattern', 'O(N) with N keys of the database'),
  place: 'every-shard',
  execute(call) {
    const walk = new Walk(call, 0);
    const deferred = call.reply.arrayDeferred();
    let count = 0;
    const isAll = isStar(call, 1);
    do {
      walk.collect(1024);
      count += walk.each((keyspace, entry) => {
        if (call.isExpired(keyspace, entry) || !(isAll || matches(call, 1, keyspace, entry))) return false;
        replyKey(call, keyspace, entry);
        return true;
      });
    } while (walk.cursor !== 0);
    call.reply.closeArray(deferred, count);
  },
};

/** Collects entries from a cursor on; the keyspaces of a finding are kept beside it. */
class Walk {
  cursor: number;
  readonly #call: Call;
  readonly #keyspaces: readonly Keyspace[];
  readonly #found = new AddressList();
  readonly #slots: number[] = [];

  constructor(call: Call, cursor: number) {
    this.#call = call;
    this.cursor = cursor;
    this.#keyspaces = [...call.heldKeyspaces()].toSorted((a, b) => a.shard - b.shard);
  }

  /** Walks on until at least `count` entries are found or all is seen. */
  collect(count: number): void {
    this.#found.clear();
    this.#slots.length = 0;
    let slot = this.cursor % slotCount;
    let position = Math.floor(this.cursor / slotCount);
    while (this.#found.length < count) {
      const keyspace = this.#keyspaces[slot % this.#keyspaces.length]!;
      const used = keyspace.nextUsedSlot(this.#call.db, slot);
      if (used !== slot) position = 0;
      if (used < 0) {
        if (keyspace.shard + 1 === this.#keyspaces.length) {
          this.cursor = 0;
          return;
        }
        slot = keyspace.shard + 1;
        continue;
      }
      slot = used;
      position = keyspace.scanSlot(this.#call.db, slot, position, this.#found);
      while (this.#slots.length < this.#found.length) this.#slots.push(slot);
      if (position < positionEnd) continue;
      position = 0;
      slot += this.#keyspaces.length;
      if (slot < slotCount) continue;
      if (keyspace.shard + 1 === this.#keyspaces.length) {
        this.cursor = 0;
        return;
      }
      slot = keyspace.shard + 1;
    }
    this.cursor = this.#isAtEnd(slot, position) ? 0 : position * slotCount + slot;
  }

  /** Calls `visit` for each finding; returns how often it answered true. */
  each(visit: (keyspace: Keyspace, entry: number, slot: number) => boolean): number {
    let count = 0;
    for (let i = 0; i < this.#found.length; i++) {
      const slot = this.#slots[i]!;
      if (this.#call.control.isHidden(slot)) continue;
      if (visit(this.#keyspaces[slot % this.#keyspaces.length]!, this.#found.at(i), slot)) count++;
    }
    return count;
  }

  /** Whether nothing is left behind a cursor, so that a walk of few keys ends with its first call. */
  #isAtEnd(slot: number, position: number): boolean {
    if (position > 0) return false;
    const shard = slot % this.#keyspaces.length;
    if (this.#keyspaces[shard]!.nextUsedSlot(this.#call.db, slot) >= 0) return false;
    return this.#keyspaces.slice(shard + 1).every((keyspace) => keyspace.keyCount(this.#call.db) === 0);
  }
}

function replyKeys(call: Call, walk: Walk, { match, own }: ScanOptions): void {
  const deferred = call.reply.arrayDeferred();
  const type = own === 0 ? undefined : call.latin1(own).toLowerCase();
  const count = walk.each((keyspace, entry, slot) => {
    if (match !== 0 && !matches(call, match, keyspace, entry)) return false;
    if (type !== undefined && typeNames[typeOf(keyspace.arena, entry)] !== type) return false;
    if (call.isExpired(keyspace, entry)) {
      call.expire(keyspace, slot, entry);
      return false;
    }
    replyKey(call, keyspace, entry);
    return true;
  });
  call.reply.closeArray(deferred, count);
}

function replyKey(call: Call, { arena }: Keyspace, entry: number): void {
  call.reply.bulk(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
}

function matches(call: Call, pattern: number, { arena }: Keyspace, entry: number): boolean {
  return matchesPattern(call, pattern, arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
}
