/**
 * One shard: takes requests from its ring, executes them over its keyspace, writes replies into the
 * reply ring and effects into its effect log. It cannot tell whether it runs in a worker.
 *
 * A drain is one batch: all records that are there, then one publication of effects and one wake-up
 * of the door. Time is read once per record and comes in as a value everywhere else.
 */
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Control } from '../channel/control.ts';
import { Setting, SlotMetric } from '../channel/control.ts';
import type { EffectWriter } from '../channel/effect-writer.ts';
import type { Effects } from '../channel/effects.ts';
import { LeaseEffects } from '../channel/lease-effects.ts';
import {
  commandArgc, commandId, contextDb, contextFlags, contextResp, RequestFlag, RequestKind, requestWord, type BigRequest,
} from '../channel/records.ts';
import type { Ring } from '../channel/ring.ts';
import { Counter, type ShardStats } from '../channel/shard-stats.ts';
import { isTapOpen } from '../channel/slot-tap.ts';
import { TapEffects } from '../channel/tap-effects.ts';
import { Call } from '../commands/call.ts';
import { CommandFlag, type ShardCommand } from '../commands/command.ts';
import { elementsToRead, Extent } from '../commands/extent.ts';
import { effectKeyArgument, extentOf, flagsOf, quickArgcOf, rows, singleKeyOf } from '../commands/table.ts';
import { lookAheadMax, type Keyspace } from '../keyspace/keyspace.ts';
import { ArenaFullError } from '../memory/arena.ts';
import { errnoText } from '../persistence/errno-text.ts';
import * as errors from '../protocol/errors.ts';
import { ReplyWriter } from '../protocol/reply-writer.ts';
import { redirectMoving } from './moving-slot.ts';
import { ReplyStream } from './reply-stream.ts';
import { SlotUse } from './slot-use.ts';

export interface ShardParts {
  readonly index: number;
  readonly control: Control;
  readonly requests: Ring;
  readonly replies: Ring;
  /** All shards' keyspaces, attached by this thread. */
  readonly keyspaces: readonly Keyspace[];
  /** All shards' effect logs, for commands under a lease. */
  readonly effectWriters: readonly EffectWriter[];
  /** All shards' taps; absent in the door, which executes on no shard whose tap is open. */
  readonly taps?: readonly EffectWriter[];
  readonly stats: ShardStats;
  readonly clock: Clock;
  readonly random: Random;
  /** The next big request, in the order of the records that announce them. */
  readonly takeBig: () => BigRequest;
  /** Carries out the next order. */
  readonly onOrder: () => void;
  /** Called for each command slower than the slow log's threshold, or the latency monitor's. */
  readonly onSlow: (call: Call, us: number) => void;
}

/** The door is woken and effects are published at least every so many records. */
const recordsPerPublication = 8;
/** Blocks freed before the memory in use is added up again. */
const blocksPerLook = 1024;

