/**
 * What CLUSTER SLOT-STATS tells of slots. Keys are counted by the keyspaces, time and traffic by whoever executes
 * (shard/slot-use.ts), memory is measured when it is asked for (shard/slot-memory.ts).
 */
import { Setting } from '../channel/control.ts';
import type { SlotTable } from '../cluster/slot-table.ts';
import { SlotOwner } from '../cluster/slot-table.ts';
import { myself } from '../cluster/state.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { SlotCounts } from '../channel/shard-stats.ts';
import type { SlotMetricName } from '../config/list-kinds.ts';
import type { SlotMeasurement, SlotMeasures } from '../shard/slot-memory.ts';
import type { Server } from './server.ts';

const ownerBits = 3;
/** Slots that one order to a shard names at most. */
const slotsPerOrder = 256;

export class SlotStatistics {
  readonly #server: Server;
  /** As the slots of this node were told from those of others last. */
  #known: SlotTable | undefined;
  /** Whether there may be something to forget. */
  #hasCounted = false;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Has SlotMetric bits counted from now on. */
  count(metrics: number): void {
    this.#server.setting(Setting.slotMetrics, metrics);
    this.#hasCounted ||= metrics !== 0;
  }

  /** What is counted beside keys. */
  get metrics(): readonly SlotMetricName[] {
    return this.#server.config.values['cluster-slot-stats-enabled'];
  }

  /** The slots of this node, or of its primary. */
  ownSlots(): number[] {
    const { situations } = this.#server.cluster!.table;
    return [...situations.keys()].filter((slot) => isOwn(situations[slot]!));
  }

  keyCount(slot: number): number {
    return this.#server.migrations?.hides(slot) === true ? 0 : this.#server.countKeysInSlot(slot);
  }

  counts(slot: number): SlotCounts {
    const { stats } = this.#server.pool;
    return stats[slot % stats.length]!.slotCounts(Math.floor(slot / stats.length));
  }

  /** Bytes that the slots take; slots without keys take none. Commands are served meanwhile. */
  async usedBytes(slots: readonly number[]): Promise<Map<number, number>> {
    const shardCount = this.#server.pool.stats.length;
    const used = new Map(slots.map((slot) => [slot, 0]));
    const pending = this.#server.pool.stats.map((_, shard): SlotMeasurement => (
      { slots: slots.filter((slot) => slot % shardCount === shard && this.#server.countKeysInSlot(slot) > 0), position: 0, bytes: 0 }));
    while (pending.some((measurement) => measurement.slots.length > 0)) {
      const asked = pending.map((measurement) => ({ ...measurement, slots: measurement.slots.slice(0, slotsPerOrder) }));
      const answers = await this.#server.order((shard) =>
        (asked[shard]!.slots.length === 0 ? { order: 'hello' } : { order: 'measure-slots', measurement: asked[shard]! }));
      for (const [shard, { result }] of answers.entries()) {
        if (result === undefined) continue;
        const { bytes, rest } = result as SlotMeasures;
        bytes.forEach((count, i) => used.set(asked[shard]!.slots[i]!, count));
        pending[shard] = { ...rest, slots: pending[shard]!.slots.slice(bytes.length) };
      }
    }
    return used;
  }

  /** Forgets what was counted of slots that came or went. */
  follow(table: SlotTable): void {
    const known = this.#known;
    if (known !== undefined && hasSameOwners(known.state, table.state)) return;
    this.#known = table;
    if (known === undefined || !this.#hasCounted) return;
    const { stats } = this.#server.pool;
    for (let slot = 0; slot < table.situations.length; slot++) {
      if (isOwn(table.situations[slot]!) !== isOwn(known.situations[slot]!)) stats[slot % stats.length]!.resetSlot(Math.floor(slot / stats.length));
    }
  }
}

/** Most changes of the table leave it at that. */
function hasSameOwners(one: ClusterState, other: ClusterState): boolean {
  return one.owners === other.owners && one.myId === other.myId && myself(one).primaryId === myself(other).primaryId;
}

function isOwn(situation: number): boolean {
  const owner = situation & ownerBits;
  return owner === SlotOwner.me || owner === SlotOwner.myPrimary;
}
