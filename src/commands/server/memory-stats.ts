/** MEMORY STATS: figures of memory under Redis's names; what has no counterpart here is not there. */
import type { DoorCall } from '../door-call.ts';

export function replyMemoryStats({ server, reply }: DoorCall): void {
  const figures = server.observer.memory();
  const { usedBytes, reservedBytes, keyCount, startupBytes } = figures;
  const netBytes = Math.max(0, usedBytes - startupBytes);
  const integers: [string, number][] = [
    ['peak.allocated', figures.peakBytes],
    ['total.allocated', usedBytes],
    ['startup.allocated', startupBytes],
    ['clients.normal', figures.clientBufferBytes],
    ['aof.buffer', figures.logBytes],
    ['overhead.total', figures.overheadBytes],
    ['keys.count', keyCount],
    ['keys.bytes-per-key', keyCount === 0 ? 0 : Math.floor(netBytes / keyCount)],
    ['dataset.bytes', figures.datasetBytes],
    ['allocator.allocated', usedBytes],
    ['allocator.active', reservedBytes],
    ['allocator-fragmentation.bytes', reservedBytes - usedBytes],
  ];
  const ratios: [string, number][] = [
    ['dataset.percentage', figures.datasetPercent],
    ['peak.percentage', figures.peakPercent],
    ['allocator-fragmentation.ratio', reservedBytes / usedBytes],
  ];
  reply.map(integers.length + ratios.length);
  for (const [name, value] of integers) {
    reply.bulkString(name);
    reply.integer(value);
  }
  for (const [name, value] of ratios) {
    reply.bulkString(name);
    reply.double(value);
  }
}
