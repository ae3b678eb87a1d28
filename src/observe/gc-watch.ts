/** Counts this thread's garbage collections and their pauses among its statistics. */
import { PerformanceObserver } from 'node:perf_hooks';
import { Counter, type ShardStats } from '../channel/shard-stats.ts';

export function watchGarbageCollection(stats: ShardStats): PerformanceObserver {
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      stats.add(Counter.gcCount, 1);
      stats.add(Counter.gcPauseTotalMs, duration);
      stats.set(Counter.gcPauseMaxMs, Math.max(stats.get(Counter.gcPauseMaxMs), duration));
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
