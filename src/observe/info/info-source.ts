/**
 * What INFO and its relatives read of the node, as plain shapes, so that the sections can be tested
 * without one. Everything here is answered from shared memory or the door's own state: a busy shard
 * delays nothing.
 */
import type { LogControl } from '../../channel/log-control.ts';
import type { ShardStats } from '../../channel/shard-stats.ts';
import type { ConfigValues } from '../../config/options.ts';

export interface ShardMemory {
  readonly usedBytes: number;
  readonly reservedBytes: number;
  usedByPurpose(): { readonly table: number; readonly index: number; readonly entry: number; readonly value: number; readonly structure: number };
}

export interface ShardKeys {
  readonly arena: ShardMemory;
  readonly databaseCount: number;
  readonly unlinked: { readonly pendingCount: number; readonly freedCount: number };
  keyCount(db: number): number;
  volatileCount(db: number): number;
}

interface RingFill {
  readonly capacityBytes: number;
  readonly filledBytes: number;
}

/** One shard's rings; the door reads one and writes the other. */
export interface ShardRings {
  readonly requests: RingFill;
  readonly replies: RingFill;
  readonly effects: { readonly written: number; readonly consumed: number } | undefined;
}

export interface ObservedClient {
  readonly isInternal: boolean;
  readonly connection: {
    readonly receivedBytes: number;
    readonly input: { readonly length: number };
    readonly output: { readonly writtenBytes: number; readonly pendingBytes: number };
  };
}

export interface InfoSource {
  readonly config: { readonly values: ConfigValues; readonly filePath: string | undefined };
  readonly version: string;
  readonly runId: string;
  readonly startedMs: number;
  readonly logControl: Pick<LogControl, 'error'>;
  readonly pool: {
    readonly keyspaces: readonly ShardKeys[];
    readonly stats: readonly ShardStats[];
    readonly links: readonly ShardRings[];
  };
  /** Of commands that ran on the door, and of its own thread. */
  readonly stats: ShardStats;
  readonly door: {
    readonly loading: boolean;
    readonly sessionCount: number;
    sessions(): Iterable<ObservedClient>;
  };
  readonly listeners: { readonly rejectedCount: number } | undefined;
  /** Connections that MIGRATE keeps for the next time. */
  readonly keyMigrations: { readonly cachedCount: number };
  connectionsReceived: number;
  receivedBytesGone: number;
  writtenBytesGone: number;
}

/** Bytes of keys, values and what finds them, in all shards: what `maxmemory` limits. */
export function usedBytesOf({ pool }: InfoSource): number {
  return pool.keyspaces.reduce((sum, { arena }) => sum + arena.usedBytes, 0);
}

/** A counter of all shards and the door together. */
export function counted({ pool, stats }: InfoSource, counter: number): number {
  return pool.stats.reduce((sum, shard) => sum + shard.get(counter), stats.get(counter));
}

/** The counters of the door and of every shard. */
export function allStats({ pool, stats }: InfoSource): readonly ShardStats[] {
  return [stats, ...pool.stats];
}
