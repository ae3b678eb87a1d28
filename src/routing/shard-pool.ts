/** Makes the shards: their shared memory and what runs on their threads. A shard that fails takes the node down: what it held may be half done. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert, InvariantError } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { crypto } from '../base/lazy-modules.ts';
import { Random } from '../base/random.ts';
import { Control } from '../channel/control.ts';
import type { EffectLog } from '../channel/effect-log.ts';
import { EffectWriter } from '../channel/effect-writer.ts';
import { Ring } from '../channel/ring.ts';
import { createTaps } from '../channel/slot-tap.ts';
import { ShardStats } from '../channel/shard-stats.ts';
import { rows } from '../commands/table.ts';
import { Keyspace, slotsOfShard } from '../keyspace/keyspace.ts';
import { Arena } from '../memory/arena.ts';
import { Shard } from '../shard/shard.ts';
import { SharedLimits } from '../shard/shared-limits.ts';
import type { ShardTask } from '../shard/shard-thread.ts';
import { slowCommand, type SlowCommand } from '../shard/slow-command.ts';
import { KeyHash } from '../structures/key-hash.ts';
import type { ShardLink } from './shard-links.ts';
import type { ShardThreads } from './shard-threads.ts';

const requestRingBytes = 4 * 1024 * 1024;
const replyRingBytes = 4 * 1024 * 1024;
/** Keys and changes of slots that move away, until the door has sent them. */
const tapBytes = 4 * 1024 * 1024;
const initialArenaBytes = 64 * 1024 * 1024;
const maxArenaBytes = 16 * 1024 * 1024 * 1024;

export class ShardPool {
  readonly control: Control;
  readonly links: readonly ShardLink[];
  readonly stats: readonly ShardStats[];
  /** The door's own view of each keyspace, for counts; it must not read anything else. */
  readonly keyspaces: readonly Keyspace[];
  readonly #ports: readonly MessagePort[];
  readonly #hashSeeds: readonly [number, number];
  readonly effectLogs: readonly EffectLog[];
  /** Streams of slots that move to another node; the door reads them. */
  readonly taps: readonly EffectLog[];
  readonly #databaseCount: number;
  readonly #threads: ShardThreads;
  #tasks: Promise<unknown>[] = [];

  /** A thread for each log. */
  constructor(threads: ShardThreads, effectLogs: readonly EffectLog[], databaseCount: number) {
    assert(threads.length === effectLogs.length, 'a shard has a thread and a log');
    this.#threads = threads;
    const count = effectLogs.length;
    this.control = Control.create(count);
    this.effectLogs = effectLogs;
    this.taps = createTaps(count, tapBytes, this.control, effectLogs[0]!.control);
    this.#databaseCount = databaseCount;
    this.#hashSeeds = [randomSeed(), randomSeed()];
    const hash = new KeyHash(...this.#hashSeeds);
    const limits = new SharedLimits(this.control);
    this.keyspaces = effectLogs.map((_, shard) => {
      const arena = Arena.create({ initialBytes: initialArenaBytes, maxBytes: maxArenaBytes });
      const keyspace = new Keyspace(arena, hash, shard, count, databaseCount, limits);
      keyspace.format();
      return keyspace;
    });
    this.stats = effectLogs.map((_, shard) => ShardStats.create(rows.length, slotsOfShard(shard, count)));
    const channels = effectLogs.map(() => new MessageChannel());
    this.#ports = channels.map(({ port2 }) => port2);
    this.links = effectLogs.map((effects, shard) => ({
      requests: Ring.create(requestRingBytes),
      replies: new Ring(Ring.create(replyRingBytes).buffer, 'consumer'),
      port: channels[shard]!.port1,
      effects,
      tap: this.taps[shard]!,
    }));
  }

  /** Has all threads execute. `onFailure` is called if one ends before `stop`. */
  start(onFailure: (shard: number, error: unknown) => void): void {
    for (const [shard, thread] of this.#threads.entries()) {
      const task = this.#task(shard);
      // Piscina's types take the transfer list for the web's, which it is not.
      const transferList: object = [task.port];
      this.#tasks.push(this.#watch(shard, thread.run(task, { transferList }), onFailure));
    }
  }

  /** Lets the shards finish what has been requested and ends their threads. */
  async stop(): Promise<void> {
    this.control.stop();
    await Promise.all(this.#tasks);
    await Promise.all(this.#threads.map((thread) => thread.destroy()));
    for (const { port } of this.links) port.close();
  }

  async #watch(shard: number, thread: Promise<unknown>, onFailure: (shard: number, error: unknown) => void): Promise<void> {
    try {
      await thread;
      if (!this.control.stopping) throw new Error('the thread ended');
    } catch (error) {
      onFailure(shard, error);
    }
  }

  /** The shards as the door's thread executes on them while their own threads sleep. */
  forDoor(clock: Clock, onSlow: (slow: SlowCommand) => void): Shard[] {
    const effectWriters = this.effectLogs.map((log) => new EffectWriter(log));
    return this.links.map(({ requests, replies }, index) => new Shard({
      index,
      control: this.control,
      requests: new Ring(requests.buffer, 'consumer'),
      replies: new Ring(replies.buffer, 'producer'),
      keyspaces: this.keyspaces,
      effectWriters,
      stats: this.stats[index]!,
      clock,
      random: new Random(randomSeed()),
      takeBig: () => { throw new InvariantError('the door does not execute large requests'); },
      onOrder: () => { throw new InvariantError('the door does not carry out orders'); },
      onSlow: (call, us) => onSlow(slowCommand(call, us)),
    }));
  }

  #task(shard: number): ShardTask {
    const { requests, replies } = this.links[shard]!;
    return {
      index: shard,
      shardCount: this.links.length,
      databaseCount: this.#databaseCount,
      hashSeeds: this.#hashSeeds,
      randomSeed: randomSeed(),
      control: this.control.buffer,
      requests: requests.buffer,
      replies: replies.buffer,
      arenas: this.keyspaces.map(({ arena }) => arena.buffer),
      effectLogs: this.effectLogs.map((log) => log.handle),
      taps: this.taps.map((tap) => tap.handle),
      stats: this.stats[shard]!.buffer,
      port: this.#ports[shard]!,
    };
  }
}

/** Any 32 bits. */
function randomSeed(): number {
  return crypto().randomBytes(4).readInt32LE();
}
