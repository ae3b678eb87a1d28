/**
 * What a shard's thread does from start to end: attaches to the shared memory it is given, loads
 * its log, then drains its ring, expires keys in between, and sleeps when there is nothing to do.
 *
 * The loop gives the thread's event loop a turn now and then, for the garbage collector's
 * statistics; nothing else of it is used.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { Clock } from '../base/clock.ts';
import { Random } from '../base/random.ts';
import { settleYoungObjects } from '../base/settle-young-objects.ts';
import { Control, Setting } from '../channel/control.ts';
import { EffectLog, type EffectLogHandle } from '../channel/effect-log.ts';
import { EffectWriter } from '../channel/effect-writer.ts';
import type { BigRequest } from '../channel/records.ts';
import { Ring } from '../channel/ring.ts';
import { Counter, ShardStats } from '../channel/shard-stats.ts';
import { attachTaps } from '../channel/slot-tap.ts';
import { rows } from '../commands/table.ts';
import { Keyspace } from '../keyspace/keyspace.ts';
import { Arena } from '../memory/arena.ts';
import { KeyHash } from '../structures/key-hash.ts';
import { ExpiryCycle } from './expiry-cycle.ts';
import { ShardOrders, type ShardOrder } from './shard-orders.ts';
import { Shard } from './shard.ts';
import { SharedLimits } from './shared-limits.ts';
import { SlotWalk } from './slot-walk.ts';
import { slowCommand } from './slow-command.ts';

/** Everything a shard's thread needs; plain data and shared memory. */
export interface ShardTask {
  readonly index: number;
  readonly shardCount: number;
  readonly databaseCount: number;
  readonly hashSeeds: readonly [number, number];
  readonly randomSeed: number;
  readonly control: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  readonly replies: SharedArrayBuffer;
  /** Of all shards, in order. */
  readonly arenas: readonly SharedArrayBuffer[];
  readonly effectLogs: readonly EffectLogHandle[];
  readonly taps: readonly EffectLogHandle[];
  readonly stats: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** A turn of active expiry that took longer than the latency monitor's threshold. */
export interface SlowCycle {
  readonly kind: 'cycle';
  readonly atMs: number;
  readonly us: number;
}

const idleSleepMs = 100;
const statisticsPeriodMs = 1000;
/** After a thread's start, which needs the processors for more. */
const settleAfterMs = 1000;
const messageWaitMs = 10;
/** The shortest time for which a shard frees what is unlinked before it looks at its ring again. */
const freeingMs = 0.2;
/** The clock is read once for so many blocks freed. */
const blocksPerReading = 256;

export class ShardThread {
  readonly shard: Shard;
  readonly keyspace: Keyspace;
  readonly #task: ShardTask;
  readonly #control: Control;
  readonly #clock = new Clock();
  readonly #stats: ShardStats;
  readonly #expiry: ExpiryCycle;
  readonly #orders: ShardOrders;
  readonly #walk: SlotWalk;
  #statisticsDueMs = 0;
  readonly #settleAtMs = this.#clock.now() + settleAfterMs;
  #isSettled = false;

