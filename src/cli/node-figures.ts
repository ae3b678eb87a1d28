/** The load of a node, from its INFO. What a server does not tell is left out. */
import { parseParts } from './replies.ts';

export interface ShardFigures {
  readonly keys: number;
  readonly usedBytes: number;
  readonly opsPerSecond: number;
}

export interface NodeFigures {
  /** As `Tessera 0.1.0` or `redis 7.0.15`. */
  readonly server: string;
  readonly processId: number;
  readonly uptimeS: number;
  readonly keys: number;
  readonly usedBytes: number;
  /** 0 without a limit. */
  readonly maxBytes: number;
  readonly opsPerSecond: number;
  /** Without the one that asks. */
  readonly clients: number;
  readonly isLoading: boolean;
  /** Of a Tessera. */
  readonly shards?: readonly ShardFigures[];
}

export function figuresOf(info: ReadonlyMap<string, string>): NodeFigures {
  const number = (name: string): number => Number(info.get(name) ?? 0);
  const shards = [...info].filter(([name]) => /^shard\d+$/.test(name)).map(([, text]) => {
    const parts = parseParts(text);
    return { keys: parts['keys'] ?? 0, usedBytes: parts['used_bytes'] ?? 0, opsPerSecond: parts['ops_per_sec'] ?? 0 };
  });
  return {
    server: serverName(info),
    processId: number('process_id'),
    uptimeS: number('uptime_in_seconds'),
    keys: [...info].filter(([name]) => /^db\d+$/.test(name)).reduce((count, [, text]) => count + (parseParts(text)['keys'] ?? 0), 0),
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
    opsPerSecond: number('instantaneous_ops_per_sec'),
    clients: Math.max(0, number('connected_clients') - 1),
    isLoading: number('loading') !== 0,
    ...(shards.length === 0 ? {} : { shards }),
  };
}

function serverName(info: ReadonlyMap<string, string>): string {
  for (const [name, field] of [['Tessera', 'tessera_version'], ['valkey', 'valkey_version'], ['redis', 'redis_version']] as const) {
    const version = info.get(field);
    if (version !== undefined) return `${name} ${version}`;
  }
  return 'unknown';
}
