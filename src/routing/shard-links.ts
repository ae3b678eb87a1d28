/**
 * The door's side of the rings: requests to every shard, replies from every shard.
 *
 * Requests written in one turn of the event loop are published together; a lease's records go into
 * all rings within the turn, so that all shards see leases in the same order. Replies are taken
 * only as far as their effects are as durable as the policy asks.
 */
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { copyBytes } from '../base/copy-bytes.ts';
import type { Control } from '../channel/control.ts';
import type { EffectLog } from '../channel/effect-log.ts';
import type { LogControl } from '../channel/log-control.ts';
import { type BigRequest, ReplyKind, replyWord, RequestFlag, RequestKind, requestWord } from '../channel/records.ts';
import type { Ring } from '../channel/ring.ts';
import { isTapOpen } from '../channel/slot-tap.ts';
import type { Shard } from '../shard/shard.ts';
import type { ShardOrder } from '../shard/shard-orders.ts';

/** Records after which the rings are published within a turn. */
const recordsPerPublication = 8;
/** So many quick commands cost the door less than waking a thread and being woken by it. */
const borrowedCommandsMax = 1024;
/** Runs longer than this on average are better executed beside the door. */
const longRunCommands = 32;
/** The door never waits for the log thread: it executes only while so much fits into the effect log. */
const borrowedEffectBytes = 4 * 1024 * 1024;
/** So many elements of values are read in about as much time. */
const borrowedElementsMax = 8192;
const turnsAfterLargeReplies = 1000;
/** What takes longer on average is better executed beside the door, too: waking a thread costs a fraction of this. */
const borrowedMsMax = 0.2;
const turnsAfterLongExecutions = 100;
/** The share of the newest execution in the average, in which a thread that had to wait for a processor hardly counts. */
const newestShare = 0.1;

export interface ShardLink {
  readonly requests: Ring;
  readonly replies: Ring;
  readonly port: MessagePort;
  /** Undefined while there is no log. */
  readonly effects: EffectLog | undefined;
  /** What leaves for another node, which this thread reads. */
  readonly tap?: EffectLog;
}

/** One command as it lies in a client's bytes: `args` are pairs of offset from `at` and length. */
export interface RawCommand {
  readonly id: number;
  readonly slot: number;
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly args: Int32Array;
  readonly argc: number;
  readonly next: number;
}

export interface ReplyReceiver {
  /** A reply, or a part of one, in the order of each shard's execution. `refusal` replaces replies whose effects could not be saved. */
  onReply(connection: number, run: number, bytes: Uint8Array, offset: number, length: number, ended: boolean, commands: number): void;
  onUnsaved(connection: number, run: number, commands: number): void;
}

export class ShardLinks {
  readonly #links: readonly ShardLink[];
  readonly #control: Control;
  readonly #logControl: LogControl | undefined;
  readonly #dirty: Uint8Array;
  readonly #own: readonly Shard[];
  /** Commands written and not yet published; Infinity with one that may take its time. */
  readonly #quickCommands: Float64Array;
  /** Records written and not yet published. */
  readonly #records: Int32Array;
  /** Turns in which a shard is left to its thread, since it had much to do or to say. */
  readonly #leftToThread: Int32Array;
  /** Of what was executed here, by shard. */
  readonly #averageMs: Float64Array;
  #leases = 0;
  #unpublished = 0;
  /** True while some ring is half full: no command is taken up then, so a record always fits. */
  congested = false;

  /** `own`: the shards as this thread executes on them while theirs sleep; none of them: never. */
  constructor(links: readonly ShardLink[], control: Control, logControl: LogControl | undefined, own: readonly Shard[] = []) {
    this.#links = links;
    this.#own = own;
    this.#quickCommands = new Float64Array(links.length);
    this.#records = new Int32Array(links.length);
    this.#leftToThread = new Int32Array(links.length);
    this.#averageMs = new Float64Array(links.length);
    this.#control = control;
    this.#logControl = logControl;
    this.#dirty = new Uint8Array(links.length);
  }

  get count(): number {
    return this.#links.length;
  }

  ringOf(shard: number): Ring {
    return this.#links[shard]!.requests;
  }

  /**
   * To be called after a record was committed to a shard's ring. `quickCommands` is the number of its
   * commands if all of them are quick.
   */
  written(shard: number, quickCommands = Infinity): void {
    this.#dirty[shard] = 1;
    this.#quickCommands[shard]! += quickCommands;
    this.#records[shard]! += 1;
    this.#unpublished++;
    const ring = this.#links[shard]!.requests;
    if (ring.inFlightBytes * 2 > ring.capacityBytes) this.congested = true;
  }

  get hasUnpublished(): boolean {
    return this.#unpublished > 0;
  }

