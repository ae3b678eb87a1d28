/** What the tests of atomic slot migration share: beginning one, waiting for its end, a load of writes, and what is left of it. */
import { Cluster } from 'ioredis';
import { expect } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { until } from '../support/until.ts';
import type { ClusterMember, MixedCluster } from './mixed-cluster.ts';

const patienceMs = 50_000;
const over = ['success', 'failed', 'cancelled'];

export type Job = Readonly<Record<string, string>>;

/** The entries of CLUSTER GETSLOTMIGRATIONS. */
export async function jobs({ client }: ClusterMember): Promise<Job[]> {
  return asRecords(await client.call('CLUSTER', 'GETSLOTMIGRATIONS'));
}

/** The entries of CLUSTER MIGRATION STATUS. */
export async function tasks({ client }: ClusterMember, ...which: readonly string[]): Promise<Job[]> {
  return asRecords(await client.call('CLUSTER', 'MIGRATION', 'STATUS', ...which));
}

export async function beginMigration(from: ClusterMember, to: ClusterMember, start: number, end: number): Promise<void> {
  expect(await from.client.call('CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', start, end, 'NODE', await to.id())).toBe('OK');
}

/** Waits until no migration is under way at any of these. */
export async function whenIdle(...members: readonly ClusterMember[]): Promise<void> {
  for (const member of members) {
    await member.when('no migration is under way', async () => (await jobs(member)).every(({ state }) => over.includes(state!)));
    await member.when('the keys are deleted', async () => {
      const info = String(await member.client.call('CLUSTER', 'INFO'));
      return info.includes('active_tasks:0\r\n') && info.includes('active_trim_running:0\r\n');
    });
  }
}

/** Moves slots and waits until the keys are gone from where they were. */
export async function migrate(from: ClusterMember, to: ClusterMember, start: number, end: number): Promise<void> {
  await beginMigration(from, to, start, end);
  await whenIdle(from, to);
  const [newest] = await jobs(from);
  expect(newest).toMatchObject({ state: 'success', message: '' });
}

/** Waits until all members see the same owners of all slots. */
export async function agreed({ members }: MixedCluster): Promise<void> {
  await until('all nodes agree who owns what', async () => {
    const views = await Promise.all(members.map(async (member) => (await member.nodes()).map(({ id, slots }) => `${id} ${slots}`).toSorted().join('\n')));
    return new Set(views).size === 1;
  }, patienceMs);
}

export function clusterClient({ members }: MixedCluster): Cluster {
  return new Cluster(members.map(({ port }) => ({ host: '127.0.0.1', port })), {
    clusterRetryStrategy: () => 100,
    slotsRefreshTimeout: 5000,
    retryDelayOnTryAgain: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnFailover: 50,
    redisOptions: { connectTimeout: 2000 },
  });
}

/** Writers that set keys to ever greater numbers, each write after the one before it was acknowledged. */
export class WriteLoad {
  /** Of each key, the last number that was acknowledged, and that was sent. */
  readonly acknowledged = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #client: Cluster;
  readonly #random = new Random(7);
  readonly #keyCount: number;
  readonly #end = new AbortController();
  #writers: Promise<void>[] = [];
  /** Errors that reached the application. */
  readonly errors: string[] = [];
  count = 0;

  constructor(client: Cluster, keyCount: number, writerCount: number) {
    this.#client = client;
    this.#keyCount = keyCount;
    this.#writers = Array.from({ length: writerCount }, (_, writer) => this.#write(writer, writerCount));
  }

  get unacknowledged(): string[] {
    return [...this.#sent.keys()].filter((key) => !this.acknowledged.has(key));
  }

  /** Ends once the writes under way are answered. */
  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#writers);
  }

  /** Reads all keys back, from whoever owns them; what is wrong with them. */
  async wrongs(): Promise<string[]> {
    const wrong: string[] = [];
    for (const [key, least] of this.acknowledged) {
      const value = Number(await this.#client.get(key));
      if (!(value >= least && value <= this.#sent.get(key)!)) wrong.push(`${key} is ${value}, acknowledged ${least}, sent ${this.#sent.get(key)}`);
    }
    return wrong;
  }

  /** Each key has one writer, so that its numbers come in order. */
  async #write(writer: number, writerCount: number): Promise<void> {
    for (let n = 1; !this.#end.signal.aborted; n++) {
      const key = `load:${this.#random.below(Math.floor(this.#keyCount / writerCount)) * writerCount + writer}`;
      this.#sent.set(key, n);
      try {
        await this.#client.set(key, n);
        this.acknowledged.set(key, n);
        this.count++;
      } catch (error) {
        this.errors.push((error as Error).message);
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
    }
  }
}

function asRecords(reply: unknown): Job[] {
  return (reply as unknown[][]).map((fields) => {
    const record: Record<string, string> = {};
    for (let i = 0; i < fields.length; i += 2) record[String(fields[i])] = String(fields[i + 1]);
    return record;
  });
}
