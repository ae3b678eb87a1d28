/** Rates, recent maxima, the memory report and the slow log. */
import { describe, expect, it } from 'vitest';
import type { MemoryFigures } from '../../../src/observe/memory-figures.ts';
import { memoryReport } from '../../../src/observe/memory-report.ts';
import { Rate } from '../../../src/observe/rate.ts';
import { RecentMaximum } from '../../../src/observe/recent-maximum.ts';
import { SlowLog } from '../../../src/observe/slow-log.ts';

describe('a rate', () => {
  it('is the mean of the newest samples', () => {
    const rate = new Rate(0, 0);
    for (let i = 1; i <= 16; i++) rate.sample(i * 10, i * 100);
    expect(rate.perSecond).toBe(100);
    for (let i = 17; i <= 24; i++) rate.sample(160, i * 100);
    expect(rate.perSecond).toBe(50);
  });

  it('survives a counter that was set back, and clocks that stand', () => {
    const rate = new Rate(1000, 0);
    rate.sample(32, 1000);
    expect(rate.perSecond).toBe(2);
    rate.sample(99, 1000);
    expect(rate.perSecond).toBe(2);
    rate.reset(0, 2000);
    rate.sample(16, 3000);
    expect(rate.perSecond).toBe(1);
  });
});

describe('a recent maximum', () => {
  it('forgets what is older than eight seconds', () => {
    const maximum = new RecentMaximum();
    maximum.note(50, 1_000_000);
    maximum.note(20, 1_003_000);
    maximum.note(10, 1_003_500);
    expect([1_003_900, 1_007_999, 1_008_000, 1_010_999, 1_011_000].map((atMs) => maximum.get(atMs))).toEqual([50, 50, 20, 20, 0]);
  });
});

describe('the memory report', () => {
  const mb = 2 ** 20;
  const figures: MemoryFigures = {
    usedBytes: 100 * mb, peakBytes: 100 * mb, startupBytes: 256, overheadBytes: mb, datasetBytes: 99 * mb, datasetPercent: 99, peakPercent: 100,
    reservedBytes: 101 * mb, residentBytes: 300 * mb, keyCount: 1000, logBytes: 0,
  };
  it.each<[string, Partial<MemoryFigures>, number, string]>([
    ['little data', { usedBytes: mb }, 0, 'too little data'],
    ['nothing', {}, 0, 'Nothing found'],
    ['a limit far away', {}, 1000 * mb, 'Nothing found'],
    ['a limit nearly reached', {}, 105 * mb, 'maxmemory'],
    ['a peak long ago', { peakBytes: 151 * mb }, 0, 'At the peak'],
    ['free room in pages', { reservedBytes: 141 * mb }, 0, 'free room'],
  ])('finds %s', (_, change, maxmemoryBytes, words) => {
    expect(memoryReport({ ...figures, ...change }, maxmemoryBytes)).toContain(words);
  });
});

describe('the slow log', () => {
  it('keeps the newest entries, and the first arguments and bytes of each', () => {
    const log = new SlowLog(2, 3, 4);
    const words = ['SET', 'key', 'value', 'EX', '10'].map((word) => Buffer.from(word));
    for (let i = 0; i < 3; i++) log.add(1500 + i * 1000, 12.9, words, words.map(({ length }) => length), words.length, '1.2.3.4:5', 'me');
    expect(log.newest(-1).map(({ id }) => id)).toEqual([2, 1]);
    const [{ args, us, atSeconds }] = [log.newest(1)[0]!];
    expect([args.map(String), us, atSeconds]).toEqual([['SET', 'key', '... (3 more arguments)'], 12, 3]);
    log.reset();
    log.add(0, 1, [Buffer.from('GET'), Buffer.from('abcdef')], [3, 6], 2, '', '');
    expect(log.newest(5).map((entry) => [entry.id, entry.args.map(String)])).toEqual([[3, ['GET', 'abcd... (2 more bytes)']]]);
  });
});
