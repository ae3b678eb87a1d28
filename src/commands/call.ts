/**
 * One command in execution, as its handler sees it: arguments in place, the keyspace, the reply
 * and the effects. A shard owns a single Call and refills it per command; a handler must not keep
 * it or any offset. Handlers never see a socket, a clock or Math.random.
 *
 * Keys: argument `i` may live on another shard when the command runs under a lease, so a handler
 * always asks `keyspaceOf(i)` and `slotOf(i)`. In debug runs a key that the row did not declare
 * fails an assertion.
 */
import { assert } from '../base/assert.ts';
import { keySlot } from '../base/crc16.ts';
import { Random } from '../base/random.ts';
import type { Effects } from '../channel/effect-writer.ts';
import { Counter, type ShardStats } from '../channel/shard-stats.ts';
import type { Control } from '../channel/control.ts';
import { commandArgc, commandId } from '../channel/records.ts';
import { expireFields } from './expire-fields.ts';
import { findKeys, type KeyList } from './keys.ts';
import { accessClock, expiryFlag, expiryMs, fieldExpiryFlag, keyLength, keyOffset, setAccessClock, typeOf } from '../keyspace/entry.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { equalsIgnoreCase, latin1, parseInteger, parseInteger64, utf8 } from '../protocol/ascii.ts';
import * as errors from '../protocol/errors.ts';
import type { ReplyWriter } from '../protocol/reply-writer.ts';

export interface CallContext {
  readonly reply: ReplyWriter;
  /** Every shard's keyspace; only those of the participants may be used. */
  readonly keyspaces: readonly Keyspace[];
  readonly own: number;
  readonly stats: ShardStats;
  readonly control: Control;
  readonly random: Random;
}

const volatileFlags = expiryFlag | fieldExpiryFlag;

export class Call {
  readonly reply: ReplyWriter;
  readonly stats: ShardStats;
  readonly control: Control;
  readonly random: Random;
  readonly #keyspaces: readonly Keyspace[];
  readonly #own: number;

  /** The bytes that argument offsets point into: the ring, a big request, or a log being loaded. */
  bytes: Uint8Array = new Uint8Array(0);
  #index: Int32Array = new Int32Array(0);
  /** Index of the first argument's offset in `#index`. */
  #first = 0;
  /** Added to every offset. */
  #base = 0;
  /** Number of arguments with the command's name. */
  argc = 0;
  /** Position of the command's row in the table. */
  id = 0;
  /** Slot of the first key; 0 for commands without one. */
  slot = 0;
  /** The argument whose slot was asked for last, and that slot. */
  #slotArgument = 0;
  #slotOfArgument = 0;
  /** Argument index of the key whose hash is in `knownHash`; 0 for none. */
  hashedKey = 0;
  knownHash = 0;
  /** Not 0: the slot is moving, and the presence of the keys decides (slot-decision.ts). */
  presencePolicy = 0;
  db = 0;
  /** Position of the client among the door's sessions. */
  connection = 0;
  /** Milliseconds since 1970, the same for the whole batch; 0 while a log is loaded. */
  nowMs = 0;
  /** When the log that is being loaded was read: its keys count as used then. */
  loadedAtMs = 0;
  /** Reads leave the access clock alone (CLIENT NO-TOUCH). */
  noTouch = false;
  effects: Effects;
  /** Shards whose memory this command may use; its own first. */
  participants: readonly number[];
  /** Becomes true when the handler answers with an error. */
  failed = false;
  /** Number of changes to the keyspace that the command has made. */
  changes = 0;

  constructor(context: CallContext, effects: Effects) {
    this.reply = context.reply;
    this.stats = context.stats;
    this.control = context.control;
    this.random = context.random;
    this.#keyspaces = context.keyspaces;
    this.#own = context.own;
    this.effects = effects;
    this.participants = [context.own];
  }

  /** Points the call at one command: `at` is the int32 index of its head word. Returns the index behind it. */
  load(index: Int32Array, at: number, bytes: Uint8Array, base: number): number {
    const head = index[at]!;
    return this.point(commandId(head), commandArgc(head), index[at + 1]!, index, at + 2, bytes, base);
  }

  /** Points the call at a big request's command. */
  loadBig(index: Int32Array, bytes: Uint8Array): void {
    this.point(index[0]!, index[2]!, index[1]!, index, 3, bytes, 0);
  }

