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
import * as errors from '../../protocol/errors.ts';
import { AddressList } from '../../structures/address-list.ts';
import { globMatch } from '../../structures/glob.ts';
import { about } from '../about.ts';
import type { Call } from '../call.ts';
import type { ShardCommand } from '../command.ts';

const matchWord = wordBytes('match');
const countWord = wordBytes('count');
const typeWord = wordBytes('type');
const positionEnd = 2 ** 32;
/** Of a position and a slot. */
const cursorBits = 46;
const defaultCount = 10;
const star = 0x2a;

export const scan: ShardCommand = {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  acl: ['keyspace'],
  keys: [],
  text: about('generic', '2.8.0', 'Walks through the keys of the database.', 'SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]', 'O(N) with N keys to look at in this call'),
  place: 'every-shard',
  execute(call) {
    const cursor = parseCursor(call);
    const options = cursor === undefined ? undefined : parseOptions(call);
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

interface ScanOptions {
  readonly count: number;
  /** Argument index of the pattern; 0 for none. */
  readonly match: number;
  readonly type: string | undefined;
}

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

function replyKeys(call: Call, walk: Walk, { match, type }: ScanOptions): void {
  const deferred = call.reply.arrayDeferred();
  const isAll = match === 0 || isStar(call, match);
  const count = walk.each((keyspace, entry, slot) => {
    if (!isAll && !matches(call, match, keyspace, entry)) return false;
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
  return globMatch(call.bytes, call.offset(pattern), call.length(pattern), arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
}

function isStar(call: Call, i: number): boolean {
  return call.length(i) === 1 && call.bytes[call.offset(i)] === star;
}

/**
 * A safe integer, or undefined after an error reply. Read as C's strtoul does: up to a NUL, an
 * unsigned 64-bit number that may have a sign, and nothing at all is 0.
 */
function parseCursor(call: Call): number | undefined {
  const text = call.latin1(1).split('\0', 1)[0]!;
  const digits = /^[+-]?(\d+)$/.exec(text)?.[1] ?? (text === '' ? '0' : undefined);
  if (digits === undefined || BigInt(digits) >= 2n ** 64n) {
    call.fail(errors.invalidCursor);
    return undefined;
  }
  const cursor = BigInt(digits);
  return Number(BigInt.asUintN(cursorBits, text.startsWith('-') ? -cursor : cursor));
}

function parseOptions(call: Call): ScanOptions | undefined {
  let [count, match] = [defaultCount, 0];
  let type: string | undefined;
  for (let i = 2; i < call.argc; i += 2) {
    const hasValue = i + 1 < call.argc;
    if (hasValue && call.is(i, countWord)) {
      count = call.int(i + 1);
      if (Number.isNaN(count)) return refuse(call, errors.notInteger);
      if (count < 1) return refuse(call, errors.syntax);
    } else if (hasValue && call.is(i, matchWord)) {
      match = i + 1;
    } else if (hasValue && call.is(i, typeWord)) {
      type = call.latin1(i + 1).toLowerCase();
    } else {
      return refuse(call, errors.syntax);
    }
  }
  return { count, match, type };
}

function refuse(call: Call, text: string): undefined {
  call.fail(text);
  return undefined;
}
