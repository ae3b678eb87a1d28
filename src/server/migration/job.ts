/** What is known of a migration on either side, and what its driver needs of the node. */
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { Range } from '../../cluster/migration/ranges.ts';
import type { Server } from '../server.ts';

export interface JobView {
  readonly id: string;
  readonly operation: 'import' | 'export';
  readonly ranges: readonly Range[];
  readonly sourceId: string;
  readonly targetId: string;
  /** As Redis and as Valkey name where it stands. */
  readonly state: { readonly redis: string; readonly valkey: string };
  readonly isOver: boolean;
  readonly failure: string;
  readonly retries: number;
  readonly createdMs: number;
  /** 0 if it has not come to that. */
  readonly startedMs: number;
  readonly updatedMs: number;
  readonly heardMs: number;
  readonly endedMs: number;
  readonly pausedMs: number;
  /** Bytes that are not applied at the other node yet. */
  readonly lagBytes: number;
}

export interface JobHost {
  readonly server: Server;
  readonly cluster: ClusterNode;
  now(): number;
  /** A task has taken a step: marks and holds follow from where all tasks are. */
  settle(): void;
  /** Has everything that was executed so far synced, if there is a log. */
  sync(): Promise<void>;
  /** Deletes the keys of slots that are not this node's. */
  drop(slots: readonly number[]): Promise<void>;
}
