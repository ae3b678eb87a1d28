/**
 * The node's shared control block: wake-ups, leases and the settings that shards read.
 *
 *   int32 words, each group on its own cache line (16 words):
 *     line 0            door: [0] signal, [1] 1 while the door sleeps
 *     line 1            node: [16] 1 = shards must stop
 *     line 2 + 2s       shard s: [0] signal, [1] 1 while it sleeps, 2 while the door has borrowed it
 *     line 3 + 2s       shard s: [0] lease it is parked at, [1] lease it has been released from
 *   then float64 settings (see `Setting`), and a byte for each slot (see `SlotMark`)
 *
 * Sleeping is announced before the last look at the work, and work is published before the look at
 * the announcement, so no wake-up is lost and an awake thread is never notified.
 */
import { SLOT_COUNT } from '../base/crc16.ts';

export const Setting = {
  /** Bytes; 0 is no limit. */
  maxmemory: 0,
  /** 1 unless DEBUG SET-ACTIVE-EXPIRE 0. */
  activeExpire: 1,
  /** active-expire-effort, 1..10. */
  activeExpireEffort: 2,
  /** slowlog-log-slower-than in microseconds; below zero: off. */
  slowerThanUs: 3,
  /** proto-max-bulk-len in bytes. */
  maxBulkBytes: 4,
  /** Added to a lease's number to make a transaction id that no earlier run of the node has used. */
  transactionBase: 5,
  /** 1 with latency-tracking yes. */
  latencyTracking: 6,
  /** latency-monitor-threshold in milliseconds; 0: off. */
  latencyThresholdMs: 7,
  /** 1 with a maxmemory-policy of the LFU family. */
  lfu: 8,
  /** 1 with cluster-enabled yes. */
  clusterEnabled: 9,
  /** The directives of the same names: up to where values stay compact. */
  hashMaxListpackEntries: 10,
  hashMaxListpackValue: 11,
  listMaxListpackSize: 12,
  setMaxIntsetEntries: 13,
  setMaxListpackEntries: 14,
  setMaxListpackValue: 15,
  zsetMaxListpackEntries: 16,
  zsetMaxListpackValue: 17,
  streamNodeMaxBytes: 18,
  streamNodeMaxEntries: 19,
  /** hll-sparse-max-bytes: up to where HyperLogLogs stay sparse. */
  hllSparseMaxBytes: 20,
  /** How many slots are hidden. */
  hiddenSlots: 21,
  /** How often databases were emptied. */
  flushes: 22,
  /** 1 with lazyfree-lazy-user-flush yes. */
  lazyUserFlush: 23,
  /** SlotMetric bits: what is counted slot by slot. */
  slotMetrics: 24,
} as const;

/** What can be counted slot by slot. */
export const SlotMetric = {
  cpu: 1,
  /** Bytes that clients send, and that they are sent. */
  net: 2,
} as const;

/** What is going on with a slot; the door writes it. */
export const SlotMark = {
  /** Its keys are not there for clients and do not expire: they are coming from or have gone to another node. */
  hidden: 1,
  /** It moves to another node, and its effects go into the tap while that is open. */
  leaving: 2,
} as const;

const lineWords = 16;
const doorSignal = 0;
const doorSleeping = 1;
const stopWord = 16;
const firstShardLine = 2;
/** States of a shard's thread. */
const awake = 0;
const asleep = 1;
const borrowed = 2;
const settingCount = 64;