export class Shard {
  readonly call: Call;
  readonly #parts: ShardParts;
  readonly #keyspace: Keyspace;
  readonly #stream: ReplyStream;
  readonly #reply: ReplyWriter;
  readonly #effects: EffectWriter;
  readonly #soloParticipants: readonly number[];
  #nowMs: number;
  #publishedEffects: number;
  /** How long the last drain took. */
  lastDrainMs = 0;
  readonly #hashes = new Int32Array(lookAheadMax);
  readonly #slotUse: SlotUse;
  /** SlotMetric bits: what is counted of the run in hand. */
  #counted = 0;
  #leaseEffects: LeaseEffects | undefined;
  readonly #tap: EffectWriter | undefined;
  readonly #tapped: TapEffects | undefined;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.#keyspace = parts.keyspaces[parts.index]!;
    this.#stream = new ReplyStream(parts.replies, parts.control);
    this.#reply = new ReplyWriter(this.#stream);
    this.#effects = parts.effectWriters[parts.index]!;
    this.#soloParticipants = [parts.index];
    this.#nowMs = parts.clock.now();
    this.#publishedEffects = this.#effects.position;
    this.call = new Call(
      {
        reply: this.#reply, keyspaces: parts.keyspaces, own: parts.index,
        stats: parts.stats, control: parts.control, random: parts.random,
      },
      this.#effects,
    );
    const { taps, keyspaces, control } = parts;
    this.#slotUse = new SlotUse(parts.stats, keyspaces.length);
    this.#tap = taps?.[parts.index];
    this.#tapped = taps === undefined ? undefined : new TapEffects({
      taps, marks: control.slotMarks, keyArgumentOf: effectKeyArgument, hashOf: (key, offset, length) => keyspaces[0]!.hashOf(key, offset, length),
    });
  }

  /** Takes the shard over from the thread that had it last. */
  takeOver(): void {
    this.#parts.requests.takeOver();
    this.#parts.replies.takeOver();
    this.#keyspace.arena.refresh();
    this.#publishedEffects = this.#effects.log.written;
    this.#chooseEffects(this.#effects);
  }

  /** What to do when the reply ring is full; without it the thread waits for the door. */
  set onFullReplies(take: () => void) {
    this.#stream.onFull = take;
  }

  /**
   * Executes everything that has been requested, or all before the record with which more than `elementsMax` elements
   * are read; false if there was nothing.
   */
  drain(elementsMax = Infinity): boolean {
    const { requests } = this.#parts;
    let elementsLeft = elementsMax;
    let index = requests.next();
    if (index < 0) return false;
    const from = this.#parts.clock.now();
    this.#nowMs = from;
    for (let records = 1; index >= 0; records++) {
      if (elementsMax !== Infinity && (elementsLeft -= this.#weigh(index)) < 0) break;
      this.#execute(index);
      requests.advance(index);
      if (records % recordsPerPublication === 0) this.#publish();
      index = requests.next();
    }
    this.#publish();
    this.lastDrainMs = this.#nowMs - from;
    this.#parts.stats.f64[Counter.batches]! += 1;
    return true;
  }

  get hasWork(): boolean {
    return this.#parts.requests.hasMore;
  }

  /** Hands effects that came about outside of requests to the log thread. */
  publishEffects(): void {
    if (this.#effects.position !== this.#publishedEffects) this.#publishedEffects = this.#effects.publish();
    if (this.call.effects === this.#tapped) this.#tap!.publish();
  }

  /** Has effects go to `effects`, and to the tap while it is open. */
  #chooseEffects(effects: Effects): void {
    this.call.effects = effects;
    if (this.#tapped === undefined || !isTapOpen(this.#tap!.log)) return;
    this.#tapped.inner = effects;
    this.call.effects = this.#tapped;
  }

  #publish(): void {
    this.publishEffects();
    this.#parts.requests.release();
    this.#parts.control.wakeDoor();
  }

  /** Elements that a run's commands are going to read, as far as their time goes with that. */
  #weigh(index: number): number {
    const { i32, u8 } = this.#parts.requests;
    const context = i32[index + requestWord.context]!;
    if ((contextFlags(context) & RequestFlag.weighed) === 0) return 0;
    const { call } = this;
    call.db = contextDb(context);
    const base = index * 4 + i32[index + requestWord.bytesOffset]!;
    let elements = 0;
    for (let left = i32[index + requestWord.commands]!, at = index + requestWord.runBody; left > 0; left--) {
      at = call.load(i32, at, u8, base);
      const extent = extentOf[call.id]!;
      if (extent !== Extent.unknown) elements += elementsToRead(call, extent);
    }
    return elements;
  }

  #execute(index: number): void {
    const { i32 } = this.#parts.requests;
    const kind = i32[index + requestWord.kind]!;
    if (kind === RequestKind.run) {
      this.#run(index, index + requestWord.runBody);
    } else if (kind === RequestKind.park) {
      this.#publish();
      this.#parts.control.park(this.#parts.index, i32[index + requestWord.lease]!);
      this.#keyspace.arena.refresh();
    } else if (kind === RequestKind.leased) {
      this.#runLeased(index);
    } else {
      this.#publish();
      this.#parts.onOrder();
      this.#chooseEffects(this.#effects);
    }
  }

  /** Commands of one connection; `body` is the index of the first command's head word. */
  #run(index: number, body: number): void {
    const { requests, stats } = this.#parts;
    const { i32 } = requests;
    const { call } = this;
    const context = i32[index + requestWord.context]!;
    const flags = contextFlags(context);
    const count = i32[index + requestWord.commands]!;
    call.db = contextDb(context);
    call.connection = i32[index + requestWord.connection]!;
    call.nowMs = (flags & RequestFlag.replay) === 0 ? Math.floor(this.#nowMs) : 0;
    call.noTouch = (flags & RequestFlag.noTouch) !== 0;
    this.#reply.resp = contextResp(context);
    this.#counted = (flags & (RequestFlag.internal | RequestFlag.replay)) === 0 ? this.#parts.control.settings[Setting.slotMetrics]! | 0 : 0;
    const pairs = call.participants.length > 1 ? call.participants.length : 0;
    this.#stream.begin(
      this.#reply, call.connection, i32[index + requestWord.run]!, pairs, (flags & RequestFlag.silent) !== 0);
    const before = this.#effects.position;
    if ((flags & RequestFlag.big) === 0) {
      this.#commands(count, i32, body, requests.u8, index * 4 + i32[index + requestWord.bytesOffset]!);
    } else {
      const big = this.#parts.takeBig();
      call.loadBig(big.index, big.bytes);
      const from = this.#nowMs;
      this.#oneCounted();
      this.#nowMs = this.#account(call.id, 1, from);
      if ((this.#counted & SlotMetric.cpu) !== 0) this.#slotUse.countTime(call, microseconds(from, this.#nowMs));
    }
    this.#leaseEffects?.end();
    const position = this.#effects.position;
    for (let i = 0; i < pairs; i++) {
      const shard = call.participants[i]!;
      this.#stream.setWait(i, shard, this.#parts.effectWriters[shard]!.position);
    }
    this.#stream.end(this.#reply, position, position !== before, count);
    stats.f64[Counter.commandsProcessed]! += count;
  }

  /** Time is read at the end of each stretch of one quick command's executions, and after each slower command. */
  #commands(count: number, index: Int32Array, first: number, bytes: Uint8Array, base: number): void {
    const { call } = this;
    let at = first;
    let stretchId = -1;
    let stretch = 0;
    let stretchAt = first;
    let ahead = 0;
    const counted = this.#counted;
    const timesEach = this.#parts.control.settings[Setting.slowerThanUs] === 0;
    for (let done = 0; done < count; done++) {
      if (count > 1 && (done & (lookAheadMax - 1)) === 0) ahead = this.#prefetch(Math.min(lookAheadMax, count - done), index, at, bytes, base);
      const id = commandId(index[at]!);
      // While the call still is the stretch's last command, which the slow log may have to show.
      if (stretch > 0 && (id !== stretchId || commandArgc(index[at]!) > quickArgcOf[id]! || timesEach)) {
        this.#endStretch(stretchId, stretch, index, stretchAt);
        stretch = 0;
        stretchAt = at;
      }
      at = call.load(index, at, bytes, base);
      if (ahead > 0) {
        call.hashedKey = singleKeyOf[id]!;
        call.knownHash = this.#hashes[done & (lookAheadMax - 1)]!;
      }
      stretchId = id;
      stretch++;
      if (counted === 0) this.#one();
      else this.#oneCounted();
    }
    this.#endStretch(stretchId, stretch, index, stretchAt);
  }

  #endStretch(id: number, count: number, index: Int32Array, first: number): void {
    const from = this.#nowMs;
    this.#nowMs = this.#account(id, count, from);
    if ((this.#counted & SlotMetric.cpu) !== 0) this.#slotUse.countTimes(index, first, count, microseconds(from, this.#nowMs));
  }

  /** Executes a command and counts what it sends and is sent, if that is wanted. */
  #oneCounted(): void {
    const before = this.#stream.written(this.#reply);
    this.#one();
    if ((this.#counted & SlotMetric.net) !== 0) this.#slotUse.countTraffic(this.call, this.#stream.written(this.#reply) - before);
  }

  /** Reads what the look-ups of the next commands will need, and keeps the hashes of their keys. */
  #prefetch(count: number, index: Int32Array, first: number, bytes: Uint8Array, base: number): number {
    const hashes = this.#hashes;
    const keyspace = this.#keyspace;
    const { db } = this.call;
    let previous = 0;
    for (let i = 0, at = first; i < count; i++) {
      const head = index[at]!;
      const key = singleKeyOf[head & 0xffff]!;
      if (key > 0) {
        const hash = keyspace.hashOf(bytes, base + index[at + 2 + key * 2]!, index[at + 3 + key * 2]!);
        hashes[i] = hash;
        // One key again and again is near already.
        if (hash !== previous || i === 0) keyspace.lookAhead(db, index[at + 1]! & 0x3fff, hash);
        previous = hash;
      }
      at += 2 + (head >>> 16) * 2;
    }
    keyspace.prefetch();
    return count;
  }

  #one(): void {
    const { call } = this;
    if (call.presencePolicy !== 0 && redirectMoving(call)) return;
    const { opened } = this.#stream;
    const position = this.#reply.pos;
    const flags = flagsOf[call.id]!;
    if ((flags & CommandFlag.write) !== 0) {
      const refusal = this.#refusalOfWrite(flags);
      if (refusal !== '') {
        call.fail(refusal);
        this.#parts.stats.countRejected(call.id);
        return;
      }
    }
    while (!this.#executed(opened, position)) {
      if (this.#stream.opened === opened && this.#freeHeld()) continue;
      call.fail(errors.oom);
      break;
    }
    if (call.failed) this.#parts.stats.countFailed(call.id);
  }

  /** False if memory ran out, which leaves all as it was; `opened` and `position` are where the reply begins. */
  #executed(opened: number, position: number): boolean {
    const { call } = this;
    try {
      (rows[call.id] as ShardCommand).execute(call);
      return true;
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      call.effects.endTransaction();
      if (this.#stream.opened === opened) this.#reply.pos = position;
      return false;
    }
  }

  /** Frees at once all that waits for it in the shards held; false if nothing does. */
  #freeHeld(): boolean {
    let hasFreed = false;
    for (const shard of this.call.participants) {
      const { unlinked } = this.#parts.keyspaces[shard]!;
      hasFreed ||= unlinked.hasAny;
      unlinked.freeAll();
    }
    return hasFreed;
  }

  /** Accounts the time since `from` to `count` executions of command `id`; returns the time now. */
  #account(id: number, count: number, from: number): number {
    const { stats, clock, control } = this.#parts;
    const now = clock.now();
    const us = microseconds(from, now) / count;
    stats.countCalls(id, count, us * count);
    if (control.settings[Setting.latencyTracking] === 1) stats.countLatency(id, us, count);
    const slowerThanUs = control.settings[Setting.slowerThanUs]!;
    const latencyUs = control.settings[Setting.latencyThresholdMs]! * 1000;
    if ((slowerThanUs >= 0 && us >= slowerThanUs) || (latencyUs > 0 && us >= latencyUs)) this.#parts.onSlow(this.call, us);
    return now;
  }

  /** One command over the memories of all participants, who park until it is done. */
  #runLeased(index: number): void {
    const { control, requests, keyspaces, effectWriters, stats } = this.#parts;
    const { i32 } = requests;
    const lease = i32[index + requestWord.lease]!;
    const count = i32[index + requestWord.participants]!;
    const participants: number[] = [];
    for (let i = 0; i < count; i++) participants.push(i32[index + requestWord.participants + 1 + i]!);
    this.#publish();
    for (const shard of participants) {
      if (shard === this.#parts.index) continue;
      control.awaitParked(shard, lease);
      keyspaces[shard]!.arena.refresh();
    }
    this.call.participants = participants;
    const transactionId = control.settings[Setting.transactionBase]! + i32[index + requestWord.leaseHigh]! * 2 ** 32 + (lease >>> 0);
    this.#leaseEffects = this.#effects.enabled
      ? new LeaseEffects(participants, participants.map((shard) => effectWriters[shard]!), transactionId)
      : undefined;
    this.#chooseEffects(this.#leaseEffects ?? this.#effects);
    this.#run(index, index + requestWord.participants + 1 + count);
    if (this.call.effects === this.#tapped) for (const shard of participants) this.#parts.taps![shard]!.publish();
    this.#leaseEffects = undefined;
    this.#chooseEffects(this.#effects);
    this.call.participants = this.#soloParticipants;
    stats.f64[Counter.leases]! += 1;
    for (const shard of participants) if (shard !== this.#parts.index) control.release(shard, lease);
  }

  /** The door refuses writes that cannot be saved too; those that were under way when the disk filled up end here. */
  #refusalOfWrite(flags: number): string {
    const { error } = this.#effects.log.control;
    if (error !== 0 && this.#effects.enabled) return errors.misconfAof(errnoText(error));
    return (flags & CommandFlag.denyoom) !== 0 && this.#isOutOfMemory() ? errors.oom : '';
  }

  /** What waits to be freed here goes first. */
  #isOutOfMemory(): boolean {
    const limitBytes = this.#parts.control.settings[Setting.maxmemory]!;
    if (limitBytes === 0) return false;
    const { unlinked } = this.#keyspace;
    while (this.#usedBytes() > limitBytes) {
      if (!unlinked.hasAny) return true;
      unlinked.freeSome(blocksPerLook);
    }
    return false;
  }

  #usedBytes(): number {
    let usedBytes = 0;
    for (const keyspace of this.#parts.keyspaces) usedBytes += keyspace.arena.usedBytes;
    return usedBytes;
  }
}

function microseconds(fromMs: number, toMs: number): number {
  return Math.max(0, (toMs - fromMs) * 1000);
}
