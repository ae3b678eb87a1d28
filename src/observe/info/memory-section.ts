/** INFO memory. `used_memory` counts what the shards' arenas hold; the process is `used_memory_rss`. */
import { totalmem } from 'node:os';
import { formatBytesHuman } from '../../base/memory-size.ts';
import { memoryFigures } from '../memory-figures.ts';
import { hundredths, type Field, type InfoContext } from './section.ts';

export function memoryFields({ source, sampler, traffic }: InfoContext): readonly Field[] {
  const { values } = source.config;
  const figures = memoryFigures(source, sampler);
  const { usedBytes, peakBytes, reservedBytes, residentBytes } = figures;
  return [
    ...withHuman('used_memory', usedBytes),
    ...withHuman('used_memory_rss', residentBytes),
    ...withHuman('used_memory_peak', peakBytes),
    ['used_memory_peak_perc', percent(figures.peakPercent)],
    ['used_memory_overhead', figures.overheadBytes],
    ['used_memory_startup', figures.startupBytes],
    ['used_memory_dataset', figures.datasetBytes],
    ['used_memory_dataset_perc', percent(figures.datasetPercent)],
    ['allocator_allocated', usedBytes],
    ['allocator_active', reservedBytes],
    ...withHuman('total_system_memory', totalmem()),
    ...withHuman('maxmemory', values.maxmemory),
    ['maxmemory_policy', values['maxmemory-policy']],
    ['allocator_frag_ratio', hundredths(reservedBytes / usedBytes)],
    ['allocator_frag_bytes', reservedBytes - usedBytes],
    ['mem_clients_normal', traffic.measure().bufferBytes],
    ['mem_aof_buffer', figures.logBytes],
    ['mem_allocator', 'arena'],
    ['lazyfree_pending_objects', source.pool.keyspaces.reduce((sum, { unlinked }) => sum + unlinked.pendingCount, 0)],
    ['lazyfreed_objects', traffic.lazyFreedCount],
  ];
}

function withHuman(name: string, bytes: number): readonly Field[] {
  return [[name, bytes], [`${name}_human`, formatBytesHuman(bytes)]];
}

function percent(value: number): string {
  return `${hundredths(value)}%`;
}