  /** Lets shards begin while the door still reads other clients, once there is enough for them; true if it did. */
  publishSoon(): boolean {
    if (this.#unpublished < recordsPerPublication) return false;
    this.publish();
    return true;
  }

  /** Makes this turn's records visible and wakes the shards that sleep. */
  publish(): void {
    this.#unpublished = 0;
    for (let shard = 0; shard < this.#links.length; shard++) {
      if (this.#dirty[shard] === 0) continue;
      this.#dirty[shard] = 0;
      const mayExecute = this.#mayExecute(shard);
      this.#quickCommands[shard] = 0;
      this.#records[shard] = 0;
      this.#links[shard]!.requests.publish();
      if (!mayExecute || !this.#executeBorrowed(shard)) this.#control.wakeShard(shard);
    }
  }

  /** Has replies taken by `receiver` when they fill a ring while the door executes. */
  whenFull(receiver: ReplyReceiver): void {
    this.#own.forEach((shard, index) => {
      shard.onFullReplies = () => {
        this.#leaveToThread(index, turnsAfterLargeReplies);
        this.#takeFrom(index, receiver);
      };
    });
  }

  /** Whether what was just written for a shard is less work than waking its thread for it. */
  #mayExecute(shard: number): boolean {
    const commands = this.#quickCommands[shard]!;
    if (this.#own.length === 0 || commands > borrowedCommandsMax || commands > this.#records[shard]! * longRunCommands) return false;
    if (this.#leftToThread[shard]! > 0) {
      this.#leftToThread[shard]! -= 1;
      return false;
    }
    const { requests, effects, tap } = this.#links[shard]!;
    // Only this thread could make room in a tap.
    if (tap !== undefined && isTapOpen(tap)) return false;
    return requests.isDrained && (effects === undefined || effects.freeBytes > borrowedEffectBytes);
  }

  /** Executes in this thread if the shard's own sleeps; false if something is left for that. */
  #executeBorrowed(index: number): boolean {
    if (!this.#control.tryBorrow(index)) return false;
    const shard = this.#own[index]!;
    shard.takeOver();
    shard.drain(borrowedElementsMax);
    const { hasWork } = shard;
    this.#control.giveBack(index);
    if (hasWork) this.#leaveToThread(index, turnsAfterLongExecutions);
    else this.#noteExecution(index, shard.lastDrainMs);
    return !hasWork;
  }

  #noteExecution(index: number, ms: number): void {
    const averageMs = this.#averageMs[index]! + (Math.min(ms, 2 * borrowedMsMax) - this.#averageMs[index]!) * newestShare;
    const isLong = averageMs > borrowedMsMax;
    this.#averageMs[index] = isLong ? 0 : averageMs;
    if (isLong) this.#leaveToThread(index, turnsAfterLongExecutions);
  }