  point(id: number, argc: number, slot: number, index: Int32Array, first: number, bytes: Uint8Array, base: number): number {
    this.id = id;
    this.argc = argc;
    this.slot = slot & 0xffff;
    this.presencePolicy = slot >>> 16;
    this.#index = index;
    this.#first = first;
    this.bytes = bytes;
    this.#base = base;
    this.failed = false;
    this.changes = 0;
    this.hashedKey = 0;
    this.#slotArgument = 0;
    return first + argc * 2;
  }

  // Arguments. 0 is the command's name.

  offset(i: number): number {
    return this.#base + this.#index[this.#first + i * 2]!;
  }

  length(i: number): number {
    return this.#index[this.#first + i * 2 + 1]!;
  }

  /** Bytes from the first argument to the end of the last. */
  get spanBytes(): number {
    const last = this.argc - 1;
    return this.offset(last) + this.length(last) - this.offset(0);
  }

  /** Whether argument `i` is the given lower-case word, in any case. */
  is(i: number, lowerCaseWord: Uint8Array): boolean {
    return equalsIgnoreCase(this.bytes, this.offset(i), this.length(i), lowerCaseWord);
  }

  /** Argument `i` as text, one character a byte. Not for hot paths. */
  latin1(i: number): string {
    return latin1(this.bytes, this.offset(i), this.length(i));
  }

  text(i: number): string {
    return utf8(this.bytes, this.offset(i), this.length(i));
  }

  /** Argument `i` as a safe integer, or NaN (then `int64` tells an integer beyond 2^53 from none). */
  int(i: number): number {
    return parseInteger(this.bytes, this.offset(i), this.length(i));
  }

  int64(i: number): bigint | undefined {
    return parseInteger64(this.bytes, this.offset(i), this.length(i));
  }

  /** Takes the last argument away, which the door has added. */
  takeLast(): string {
    const text = this.latin1(this.argc - 1);
    this.argc--;
    return text;
  }

  // Keys.

