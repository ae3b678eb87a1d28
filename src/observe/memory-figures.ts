/** What INFO memory, MEMORY STATS and MEMORY DOCTOR say about memory, worked out once. */
import { type InfoSource, usedBytesOf } from './info/info-source.ts';

export interface MemoryFigures {
  /** In use for keys, values and what finds them: what maxmemory limits. */
  readonly usedBytes: number;
  readonly peakBytes: number;
  readonly startupBytes: number;
  /** What finds the keys. */
  readonly overheadBytes: number;
  readonly datasetBytes: number;
  /** Of the bytes in use beyond those at the start. */
  readonly datasetPercent: number;
  readonly peakPercent: number;
  /** Pages that the shards' arenas hold, with what is free in them. */
  readonly reservedBytes: number;
  /** Of the whole process. */
  readonly residentBytes: number;
  readonly keyCount: number;
  /** Effects that the log thread has not yet taken. */
  readonly logBytes: number;
}

export function memoryFigures(source: InfoSource, sampled: { readonly peakBytes: number; readonly startupBytes: number }): MemoryFigures {
  const { keyspaces, links } = source.pool;
  const usedBytes = usedBytesOf(source);
  const { startupBytes } = sampled;
  const peakBytes = Math.max(sampled.peakBytes, usedBytes);
  const overheadBytes = keyspaces.reduce((sum, { arena }) => {
    const { table, index } = arena.usedByPurpose();
    return sum + table + index;
  }, 0);
  const datasetBytes = usedBytes - overheadBytes;
  return {
    usedBytes, peakBytes, startupBytes, overheadBytes, datasetBytes,
    datasetPercent: usedBytes > startupBytes ? (datasetBytes * 100) / (usedBytes - startupBytes) : 0,
    peakPercent: (usedBytes * 100) / peakBytes,
    reservedBytes: keyspaces.reduce((sum, { arena }) => sum + arena.reservedBytes, 0),
    residentBytes: process.memoryUsage.rss(),
    keyCount: databaseKeys(source).reduce((sum, { keyCount }) => sum + keyCount, 0),
    logBytes: links.reduce((sum, { effects }) => sum + (effects === undefined ? 0 : (effects.written - effects.consumed) | 0), 0),
  };
}

/** Of every database, in order. */
export function databaseKeys({ pool }: InfoSource): { keyCount: number; volatileCount: number }[] {
  const { keyspaces } = pool;
  return Array.from({ length: keyspaces[0]!.databaseCount }, (_, db) => ({
    keyCount: keyspaces.reduce((sum, keyspace) => sum + keyspace.keyCount(db), 0),
    volatileCount: keyspaces.reduce((sum, keyspace) => sum + keyspace.volatileCount(db), 0),
  }));
}