  #leaveToThread(index: number, turns: number): void {
    this.#leftToThread[index] = Math.max(turns, this.#leftToThread[index]!);
  }

  /** Sends one command that several shards take part in; the first of `shards` executes it. */
  sendLeased(shards: readonly number[], connection: number, run: number, context: number, command: RawCommand, big: BigRequest | undefined): void {
    const lease = ++this.#leases;
    const low = lease | 0;
    for (let i = 1; i < shards.length; i++) this.#writePark(shards[i]!, low);
    const coordinator = shards[0]!;
    const ring = this.#links[coordinator]!.requests;
    const body = requestWord.participants + 1 + shards.length;
    const at = this.#writeSingle(coordinator, RequestKind.leased, connection, run, context, body, command, big);
    ring.i32[at + requestWord.lease] = low;
    ring.i32[at + requestWord.leaseHigh] = Math.floor(lease / 2 ** 32);
    ring.i32[at + requestWord.participants] = shards.length;
    for (let i = 0; i < shards.length; i++) ring.i32[at + requestWord.participants + 1 + i] = shards[i]!;
    for (const shard of shards) this.written(shard);
  }

  /** Sends one command too large for a place in the ring. */
  sendBig(shard: number, connection: number, run: number, context: number, command: RawCommand, big: BigRequest): void {
    this.#writeSingle(shard, RequestKind.run, connection, run, context, requestWord.runBody, command, big);
    this.written(shard);
  }

  /** Sends an order to every shard, at one place among the leases. */
  sendOrders(orders: readonly ShardOrder[]): void {
    const bytes = (requestWord.kind + 1) * 4;
    orders.forEach((order, shard) => {
      const { requests, port } = this.#links[shard]!;
      const index = this.#reserve(requests, bytes);
      requests.i32[index + requestWord.kind] = RequestKind.order;
      port.postMessage(order);
      requests.commit(index, bytes);
      this.written(shard);
    });
    this.publish();
  }

  /** Number of the newest lease. */
  get leaseCount(): number {
    return this.#leases;
  }

  /** Hands all replies that may leave to `receiver`. */
  takeReplies(receiver: ReplyReceiver): void {
    for (let shard = 0; shard < this.#links.length; shard++) this.#takeFrom(shard, receiver);
    if (this.congested) this.congested = this.#links.some(({ requests }) => requests.inFlightBytes * 4 > requests.capacityBytes);
  }

  /** Whether a shard has replies that could be taken now. */
  get hasReplies(): boolean {
    return this.#links.some((link) => link.replies.hasMore && this.#mayTake(link));
  }

  #mayTake(link: ShardLink): boolean {
    const index = link.replies.next();
    return index >= 0 && (this.#isDurable(link, index) || this.#logControl!.error !== 0);
  }

  #takeFrom(shard: number, receiver: ReplyReceiver): void {
    const link = this.#links[shard]!;
    const { replies } = link;
    const { i32, u8 } = replies;
    let taken = false;
    for (let index = replies.next(); index >= 0; index = replies.next()) {
      const connection = i32[index + replyWord.connection]!;
      const run = i32[index + replyWord.run]!;
      const commands = i32[index + replyWord.commands]!;
      const ended = i32[index + replyWord.kind] === ReplyKind.end;
      if (!this.#isDurable(link, index)) {
        if (this.#logControl!.error === 0) break;
        if (i32[index + replyWord.wrote] === 1 && i32[index + replyWord.payloadBytes]! > 0) {
          receiver.onUnsaved(connection, run, commands);
          replies.advance(index);
          taken = true;
          continue;
        }
      }
      const start = (index + replyWord.body + i32[index + replyWord.waits]! * 2) * 4;
      receiver.onReply(connection, run, u8, start, i32[index + replyWord.payloadBytes]!, ended, commands);
      replies.advance(index);
      taken = true;
    }
    if (taken) replies.release();
  }

  #isDurable(link: ShardLink, index: number): boolean {
    if (this.#logControl === undefined || link.effects === undefined || this.#logControl.policy !== 'always') return true;
    const { i32 } = link.replies;
    if (i32[index + replyWord.kind] === ReplyKind.part) return true;
    if (((link.effects.durable - i32[index + replyWord.effectPosition]!) | 0) < 0) return false;
    const waits = i32[index + replyWord.waits]!;
    for (let i = 0; i < waits; i++) {
      const at = index + replyWord.body + i * 2;
      const log = this.#links[i32[at]!]!.effects!;
      if (((log.durable - i32[at + 1]!) | 0) < 0) return false;
    }
    return true;
  }

  #writePark(shard: number, lease: number): void {
    const { requests } = this.#links[shard]!;
    const bytes = (requestWord.leaseHigh + 1) * 4;
    const index = this.#reserve(requests, bytes);
    requests.i32[index + requestWord.kind] = RequestKind.park;
    requests.i32[index + requestWord.lease] = lease;
    requests.commit(index, bytes);
  }

  /** Writes a record of one command whose words begin at `body`; returns the record's index. */
  #writeSingle(
    shard: number, kind: number, connection: number, run: number, context: number, body: number,
    command: RawCommand, big: BigRequest | undefined,
  ): number {
    const { requests, port } = this.#links[shard]!;
    const { id, slot, bytes, at, args, argc, next } = command;
    const headWords = body + (big === undefined ? 2 + argc * 2 : 0);
    const total = headWords * 4 + (big === undefined ? next - at : 0);
    const index = this.#reserve(requests, total);
    const { i32, u8 } = requests;
    i32[index + requestWord.kind] = kind;
    i32[index + requestWord.connection] = connection;
    i32[index + requestWord.run] = run;
    i32[index + requestWord.context] = big === undefined ? context : context | (RequestFlag.big << 20);
    i32[index + requestWord.commands] = 1;
    i32[index + requestWord.bytesOffset] = headWords * 4;
    if (big === undefined) {
      i32[index + body] = id | (argc << 16);
      i32[index + body + 1] = slot;
      for (let i = 0; i < argc * 2; i++) i32[index + body + 2 + i] = args[i]!;
      copyBytes(u8, (index + headWords) * 4, bytes, at, next - at);
    } else {
      port.postMessage(big);
    }
    requests.commit(index, total);
    return index;
  }

  #reserve(ring: Ring, bytes: number): number {
    const index = ring.reserve(bytes);
    assert(index >= 0, 'a request ring has room: the door looks before it parses');
    return index;
  }
}

/** Copies a command into shared memory of its own, or uses the shared memory it already lies in. */
export function toBigRequest(command: RawCommand, shared: Uint8Array | undefined): BigRequest {
  const { id, slot, bytes, at, args, argc, next } = command;
  const index = new Int32Array(new SharedArrayBuffer((3 + argc * 2) * 4));
  let base = at;
  let home = shared;
  if (home === undefined) {
    home = new Uint8Array(new SharedArrayBuffer(next - at));
    home.set(bytes.subarray(at, next));
    base = 0;
  }
  index[0] = id;
  index[1] = slot;
  index[2] = argc;
  for (let i = 0; i < argc; i++) {
    index[3 + i * 2] = args[i * 2]! + base;
    index[4 + i * 2] = args[i * 2 + 1]!;
  }
  return { index, bytes: home };
}
