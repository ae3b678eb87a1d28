/** A node as the observer sees one: counters to be set by tests, two shards, clients with traffic. */
import { LogControl } from '../../../src/channel/log-control.ts';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import { defaultValues } from '../../../src/config/options.ts';
import type { ConfigValues } from '../../../src/config/options.ts';
import type { InfoSource, ObservedClient, ShardKeys } from '../../../src/observe/info/info-source.ts';

export const commandNames = ['get', 'set', 'config', 'debug', 'config|get', 'debug', 'debug'];

export interface FakeShard {
  keys: number[];
  volatile: number[];
  entryBytes: number;
  indexBytes: number;
}

export class FakeNode implements InfoSource {
  readonly values: { -readonly [Name in keyof ConfigValues]: ConfigValues[Name] } = { ...defaultValues() };
  readonly config = { values: this.values, filePath: undefined };
  readonly version = '7.4.0';
  readonly runId = 'f'.repeat(40);
  readonly startedMs = 1_700_000_000_000;
  readonly logControl = LogControl.create();
  readonly shards: FakeShard[] = Array.from({ length: 2 }, () => ({ keys: [0, 0], volatile: [0, 0], entryBytes: 0, indexBytes: 128 }));
  readonly stats = ShardStats.create(commandNames.length);
  readonly pool = {
    keyspaces: this.shards.map(keysOf),
    stats: this.shards.map(() => ShardStats.create(commandNames.length)),
    links: this.shards.map(() => ({
      requests: { capacityBytes: 4096, filledBytes: 64 }, replies: { capacityBytes: 4096, filledBytes: 32 },
      effects: { written: 2 ** 31 - 10, consumed: 2 ** 31 - 30 },
    })),
  };
  readonly clients: ObservedClient[] = [];
  readonly door = { loading: false, sessionCount: 3, sessions: () => this.clients };
  readonly listeners = { rejectedCount: 5 };
  readonly keyMigrations = { cachedCount: 4 };
  connectionsReceived = 7;
  receivedBytesGone = 1000;
  writtenBytesGone = 2000;
}

export function client(receivedBytes: number, writtenBytes: number, inputBytes = 0, outputBytes = 0, isInternal = false): ObservedClient {
  return { isInternal, connection: { receivedBytes, input: { length: inputBytes }, output: { writtenBytes, pendingBytes: outputBytes } } };
}

function keysOf(shard: FakeShard): ShardKeys {
  return {
    databaseCount: shard.keys.length,
    unlinked: { pendingCount: 0, freedCount: 0 },
    keyCount: (db) => shard.keys[db]!,
    volatileCount: (db) => shard.volatile[db]!,
    arena: {
      get usedBytes() { return shard.entryBytes + shard.indexBytes; },
      get reservedBytes() { return Math.ceil((shard.entryBytes + shard.indexBytes) / 65_536) * 65_536; },
      usedByPurpose: () => ({ entry: shard.entryBytes, table: 0, value: 0, structure: 0, index: shard.indexBytes }),
    },
  };
}
