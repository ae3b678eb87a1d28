/**
 * Counts what commands use of their slots, for CLUSTER SLOT-STATS: time, bytes of requests, bytes of replies. As Redis counts:
 *
 *   - commands with keys that the shard answers, with an error or not; what the door refuses is not counted
 *   - requests with all their framing, as they came
 *   - the time of commandstats: a stretch of equal commands counts for each of its slots by its share of the commands
 *
 * Slots are counted in the shard's statistics by whoever executes on the shard, so one thread writes at a time.
 */
import { integerLength } from '../base/decimal.ts';
import { commandArgc, commandId } from '../channel/records.ts';
import type { ShardStats } from '../channel/shard-stats.ts';
import type { Call } from '../commands/call.ts';
import { rows } from '../commands/table.ts';

const CR = 13;
const LF = 10;
const DOLLAR = 0x24;
const STAR = 0x2a;

/** By command: 1 if it names keys, which then have one slot. */
const hasKeys = Uint8Array.from(rows, ({ keys }) => (keys.length > 0 ? 1 : 0));

export class SlotUse {
  readonly #stats: ShardStats;
  readonly #shardCount: number;

  constructor(stats: ShardStats, shardCount: number) {
    this.#stats = stats;
    this.#shardCount = shardCount;
  }

  /** The command in hand has been answered with `bytesOut` bytes. */
  countTraffic(call: Call, bytesOut: number): void {
    if (hasKeys[call.id] === 1) this.#stats.countSlotTraffic(this.#placeOf(call.slot), requestBytes(call), bytesOut);
  }

  /** `count` commands of equal names, the head word of the first of which is at `first`, took `us` microseconds together. */
  countTimes(index: Int32Array, first: number, count: number, us: number): void {
    if (hasKeys[commandId(index[first]!)] === 0) return;
    for (let i = 0, at = first; i < count; i++) {
      this.#stats.countSlotCpu(this.#placeOf(index[at + 1]! & 0xffff), us / count);
      at += 2 + commandArgc(index[at]!) * 2;
    }
  }

  /** As `countTimes`, of the command in hand alone. */
  countTime(call: Call, us: number): void {
    if (hasKeys[call.id] === 1) this.#stats.countSlotCpu(this.#placeOf(call.slot), us);
  }

  #placeOf(slot: number): number {
    return this.#shardCount === 1 ? slot : (slot / this.#shardCount) | 0;
  }
}

/** Bytes of the command in hand as the client sent it, up to the end of its line or its last argument. */
function requestBytes(call: Call): number {
  const { bytes, spanBytes } = call;
  const start = call.offset(0);
  const nameHeader = 3 + integerLength(call.length(0));
  const countHeader = 3 + integerLength(call.argc);
  const isMultibulk = bytes[start - 1] === LF && bytes[start - 2] === CR && bytes[start - nameHeader] === DOLLAR &&
    bytes[start - nameHeader - countHeader] === STAR;
  if (isMultibulk) return countHeader + nameHeader + spanBytes + 2;
  return spanBytes + (bytes[start + spanBytes] === CR ? 2 : 1);
}
