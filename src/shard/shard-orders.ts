/**
 * What the door has a shard do besides commands: load its log, begin a new one. An order takes its
 * place in the request ring, so it has a well-defined position among the commands of all shards.
 */
import type { Clock } from '../base/clock.ts';
import { keySlot } from '../base/crc16.ts';
import type { EffectLog } from '../channel/effect-log.ts';
import { noEffects } from '../channel/effects.ts';
import { closeTap, openTap } from '../channel/slot-tap.ts';
import { Call, type CallContext } from '../commands/call.ts';
import type { ShardCommand } from '../commands/command.ts';
import { firstKeyOf, lookup, lookupSubcommand, Place, placeOf, rows } from '../commands/table.ts';
import type { Keyspace } from '../keyspace/keyspace.ts';
import { slotCount } from '../keyspace/keyspace.ts';
import { diskFiles } from '../persistence/files.ts';
import { createShardLog, type LogTarget } from '../persistence/generation.ts';
import type { LogReport } from '../persistence/log-report.ts';
import { PersistenceError } from '../persistence/persistence-error.ts';
import type { OwnPlan } from '../persistence/recovery-plan.ts';
import { type Completion, completeShard, loadShard, type ReplayTarget } from '../persistence/recovery.ts';
import { latin1 } from '../protocol/ascii.ts';
import { type ReplySink, ReplyWriter } from '../protocol/reply-writer.ts';
import { emitKeyspace } from './base-emitter.ts';
import { measureSlots, type SlotMeasurement, type SlotMeasures } from './slot-memory.ts';

/** For so many blocks, a fraction of a millisecond, commands wait while memory is measured. */
const blocksPerMeasurement = 2048;

export type ShardOrder =
  /** Answered as soon as the shard is there. */
  | { readonly order: 'hello' }
  /** Begins to write what leaves, or ends it (channel/slot-tap.ts). */
  | { readonly order: 'open-tap' | 'close-tap' }
  /** Reads the shard's share of the logs; answers with reports. */
  | { readonly order: 'load'; readonly plan: OwnPlan }
  /** Completes transactions that a log lacks; `reports` are those of all logs. Answers with a Completion. */
  | { readonly order: 'complete'; readonly plan: OwnPlan; readonly reports: readonly LogReport[] }
  /** Writes the shard's whole content as the base of a new log, and logs to it from here on. Answers with a LogTarget. */
  | { readonly order: 'begin-log'; readonly root: string; readonly appendFilename: string; readonly generation: number; readonly foldedId: number }
  /** Adds up the memory of slots, for a bounded time. Answers with SlotMeasures. */
  | { readonly order: 'measure-slots'; readonly measurement: SlotMeasurement }
  /** Logs from here on; nowhere with generation 0. */
  | { readonly order: 'log-to'; readonly generation: number; readonly sequence: number };

export interface OrderAnswer {
  readonly kind: 'order';
  readonly result: LogReport[] | Completion | LogTarget | SlotMeasures | undefined;
  /** Undefined if all went well. */
  readonly failure: string | undefined;
}

export class ShardOrders {
  readonly #keyspace: Keyspace;
  readonly #log: EffectLog;
  readonly #tap: EffectLog;
  readonly #call: Call;
  readonly #discard = new DiscardSink();
  readonly #clock: Clock;

  constructor(keyspace: Keyspace, log: EffectLog, tap: EffectLog, context: Omit<CallContext, 'reply'>, clock: Clock) {
    this.#clock = clock;
    this.#keyspace = keyspace;
    this.#log = log;
    this.#tap = tap;
    this.#call = new Call({ ...context, reply: new ReplyWriter(this.#discard) }, noEffects);
  }