  constructor(task: ShardTask) {
    this.#task = task;
    this.#control = new Control(task.control, task.shardCount);
    this.#stats = new ShardStats(task.stats, rows.length);
    const hash = new KeyHash(...task.hashSeeds);
    const limits = new SharedLimits(this.#control);
    const keyspaces = task.arenas.map((buffer, shard) =>
      new Keyspace(Arena.attach(buffer), hash, shard, task.shardCount, task.databaseCount, limits));
    this.keyspace = keyspaces[task.index]!;
    const logs = task.effectLogs.map((handle) => EffectLog.attach(handle));
    const random = new Random(task.randomSeed);
    const taps = attachTaps(task.taps, this.#control).map((tap) => new EffectWriter(tap));
    this.#walk = new SlotWalk(this.keyspace, taps[task.index]!, this.#control.slotMarks);
    this.#orders = new ShardOrders(this.keyspace, logs[task.index]!, taps[task.index]!.log, {
      keyspaces, own: task.index, stats: this.#stats, control: this.#control, random,
    }, this.#clock);
    this.shard = new Shard({
      index: task.index,
      control: this.#control,
      requests: new Ring(task.requests, 'consumer'),
      replies: new Ring(task.replies, 'producer'),
      keyspaces,
      effectWriters: logs.map((log) => new EffectWriter(log)),
      taps,
      stats: this.#stats,
      clock: this.#clock,
      random,
      takeBig: () => this.#takeMessage() as BigRequest,
      onOrder: () => task.port.postMessage(this.#orders.execute(this.#takeMessage() as ShardOrder)),
      onSlow: (call, us) => task.port.postMessage(slowCommand(call, us)),
    });
    this.#expiry = new ExpiryCycle(this.shard.call, this.keyspace, this.#control, this.#stats, this.#clock);
  }

  /** Serves until the node stops. */
  async run(): Promise<void> {
    this.#observeGarbageCollection();
    while (!this.#control.stopping || this.shard.hasWork) {
      const fromMs = this.#clock.now();
      const worked = this.shard.drain();
      if (this.#expiry.isDue) this.#expire();
      if (this.#clock.now() >= this.#statisticsDueMs) await this.#publishStatistics();
      const walked = this.#walk.step();
      if (this.keyspace.unlinked.hasAny) this.#freeUnlinked(fromMs);
      else if (!worked && !walked) this.#rest();
    }
  }

  /** When there is nothing to do once the start is over, young objects are settled. */
  #rest(): void {
    if (!this.#isSettled && this.#clock.now() >= this.#settleAtMs) {
      this.#isSettled = true;
      settleYoungObjects();
    } else {
      this.#sleep();
    }
  }

  /** The door may have borrowed the shard in the meantime. */
  #sleep(): void {
    this.#control.shardSleep(this.#task.index, idleSleepMs, () => this.shard.hasWork);
    this.shard.takeOver();
  }

  /** Frees for as long as the batch took that began at `fromMs`, so that freeing keeps up with whoever fills and deletes. */
  #freeUnlinked(fromMs: number): void {
    const startMs = this.#clock.now();
    const deadlineMs = startMs + Math.max(freeingMs, startMs - fromMs);
    do this.keyspace.unlinked.freeSome(blocksPerReading);
    while (this.keyspace.unlinked.hasAny && this.#clock.now() < deadlineMs);
  }

  #expire(): void {
    const fromMs = this.#clock.now();
    this.#expiry.run();
    const tookMs = this.#clock.now() - fromMs;
    const thresholdMs = this.#control.settings[Setting.latencyThresholdMs]!;
    if (thresholdMs > 0 && tookMs >= thresholdMs) {
      const slow: SlowCycle = { kind: 'cycle', atMs: fromMs, us: tookMs * 1000 };
      this.#task.port.postMessage(slow);
    }
    this.shard.publishEffects();
  }

  async #publishStatistics(): Promise<void> {
    this.#clock.synchronise();
    this.#statisticsDueMs = this.#clock.now() + statisticsPeriodMs;
    this.#stats.set(Counter.heapUsedBytes, process.memoryUsage().heapUsed);
    await new Promise((resolve) => { setImmediate(resolve); });
  }

  #observeGarbageCollection(): void {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.#stats.add(Counter.gcCount, 1);
        this.#stats.add(Counter.gcPauseTotalMs, duration);
        this.#stats.set(Counter.gcPauseMaxMs, Math.max(this.#stats.get(Counter.gcPauseMaxMs), duration));
      }
    });
    observer.observe({ entryTypes: ['gc'] });
  }

  /** The message was posted before the record was published, so at most its delivery is awaited. */
  #takeMessage(): unknown {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += messageWaitMs) {
      const received = receiveMessageOnPort(this.#task.port);
      if (received !== undefined) return received.message;
      Atomics.wait(sleepWord, 0, 0, messageWaitMs);
    }
    assert(false, 'a message is posted before the record that announces it');
  }
}

const sleepWord = new Int32Array(new SharedArrayBuffer(4));
