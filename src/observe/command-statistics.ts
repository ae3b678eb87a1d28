/**
 * Per command, summed over the shards and the door: calls and times, and the histogram of latencies.
 * Commands that share a name (the hidden parts of DEBUG) count as one.
 */
import { bucketUpperUs, histogramBuckets, type ShardStats } from '../channel/shard-stats.ts';

const bucketsPerOctave = 4;

export interface CommandCount {
  readonly name: string;
  readonly calls: number;
  readonly us: number;
  readonly rejected: number;
  readonly failed: number;
}

export interface Histogram {
  readonly name: string;
  readonly total: number;
  /** Counts by bucket, see channel/shard-stats.ts. */
  readonly buckets: Float64Array;
}

export class CommandStatistics {
  readonly #stats: readonly ShardStats[];
  /** Ids by name, in the order of the table. */
  readonly #idsByName: ReadonlyMap<string, readonly number[]>;

  constructor(stats: readonly ShardStats[], namesById: readonly string[]) {
    this.#stats = stats;
    this.#idsByName = Map.groupBy(namesById.keys(), (id) => namesById[id]!);
  }

  /** Of every command that was called or refused. */
  counts(): CommandCount[] {
    return [...this.#idsByName].map(([name, ids]) => {
      const all = ids.flatMap((id) => this.#stats.map((stats) => stats.calls(id)));
      const sum = (pick: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + pick(one), 0);
      return { name, calls: sum(({ calls }) => calls), us: sum(({ us }) => us), rejected: sum(({ rejected }) => rejected), failed: sum(({ failed }) => failed) };
    }).filter(({ calls, rejected, failed }) => calls + rejected + failed > 0);
  }

  /** Of every command with latencies, or of those named. */
  histograms(isWanted: (name: string) => boolean = () => true): Histogram[] {
    return [...this.#idsByName].filter(([name]) => isWanted(name)).map(([name, ids]) => {
      const buckets = new Float64Array(histogramBuckets);
      for (const id of ids) for (const stats of this.#stats) for (let i = 0; i < histogramBuckets; i++) buckets[i]! += stats.latencyBucket(id, i);
      return { name, total: buckets.reduce((sum, count) => sum + count, 0), buckets };
    }).filter(({ total }) => total > 0);
  }

  /** How many of a histogram's calls took less than 1, 2, 4, … microseconds: the steps at which the number rises. */
  cumulativeCounts({ buckets }: Histogram): { readonly us: number; readonly count: number }[] {
    const steps: { us: number; count: number }[] = [];
    let seen = 0;
    let told = 0;
    for (const [bucket, count] of buckets.entries()) {
      seen += count;
      const isBound = bucket % bucketsPerOctave === 0 || bucket === histogramBuckets - 1;
      if (!isBound || seen === told) continue;
      told = seen;
      steps.push({ us: Math.round(bucketUpperUs(bucket)), count: seen });
    }
    return steps;
  }
}

/** The latency in microseconds that `percentile` percent of the calls did not exceed, as exact as the buckets are. */
export function percentileUs({ total, buckets }: Histogram, percentile: number): number {
  const wanted = Math.max(1, Math.floor((percentile / 100) * total + 0.5));
  let seen = 0;
  for (const [bucket, count] of buckets.entries()) {
    seen += count;
    if (seen >= wanted) return bucketUpperUs(bucket);
  }
  return bucketUpperUs(histogramBuckets - 1);
}
