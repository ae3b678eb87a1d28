/** What the configuration says to a node about its cluster. */
import type { AnnouncedAddress, ClientAddress } from './node-info.ts';

export interface ClusterSettings extends ClientAddress {
  readonly requireFullCoverage: boolean;
  readonly allowReadsWhenDown: boolean;
  readonly preferredEndpoint: 'ip' | 'hostname' | 'unknown-endpoint';
  /** What this node announces; an ip of '' means that others tell it. */
  readonly address: AnnouncedAddress;
  readonly humanName: string;
  /** How long a node may leave a ping unanswered. */
  readonly nodeTimeoutMs: number;
  /** Between pings of a node chosen by chance. */
  readonly pingIntervalMs: number;
  /** How long a forgotten node is not taken in again. */
  readonly blacklistTtlMs: number;
  /** Per cent of the nodes that a ping tells about. */
  readonly gossipPercent: number;
  readonly allowReplicaMigration: boolean;
  /** Whether the bus speaks TLS. */
  readonly overTls: boolean;
  /** Whether to go on when nodes.conf cannot be written; votes are withheld then. */
  readonly savesBestEffort: boolean;
}