  /** Collects the positions of the command's keys. Not for hot paths. */
  collectKeys(out: KeyList): void {
    findKeys(this.id, this.bytes, this.#base, this.#index.subarray(this.#first), this.argc, out);
  }

  get shardCount(): number {
    return this.#keyspaces.length;
  }

  /** A key at argument 1 is always the first, whose slot came with the request. */
  slotOf(i: number): number {
    if (i === 1) return this.slot;
    if (i !== this.#slotArgument) {
      this.#slotArgument = i;
      this.#slotOfArgument = keySlot(this.bytes, this.offset(i), this.length(i));
    }
    return this.#slotOfArgument;
  }

  keyspaceOf(i: number): Keyspace {
    if (this.participants.length === 1) return this.#keyspaces[this.#own]!;
    return this.keyspaceOfSlot(this.slotOf(i));
  }

  keyspaceOfSlot(slot: number): Keyspace {
    const shard = slot % this.#keyspaces.length;
    assert(shard === this.#own || this.participants.includes(shard), 'a command touches only the shards that it holds');
    return this.#keyspaces[shard]!;
  }

  /** The keyspaces this command may use, its own first. */
  *heldKeyspaces(): Iterable<Keyspace> {
    for (const shard of this.participants) yield this.#keyspaces[shard]!;
  }

  /** The live entry of key argument `i` for reading (counts a hit or a miss, touches the access clock), or 0. */
  findForRead(i: number): number {
    const entry = this.findUntouched(i);
    if (entry !== 0 && !this.noTouch) this.touch(this.keyspaceOf(i), entry);
    return entry;
  }

  /** As findForRead, leaving the access clock alone. */
  findUntouched(i: number): number {
    const keyspace = this.keyspaceOf(i);
    const slot = this.slotOf(i);
    const entry = this.#live(keyspace, slot, this.#find(keyspace, slot, i));
    if (entry === 0) {
      this.stats.f64[Counter.keyspaceMisses]! += 1;
      return 0;
    }
    this.stats.f64[Counter.keyspaceHits]! += 1;
    return entry;
  }

  /** The live entry of key argument `i` for writing, or 0. */
  findForWrite(i: number): number {
    const keyspace = this.keyspaceOf(i);
    const slot = this.slotOf(i);
    const entry = this.#live(keyspace, slot, this.#find(keyspace, slot, i));
    if (entry !== 0 && !this.noTouch) this.touch(keyspace, entry);
    return entry;
  }

  /** As findForWrite, in another database and without touching the access clock or the statistics. */
  peek(i: number, db: number = this.db): number {
    const keyspace = this.keyspaceOf(i);
    const slot = this.slotOf(i);
    return this.#live(keyspace, slot, keyspace.find(db, slot, this.bytes, this.offset(i), this.length(i)), db);
  }

  /** As findForRead, of a key that is no argument; its shard is held. */
  findNamed(slot: number, key: Uint8Array, offset: number, length: number): number {
    const keyspace = this.keyspaceOfSlot(slot);
    const entry = this.#live(keyspace, slot, keyspace.find(this.db, slot, key, offset, length));
    this.stats.f64[entry === 0 ? Counter.keyspaceMisses : Counter.keyspaceHits]! += 1;
    if (entry !== 0 && !this.noTouch) this.touch(keyspace, entry);
    return entry;
  }

  touch(keyspace: Keyspace, entry: number): void {
    const clock = Math.floor((this.nowMs || this.loadedAtMs) / 1000) & 0xffffff;
    if (accessClock(keyspace.arena, entry) !== clock) setAccessClock(keyspace.arena, entry, clock);
  }

  /** Whether an entry's time is over, or that of all fields of a hash. Never while a log is loaded. */
  isExpired(keyspace: Keyspace, entry: number): boolean {
    if (this.#isKeyOver(keyspace, entry)) return true;
    return (keyspace.arena.i32[entry * 2]! & fieldExpiryFlag) !== 0 && keyspace.hashes.isOver(entry, this.nowMs);
  }

  /** Removes an expired entry and leaves its DEL as an effect. */
  expire(keyspace: Keyspace, slot: number, entry: number, db: number = this.db): void {
    const { arena } = keyspace;
    this.effects.command(db, 'DEL', 1);
    this.effects.bytes(arena.u8, keyOffset(arena, entry), keyLength(arena, entry));
    if (this.#isKeyOver(keyspace, entry)) this.stats.f64[Counter.expiredKeys]! += 1;
    else this.stats.f64[Counter.expiredFields]! += keyspace.hashes.length(entry);
    keyspace.remove(db, slot, entry);
  }

  // Effects.

  /** The command itself is its effect: single key, deterministic. */
  logVerbatim(name: string): void {
    if (!this.effects.enabled) return;
    this.effects.command(this.db, name, this.argc - 1);
    for (let i = 1; i < this.argc; i++) this.effects.bytes(this.bytes, this.offset(i), this.length(i));
  }

  logDelete(i: number, db: number = this.db): void {
    if (!this.effects.enabled) return;
    this.effects.command(db, 'DEL', 1);
    this.effects.bytes(this.bytes, this.offset(i), this.length(i));
  }

  // Replies.

  /** Answers with an error; the text starts with its prefix, without '-'. */
  fail(text: string): void {
    this.failed = true;
    this.stats.countError(text);
    this.reply.error(text);
  }

  failType(): void {
    this.fail(errors.wrongType);
  }

  /** Whether the entry is of the type; answers WRONGTYPE if not. */
  hasType(keyspace: Keyspace, entry: number, type: number): boolean {
    if (typeOf(keyspace.arena, entry) === type) return true;
    this.failType();
    return false;
  }

  #isKeyOver({ arena }: Keyspace, entry: number): boolean {
    return (arena.i32[entry * 2]! & expiryFlag) !== 0 && expiryMs(arena, entry) <= this.nowMs;
  }

  #find(keyspace: Keyspace, slot: number, i: number): number {
    const hash = i === this.hashedKey ? this.knownHash : keyspace.hashOf(this.bytes, this.offset(i), this.length(i));
    return keyspace.findHashed(this.db, slot, hash, this.bytes, this.offset(i), this.length(i));
  }

  #live(keyspace: Keyspace, slot: number, entry: number, db: number = this.db): number {
    if (entry === 0 || (keyspace.arena.i32[entry * 2]! & volatileFlags) === 0) return entry;
    if (this.isExpired(keyspace, entry)) {
      this.expire(keyspace, slot, entry, db);
      return 0;
    }
    if ((keyspace.arena.i32[entry * 2]! & fieldExpiryFlag) !== 0) expireFields(this, keyspace, slot, entry, db, Infinity);
    return entry;
  }
}
