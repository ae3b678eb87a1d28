/** What MEMORY DOCTOR finds in the figures, in words. */
import { formatBytesHuman } from '../base/memory-size.ts';
import type { MemoryFigures } from './memory-figures.ts';

const littleBytes = 5 * 2 ** 20;
const nearlyFull = 0.9;
const spikeRatio = 1.5;
const gapsRatio = 1.4;
const gapsBytes = 10 * 2 ** 20;

export function memoryReport(figures: MemoryFigures, maxmemoryBytes: number): string {
  const { usedBytes, peakBytes, startupBytes, reservedBytes } = figures;
  if (usedBytes - startupBytes < littleBytes) return 'There is too little data for findings: less than 5 MB.\n';
  const findings = [
    maxmemoryBytes > 0 && usedBytes > maxmemoryBytes * nearlyFull &&
      `The data takes ${formatBytesHuman(usedBytes)} of ${formatBytesHuman(maxmemoryBytes)} that maxmemory allows: writes will be refused soon.`,
    peakBytes > usedBytes * spikeRatio &&
      `At the peak the data took ${formatBytesHuman(peakBytes)}, now ${formatBytesHuman(usedBytes)}: what the process has kept may serve again, ` +
      'but the system does not get all of it back.',
    reservedBytes > usedBytes * gapsRatio && reservedBytes - usedBytes > gapsBytes &&
      `${formatBytesHuman(reservedBytes - usedBytes)} of the arenas' pages are free room between keys, left by keys that were removed; ` +
      'new keys of similar size fill it.',
  ].filter((finding) => finding !== false);
  if (findings.length === 0) return 'Nothing found: memory is in good order.\n';
  return `Findings:\n\n${findings.map((finding) => ` * ${finding}\n`).join('')}`;
}
