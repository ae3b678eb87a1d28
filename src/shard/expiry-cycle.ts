/**
 * Active expiry: removes keys, and fields of hashes, whose time is over though nobody asks for them, with
 * bounded effort.
 *
 * Each run walks on through the slots that hold keys with an expiry or hashes with fields that expire, within
 * a budget of time that grows with `active-expire-effort`. It goes round all slots and databases and takes up
 * where it stopped; a hash knows its due fields, so no others are looked at. Keys and fields are exact on
 * access without it; this only gives their memory back.
 */
import type { Clock } from '../base/clock.ts';
import { Setting, type Control } from '../channel/control.ts';
import { Counter, type ShardStats } from '../channel/shard-stats.ts';
import type { Call } from '../commands/call.ts';
import { expireFields } from '../commands/expire-fields.ts';
import { fieldExpiryFlag } from '../keyspace/entry.ts';
import { slotCount, type Keyspace } from '../keyspace/keyspace.ts';
import { AddressList } from '../structures/address-list.ts';

const periodMs = 100;
/** A run takes at most so long, times the effort's factor: 2.5% of the time at effort 1, 25% at 10. */
const budgetMs = 2.5;
/** The clock is read once for so many entries looked at. */
const entriesPerReading = 64;
const positionEnd = 2 ** 32;

export class ExpiryCycle {
  readonly #call: Call;
  readonly #keyspace: Keyspace;
  readonly #control: Control;
  readonly #stats: ShardStats;
  readonly #clock: Clock;
  readonly #found = new AddressList();
  #dueMs = 0;
  #db = 0;
  #slot = 0;
  #position = 0;

  constructor(call: Call, keyspace: Keyspace, control: Control, stats: ShardStats, clock: Clock) {
    this.#call = call;
    this.#keyspace = keyspace;
    this.#control = control;
    this.#stats = stats;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#clock.now() >= this.#dueMs;
  }

  run(): void {
    const startMs = this.#clock.now();
    this.#dueMs = startMs + periodMs;
    if (this.#control.settings[Setting.activeExpire] !== 1) return;
    const effort = Math.max(1, this.#control.settings[Setting.activeExpireEffort]!);
    this.#call.nowMs = Math.floor(startMs);
    if (!this.#walk(startMs + budgetMs * effort)) this.#stats.add(Counter.expiredTimeCapReached, 1);
    this.#stats.add(Counter.expireCycleUs, (this.#clock.now() - startMs) * 1000);
  }

  /** Goes once round everything, or until the deadline (false). */
  #walk(deadlineMs: number): boolean {
    for (let databases = 0; databases < this.#keyspace.databaseCount; databases++) {
      if (this.#keyspace.volatileCount(this.#db) + this.#keyspace.expiringFieldsCount(this.#db) > 0 && !this.#walkDatabase(deadlineMs)) return false;
      this.#db = (this.#db + 1) % this.#keyspace.databaseCount;
      this.#slot = 0;
      this.#position = 0;
    }
    return true;
  }

  #walkDatabase(deadlineMs: number): boolean {
    let looked = 0;
    for (let slot = this.#keyspace.nextUsedSlot(this.#db, this.#slot); slot >= 0 && slot < slotCount;) {
      if (slot !== this.#slot) this.#position = 0;
      this.#slot = slot;
      while (this.#position < positionEnd && !this.#control.isHidden(slot) && this.#keyspace.slotVolatileCount(this.#db, slot) > 0) {
        looked += this.#expireAround(slot);
        if (looked < entriesPerReading) continue;
        looked = 0;
        if (this.#clock.now() >= deadlineMs) return false;
      }
      this.#slot = slot + 1;
      this.#position = 0;
      slot = this.#keyspace.nextUsedSlot(this.#db, slot + 1);
    }
    return true;
  }

  /** Looks at the entries around the position, and steps on unless a hash has more due fields; returns how much was looked at. */
  #expireAround(slot: number): number {
    const found = this.#found;
    found.clear();
    const next = this.#keyspace.scanSlot(this.#db, slot, this.#position, found);
    let isDone = true;
    let fields = 0;
    for (let i = 0; i < found.length; i++) {
      const removed = this.#expire(slot, found.at(i));
      if (removed === entriesPerReading) isDone = false;
      fields += removed;
    }
    if (isDone) this.#position = next;
    return found.length + fields + 1;
  }

  /** Removes an entry whose time is over, or some of its fields, whose number is returned. */
  #expire(slot: number, entry: number): number {
    const call = this.#call;
    const keyspace = this.#keyspace;
    if (call.isExpired(keyspace, entry)) call.expire(keyspace, slot, entry, this.#db);
    else if ((keyspace.arena.i32[entry * 2]! & fieldExpiryFlag) !== 0) return expireFields(call, keyspace, slot, entry, this.#db, entriesPerReading);
    return 0;
  }
}