  execute(order: ShardOrder): OrderAnswer {
    this.#call.loadedAtMs = this.#clock.now();
    try {
      return { kind: 'order', result: this.#carryOut(order), failure: undefined };
    } catch (error) {
      if (!(error instanceof PersistenceError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
      return { kind: 'order', result: undefined, failure: (error as Error).message };
    }
  }

  #carryOut(order: ShardOrder): OrderAnswer['result'] {
    const { shard } = this.#keyspace;
    switch (order.order) {
      case 'hello':
        return undefined;
      case 'open-tap':
        openTap(this.#tap);
        return undefined;
      case 'close-tap':
        closeTap(this.#tap);
        return undefined;
      case 'load':
        return loadShard(diskFiles, order.plan, shard, this.#replayTarget(true));
      case 'complete':
        // What came before a completed transaction may be lost, so that an effect such as APPEND no longer fits.
        return completeShard(diskFiles, order.plan, order.reports, shard, this.#replayTarget(false));
      case 'begin-log': {
        const { root, appendFilename, generation, foldedId } = order;
        const target = createShardLog(diskFiles, { root, generation, shard, appendFilename }, foldedId, (effects) =>
          emitKeyspace(this.#keyspace, effects));
        this.#log.switchFile(target.generation, target.sequence);
        return target;
      }
      case 'measure-slots':
        return measureSlots(this.#keyspace, order.measurement, blocksPerMeasurement);
      case 'log-to':
        this.#log.switchFile(order.generation, order.sequence);
        return undefined;
    }
  }

  #replayTarget(isStrict: boolean): ReplayTarget {
    return {
      keyArgument: (bytes, index, argc) => firstKeyOf[this.#idOf(bytes, index, argc)]!,
      apply: (db, bytes, index, argc) => this.#replay(db, bytes, index, argc, isStrict),
      flush: (db, modulus, residue) => {
        for (const slot of this.#slots(modulus, residue)) {
          for (let each = 0; each < this.#keyspace.databaseCount; each++) if (db === -1 || db === each) this.#keyspace.flushSlot(each, slot);
        }
      },
      swap: (first, second, modulus, residue) => {
        for (const slot of this.#slots(modulus, residue)) this.#keyspace.swapSlot(first, second, slot);
      },
    };
  }

  #replay(db: number, bytes: Uint8Array, index: Int32Array, argc: number, isStrict: boolean): void {
    const call = this.#call;
    const id = this.#idOf(bytes, index, argc);
    if (db >= this.#keyspace.databaseCount) {
      throw new PersistenceError(`the log holds keys of database ${db}, and there are ${this.#keyspace.databaseCount}: set databases`);
    }
    const key = firstKeyOf[id]! * 2;
    call.point(id, argc, keySlot(bytes, index[key]!, index[key + 1]!), index, 0, bytes, 0);
    call.db = db;
    call.nowMs = 0;
    this.#discard.reset(call.reply);
    (rows[id] as ShardCommand).execute(call);
    if (call.failed && isStrict) throw new PersistenceError(`the log's command ${latin1(bytes, index[0]!, index[1]!)} ${latin1(bytes, index[key]!, index[key + 1]!)} fails: ${this.#discard.text(call.reply)}`);
  }

  /** The command of an effect, which runs on a shard. */
  #idOf(bytes: Uint8Array, index: Int32Array, argc: number): number {
    let id = lookup(bytes, index[0]!, index[1]!);
    if (id >= 0 && placeOf[id] === Place.container && argc > 1) id = lookupSubcommand(id, bytes, index[2]!, index[3]!);
    if (id >= 0 && placeOf[id] === Place.shard) return id;
    throw new PersistenceError(`the log holds the command ${latin1(bytes, index[0]!, index[1]!)}, which this version does not know`);
  }

  /** The shard's slots that are `residue` modulo `modulus`. */
  *#slots(modulus: number, residue: number): Iterable<number> {
    const { shard, shardCount } = this.#keyspace;
    for (let slot = residue; slot < slotCount; slot += modulus) if (slot % shardCount === shard) yield slot;
  }
}

/** Where the replies of replayed commands go. */
class DiscardSink implements ReplySink {
  readonly #bytes = Buffer.alloc(8192);

  makeRoom(writer: ReplyWriter): void {
    this.reset(writer);
  }

  reset(writer: ReplyWriter): void {
    writer.bytes = this.#bytes;
    writer.pos = 0;
    writer.end = this.#bytes.length;
  }

  text(writer: ReplyWriter): string {
    return this.#bytes.toString('latin1', 1, writer.pos).trimEnd();
  }
}
