/** Clusters for the tests of the drawing: what their nodes would have answered. */
import type { Collected, NodeAnswer } from '../../../src/cli/cluster-view.ts';
import { figuresOf } from '../../../src/cli/node-figures.ts';
import { parseInfo, parseNodeLines } from '../../../src/cli/replies.ts';
import type { MigrationLine } from '../../../src/cli/replies.ts';

export interface SampleNode {
  readonly port: number;
  readonly flags?: string;
  readonly primaryPort?: number;
  /** As in CLUSTER NODES, with slots on the move. */
  readonly slots?: string;
  readonly failure?: string;
  /** Lines of INFO. */
  readonly info?: readonly string[];
  /** Whom this node sees, when that is not what all see. */
  readonly sees?: readonly SampleNode[];
  readonly migrations?: readonly MigrationLine[];
}

/** Starts with eight digits that can be told apart. */
export function idOf(port: number): string {
  return String(port).repeat(10);
}

export function sampleCluster(nodes: readonly SampleNode[], state: Collected['state'] = 'ok'): Collected {
  const answerOf = ({ port, failure, info = [], sees = nodes, migrations = [] }: SampleNode): NodeAnswer =>
    (failure === undefined ? { lines: seenBy(port, sees), figures: figuresOf(parseInfo(info.join('\r\n'))), migrations } : { failure });
  return { lines: seenBy(nodes[0]!.port, nodes), state, epoch: nodes.length, answers: new Map(nodes.map((node) => [idOf(node.port), answerOf(node)])) };
}

/** Only a node's own line tells of slots on the move. */
function seenBy(port: number, nodes: readonly SampleNode[]): Collected['lines'] {
  return parseNodeLines(nodes.map((node, index) => {
    const { flags = node.primaryPort === undefined ? 'master' : 'slave', primaryPort, slots = '' } = node;
    const words = slots.split(' ').filter((word) => node.port === port || !word.startsWith('['));
    return [
      idOf(node.port), `127.0.0.1:${node.port}@${node.port + 10_000}`, node.port === port ? `myself,${flags}` : flags,
      primaryPort === undefined ? '-' : idOf(primaryPort), 0, 0, index + 1, 'connected', ...words,
    ].join(' ').trimEnd();
  }).join('\n'));
}

/** INFO of a Tessera with such shards: keys, bytes, operations a second. */
export function tesseraInfo(shards: readonly (readonly [number, number, number])[], maxBytes = 0): string[] {
  const sum = (at: 0 | 1 | 2): number => shards.reduce((total, shard) => total + shard[at], 0);
  return [
    '# Server', 'redis_version:7.4.0', 'tessera_version:0.1.0', 'process_id:77', 'uptime_in_seconds:5', '# Clients', 'connected_clients:13',
    `used_memory:${sum(1)}`, `maxmemory:${maxBytes}`, `instantaneous_ops_per_sec:${sum(2)}`, `db0:keys=${sum(0)},expires=0,avg_ttl=0`,
    ...shards.map(([keys, bytes, ops], index) => `shard${index}:keys=${keys},expires=0,used_bytes=${bytes},commands=9,ops_per_sec=${ops}`),
  ];
}
