/** The text of CLUSTER INFO, line for line as Redis 7.0 prints it. */
import { myself } from './state.ts';
import type { SlotTable } from './slot-table.ts';

/** What has passed over the bus since the start. Types in the bus's words: `ping`, `meet`, ... */
export interface BusCounts {
  readonly sentByType: ReadonlyMap<string, number>;
  readonly receivedByType: ReadonlyMap<string, number>;
  /** Links that were cut because their send buffer outgrew its limit. */
  readonly linksOverLimit: number;
}

export function clusterInfoText(table: SlotTable, counts: BusCounts): string {
  const { state, health } = table;
  return [
    `cluster_state:${health.up ? 'ok' : 'fail'}`,
    `cluster_slots_assigned:${health.slotsAssigned}`,
    `cluster_slots_ok:${health.slotsOk}`,
    `cluster_slots_pfail:${health.slotsMaybeFailed}`,
    `cluster_slots_fail:${health.slotsFailed}`,
    `cluster_known_nodes:${state.nodes.size}`,
    `cluster_size:${health.size}`,
    `cluster_current_epoch:${state.currentEpoch}`,
    `cluster_my_epoch:${myEpoch(table)}`,
    ...messages('sent', counts.sentByType),
    ...messages('received', counts.receivedByType),
    `total_cluster_links_buffer_limit_exceeded:${counts.linksOverLimit}`,
    '',
  ].join('\r\n');
}

/** A replica's epoch is that of its primary. */
function myEpoch({ state }: SlotTable): bigint {
  const me = myself(state);
  return (state.nodes.get(me.primaryId) ?? me).configEpoch;
}

function messages(direction: string, byType: ReadonlyMap<string, number>): string[] {
  const total = [...byType.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...byType].map(([type, count]) => `cluster_stats_messages_${type}_${direction}:${count}`);
  return [...lines, `cluster_stats_messages_${direction}:${total}`];
}
