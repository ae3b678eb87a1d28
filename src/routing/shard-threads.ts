/**
 * The shards' threads: a Piscina pool of one thread for each, whose loop is to be that pool's one long task. A thread
 * loads its program as soon as it is there, so a node that starts them first gets its own ready meanwhile.
 */
import { Piscina } from 'piscina';

export type ShardThreads = readonly Piscina[];

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export function startShardThreads(count: number): ShardThreads {
  return Array.from({ length: count }, () => new Piscina({
    filename: new URL(`../../workers/shard.${extension}`, import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    atomics: 'disabled',
    name: 'default',
  }));
}
