/**
 * INFO shards, which is ours: a line for each thread that serves commands. A busy shard's heap
 * figure is as old as its last turn; everything else is current.
 */
import { Counter, type ShardStats } from '../../channel/shard-stats.ts';
import type { ShardKeys, ShardRings } from './info-source.ts';
import type { Field, InfoContext } from './section.ts';

export function shardFields({ source, sampler }: InfoContext): readonly Field[] {
  const { stats, keyspaces, links } = source.pool;
  const shards = stats.map((one, shard): Field => [
    `shard${shard}`,
    pairs({ ...storage(keyspaces[shard]!), ...work(one, sampler.shardCommands[shard]!.perSecond), ...rings(links[shard]!), ...heap(one) }),
  ]);
  return [...shards, ['door', pairs({ clients: source.door.sessionCount, ...heap(source.stats, process.memoryUsage().heapUsed) })]];
}

function storage(keyspace: ShardKeys): Record<string, number> {
  let [keys, expires] = [0, 0];
  for (let db = 0; db < keyspace.databaseCount; db++) {
    keys += keyspace.keyCount(db);
    expires += keyspace.volatileCount(db);
  }
  return { keys, expires, used_bytes: keyspace.arena.usedBytes, reserved_bytes: keyspace.arena.reservedBytes };
}

function work(stats: ShardStats, perSecond: number): Record<string, number> {
  return {
    commands: stats.get(Counter.commandsProcessed),
    batches: stats.get(Counter.batches),
    leases: stats.get(Counter.leases),
    ops_per_sec: Math.floor(perSecond),
  };
}

function rings({ requests, replies }: ShardRings): Record<string, number> {
  return { request_ring_bytes: requests.filledBytes, reply_ring_bytes: replies.filledBytes, ring_capacity_bytes: requests.capacityBytes };
}

function heap(stats: ShardStats, usedBytes = stats.get(Counter.heapUsedBytes)): Record<string, number | string> {
  return {
    heap_used_bytes: usedBytes,
    gc_pause_max_ms: stats.get(Counter.gcPauseMaxMs).toFixed(3),
    gc_pause_total_ms: stats.get(Counter.gcPauseTotalMs).toFixed(3),
    gc_count: stats.get(Counter.gcCount),
  };
}

function pairs(values: Readonly<Record<string, number | string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`).join(',');
}
