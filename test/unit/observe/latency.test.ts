/** Latencies: histograms and percentiles, and the monitor with its reports. */
import { describe, expect, it } from 'vitest';
import { ShardStats } from '../../../src/channel/shard-stats.ts';
import { CommandStatistics, percentileUs } from '../../../src/observe/command-statistics.ts';
import { LatencyMonitor } from '../../../src/observe/latency-monitor.ts';
import { latencyGraph, latencyReport } from '../../../src/observe/latency-report.ts';
import { Observer } from '../../../src/observe/observer.ts';
import { commandNames, FakeNode } from './fake-node.ts';

describe('histograms', () => {
  const stats = ShardStats.create(2);
  const statistics = new CommandStatistics([stats], ['get', 'set']);
  for (const [us, calls] of [[0.4, 2], [1.9, 3], [15, 5], [16, 1], [3e7, 1]] as const) stats.countLatency(0, us, calls);
  const histogram = statistics.histograms()[0]!;

  it('leave out commands without calls, and those not asked for', () => {
    expect(statistics.histograms().map(({ name }) => name)).toEqual(['get']);
    expect(statistics.histograms((name) => name === 'set')).toEqual([]);
  });

  it('count how many calls stayed below powers of two', () => {
    expect(statistics.cumulativeCounts(histogram)).toEqual([
      { us: 1, count: 2 }, { us: 2, count: 5 }, { us: 16, count: 10 }, { us: 32, count: 11 }, { us: 19_951_585, count: 12 },
    ]);
  });

  it('tell the latency that a share of the calls did not exceed', () => {
    expect([0, 10, 25, 50, 90, 100].map((percentile) => Math.round(percentileUs(histogram, percentile) * 10) / 10)).toEqual([1, 1, 2, 16, 19.0, 19_951_584.6]);
  });
});

describe('the monitor', () => {
  it('keeps the worst sample of a second, and the worst of all', () => {
    const monitor = new LatencyMonitor();
    monitor.add('command', 120.9, 5_000);
    monitor.add('command', 90, 5_900);
    monitor.add('command', 130, 5_999);
    monitor.add('command', 100, 6_000);
    expect(monitor.event('command')).toEqual({ name: 'command', samples: [{ atSeconds: 5, ms: 130 }, { atSeconds: 6, ms: 100 }], maxMs: 130 });
  });

  it('forgets the oldest samples', () => {
    const monitor = new LatencyMonitor();
    for (let second = 0; second < 500; second++) monitor.add('command', 200 - (second === 0 ? 0 : 50), second * 1000);
    const { samples, maxMs } = monitor.event('command')!;
    expect([samples.length, samples[0]!.atSeconds, samples.at(-1)!.atSeconds, maxMs]).toEqual([160, 340, 499, 200]);
  });

  it('resets named events or all', () => {
    const monitor = new LatencyMonitor();
    for (const name of ['command', 'fast-command', 'expire-cycle']) monitor.add(name, 100, 0);
    expect(monitor.reset(['command', 'unknown'])).toBe(1);
    expect(monitor.events().map(({ name }) => name)).toEqual(['fast-command', 'expire-cycle']);
    expect([monitor.reset([]), monitor.events().length]).toEqual([2, 0]);
  });

  it('notes what reaches the threshold, and nothing while that is 0', () => {
    const node = new FakeNode();
    const observer = new Observer(node, commandNames, 0);
    observer.noteLatency('command', 1e9, 0);
    node.values['latency-monitor-threshold'] = 100;
    observer.noteLatency('command', 99_999, 1000);
    observer.noteLatency('command', 100_000, 2000);
    expect(observer.latency.events()).toEqual([{ name: 'command', samples: [{ atSeconds: 2, ms: 100 }], maxMs: 100 }]);
  });
});

describe('reports', () => {
  const samples = [100, 200, 300, 400].map((ms, i) => ({ atSeconds: 1000 - [90_000, 3700, 61, 5][i]!, ms }));

  it('draw the samples with their ages', () => {
    expect(latencyGraph({ name: 'command', samples, maxMs: 900 }, 1_000_000).split('\n')).toEqual([
      'command - high 400 ms, low 100 ms (all time high 900 ms)',
      '-'.repeat(80),
      '   `',
      '  -|',
      ' -||',
      '_|||',
      '',
      '1115',
      'dhms',
      '',
    ]);
  });

  it('draw equal samples on the ground', () => {
    const flat = [7, 7].map((ms, i) => ({ atSeconds: 10 - i, ms }));
    expect(latencyGraph({ name: 'x', samples: flat, maxMs: 7 }, 10_000).split('\n').slice(2)).toEqual(['', '', '', '__', '', '01', 'ss', '']);
  });

  it('say in words what was seen', () => {
    expect(latencyReport([], 0)).toContain('latency-monitor-threshold');
    expect(latencyReport([], 100)).toContain('100 ms');
    expect(latencyReport([{ name: 'command', samples, maxMs: 900 }], 100)).toContain('command: 4 moments, 250 ms on average, 900 ms at worst.');
  });
});