export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly shardCount: number;
  readonly i32: Int32Array;
  readonly settings: Float64Array;
  /** SlotMark bits. */
  readonly slotMarks: Uint8Array;

  static create(shardCount: number): Control {
    const words = (firstShardLine + 2 * shardCount) * lineWords;
    return new Control(new SharedArrayBuffer(words * 4 + settingCount * 8 + SLOT_COUNT), shardCount);
  }

  constructor(buffer: SharedArrayBuffer, shardCount: number) {
    this.buffer = buffer;
    this.shardCount = shardCount;
    const words = (firstShardLine + 2 * shardCount) * lineWords;
    this.i32 = new Int32Array(buffer, 0, words);
    this.settings = new Float64Array(buffer, words * 4, settingCount);
    this.slotMarks = new Uint8Array(buffer, words * 4 + settingCount * 8, SLOT_COUNT);
  }

  isHidden(slot: number): boolean {
    return (this.slotMarks[slot]! & SlotMark.hidden) !== 0;
  }

  // The door.

  /** Called by shards and the log thread after they have published something for the door. */
  wakeDoor(): void {
    if (Atomics.load(this.i32, doorSleeping) === 0) return;
    Atomics.add(this.i32, doorSignal, 1);
    Atomics.notify(this.i32, doorSignal);
  }

  doorSleeps(sleeping: boolean): void {
    Atomics.store(this.i32, doorSleeping, sleeping ? 1 : 0);
  }

  doorSignal(): number {
    return Atomics.load(this.i32, doorSignal);
  }

  /** Resolves at the next wake-up after `seen` was read with `doorSignal`. */
  waitForDoorSignal(seen: number): Promise<unknown> | undefined {
    const outcome = Atomics.waitAsync(this.i32, doorSignal, seen);
    return outcome.async ? outcome.value : undefined;
  }

  // Shards.

  wakeShard(shard: number): void {
    const at = shardLine(shard);
    if (Atomics.load(this.i32, at + 1) === awake) return;
    Atomics.add(this.i32, at, 1);
    Atomics.notify(this.i32, at);
  }

  /** Sleeps at most `timeoutMs` unless `hasWork` says otherwise once the sleep is announced; the door may borrow the shard meanwhile. */
  shardSleep(shard: number, timeoutMs: number, hasWork: () => boolean): void {
    const at = shardLine(shard);
    const seen = Atomics.load(this.i32, at);
    Atomics.store(this.i32, at + 1, asleep);
    if (!hasWork() && !this.stopping) Atomics.wait(this.i32, at, seen, timeoutMs);
    while (Atomics.compareExchange(this.i32, at + 1, asleep, awake) !== asleep) Atomics.wait(this.i32, at + 1, borrowed);
  }

  /** Makes a sleeping shard the door's until `giveBack`: its thread does not wake before. False if it is awake. */
  tryBorrow(shard: number): boolean {
    return Atomics.compareExchange(this.i32, shardLine(shard) + 1, asleep, borrowed) === asleep;
  }

  giveBack(shard: number): void {
    const at = shardLine(shard) + 1;
    Atomics.store(this.i32, at, asleep);
    Atomics.notify(this.i32, at);
  }

  get stopping(): boolean {
    return Atomics.load(this.i32, stopWord) === 1;
  }

  stop(): void {
    Atomics.store(this.i32, stopWord, 1);
    for (let shard = 0; shard < this.shardCount; shard++) {
      Atomics.add(this.i32, shardLine(shard), 1);
      Atomics.notify(this.i32, shardLine(shard));
    }
  }

  // Leases. A shard parks at one lease at a time, in ring order, which is the same on all rings.

  /** Blocks the shard until the coordinator of `lease` has released it. */
  park(shard: number, lease: number): void {
    const at = shardLine(shard) + lineWords;
    Atomics.store(this.i32, at, lease);
    Atomics.notify(this.i32, at);
    for (;;) {
      const released = Atomics.load(this.i32, at + 1);
      if (released === lease) return;
      Atomics.wait(this.i32, at + 1, released);
    }
  }

  /** Blocks the coordinator until `shard` is parked at `lease`. */
  awaitParked(shard: number, lease: number): void {
    const at = shardLine(shard) + lineWords;
    for (;;) {
      const parked = Atomics.load(this.i32, at);
      if (parked === lease) return;
      Atomics.wait(this.i32, at, parked);
    }
  }

  release(shard: number, lease: number): void {
    const at = shardLine(shard) + lineWords;
    Atomics.store(this.i32, at + 1, lease);
    Atomics.notify(this.i32, at + 1);
  }
}

function shardLine(shard: number): number {
  return (firstShardLine + 2 * shard) * lineWords;
}
