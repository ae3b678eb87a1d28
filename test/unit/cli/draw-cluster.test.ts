/** The drawings are files to look at, in drawings/. */
import { describe, expect, it } from 'vitest';
import { viewCluster } from '../../../src/cli/cluster-view.ts';
import type { Collected } from '../../../src/cli/cluster-view.ts';
import { drawCluster } from '../../../src/cli/draw-cluster.ts';
import { evenRanges, rangesText } from '../../../src/cli/slot-ranges.ts';
import { idOf, sampleCluster, tesseraInfo } from './cluster-sample.ts';

const GB = 2 ** 30;

const well = sampleCluster([
  { port: 7000, slots: '0-5460', info: tesseraInfo([[61_200, 4_100_000, 11_800], [60_900, 4_080_000, 12_400]], GB) },
  { port: 7001, slots: '5461-10922', info: tesseraInfo([[61_050, 4_090_000, 12_100], [905, 70_000, 300]], GB) },
  { port: 7002, slots: '10923-16383', info: tesseraInfo([[0, 256, 0], [1, 512, 2]], GB) },
]);

const sick = sampleCluster([
  { port: 7502, slots: '5462-10922 12000 [110-<-7501750175017501750175017501750175017501]', info: ['redis_version:7.0.15', 'used_memory:1900000'] },
  { port: 7501, slots: '0-5460 [100->-7502750275027502750275027502750275027502]', info: ['redis_version:7.0.15', 'used_memory:1830000', 'connected_clients:1'] },
  { port: 7503, slots: '10923-11999 12001-16383', flags: 'master,fail', failure: 'Connection refused' },
  { port: 7506, primaryPort: 7501, info: ['redis_version:7.0.15', 'loading:1'] },
  { port: 7504, primaryPort: 7502, flags: 'slave,fail?', info: ['redis_version:7.0.15'] },
  { port: 7505, primaryPort: 7503, failure: 'nothing came within 5 s' },
], 'fail');

function redisInfo(opsPerSecond: number): string[] {
  return ['redis_version:7.0.15', `instantaneous_ops_per_sec:${opsPerSecond}`];
}

function draw(collected: Collected, width: number, showsShards = false): string {
  const lines = drawCluster(viewCluster(collected), { width, paint: (_, text) => text, showsShards });
  return `${lines.join('\n')}\n`;
}

describe('drawCluster', () => {
  it.each([80, 120])('shows a cluster that is well in %i columns', async (width) => {
    const drawing = draw(well, width);
    expect(Math.max(...drawing.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    await expect(drawing).toMatchFileSnapshot(`drawings/well-${width}.txt`);
  });

  it('shows what is wrong, and replicas below their primaries', async () => {
    await expect(draw(sick, 80)).toMatchFileSnapshot('drawings/sick-80.txt');
  });

  it('shows slots that nobody has, and not each of many ranges', async () => {
    const holes = sampleCluster([
      { port: 7000, slots: '0-5460', info: tesseraInfo([[61_200, 4_100_000, 118], [60_900, 4_080_000, 124]]) },
      { port: 7001, slots: '5461-10000 10002 10004 10006 10008-10900', info: tesseraInfo([[61_050, 4_090_000, 4], [905, 70_000, 30]]) },
      { port: 7002, slots: '10923-16383', info: tesseraInfo([[5, 256, 12], [1, 512, 2]]) },
    ], 'fail');
    await expect(draw(holes, 80)).toMatchFileSnapshot('drawings/uncovered-80.txt');
  });

  it('names the shard that has most of the load, also when lines of shards are left out', async () => {
    const busy = sampleCluster(Array.from({ length: 6 }, (_, node) => ({
      port: 7000 + node, slots: rangesText([evenRanges(6)[node]!]), ...(node === 3 ? { flags: 'master,fail', failure: 'Connection refused' } : {}),
      info: tesseraInfo(Array.from({ length: 4 }, (__, shard) => [1200 * shard, 80_000 * shard, node === 1 && shard === 2 ? 60_000 : 120] as const)),
    })), 'fail');
    await expect(draw(busy, 80)).toMatchFileSnapshot('drawings/busy-80.txt');
  });

  it.each([
    ['an even load', [[1, 1, 30_000], [1, 1, 31_000], [1, 1, 29_000], [1, 1, 30_000]]],
    ['a little load', [[1, 1, 900], [1, 1, 1], [1, 1, 1], [1, 1, 1]]],
    ['one shard alone', [[1, 1, 30_000]]],
  ] as const)('names no shard for %s', (_, shards) => {
    expect(draw(sampleCluster([{ port: 7000, slots: '0-16383', info: tesseraInfo(shards) }]), 80)).not.toContain('an even share');
  });

  it('names a node without shards that has most of the load', () => {
    const busy = sampleCluster([
      { port: 7000, slots: '0-8191', info: redisInfo(5) }, { port: 7001, slots: '8192-16383', info: redisInfo(40_000) },
      { port: 7002, primaryPort: 7000, info: redisInfo(0) }, { port: 7003, primaryPort: 7001, info: redisInfo(0) },
    ]);
    expect(draw(busy, 80)).toContain('  ! 127.0.0.1:7001 has 100% of the load; an even share would be 25%\n');
  });

  it('shows slots that move whole, once, though both sides tell of them', async () => {
    const job = { name: 'j', ranges: [{ start: 0, end: 99 }, { start: 200, end: 200 }], sourceId: idOf(7000), targetId: idOf(7001), state: 'snapshotting' };
    const moving = sampleCluster([
      { port: 7000, slots: '0-8191', migrations: [job] },
      { port: 7001, slots: '8192-16383', migrations: [job] },
    ]);
    await expect(draw(moving, 80)).toMatchFileSnapshot('drawings/moving-80.txt');
  });

  it('leaves lines of shards out when there are many, unless they are asked for', () => {
    const many = sampleCluster([{ port: 7000, slots: '0-16383', info: tesseraInfo(Array.from({ length: 32 }, () => [1, 1, 1] as const)) }]);
    expect(draw(many, 80)).not.toContain('shard 31');
    expect(draw(many, 80)).toContain('32 shards; --shards shows each');
    expect(draw(many, 80, true)).toContain('shard 31');
  });

  it('marks a slot of a single node and a cluster without figures', () => {
    const dead = sampleCluster([{ port: 7000, slots: '7', failure: 'it does not run' }], 'down');
    const drawing = draw(dead, 80);
    expect(drawing).toContain('● Cluster not running · 1 of 16384 slots · 1 primary · epoch 1\n');
    expect(drawing).toContain('no answer      1  ░··');
    expect(drawing).toContain('✗ no node has slots 0-6,8-16383');
    expect(drawing).not.toContain('OPS/S');
  });

  it('paints states, and the slots of each primary in a colour of its own, or of its state', () => {
    const painted = drawCluster(viewCluster(sick), { width: 80, paint: (style, text) => `<${style} ${text}>`, showsShards: false }).join('\n');
    expect(painted).toContain('<red ●> Cluster <red down>');
    expect(painted).toContain('<bold 127.0.0.1:7501>');
    expect(painted).toMatch(/<green ok> +5461 {2}<cyan █+/);
    expect(painted).toMatch(/<red failed> +5460 {2}.*<red [▓█]+/);
  });
});

describe('viewCluster', () => {
  it('finds a cluster well only when nothing is wrong', () => {
    expect(viewCluster(well)).toMatchObject({ isWell: true, slotsAssigned: 16_384, problems: [], slotsWithoutNode: [] });
    expect(viewCluster({ ...well, state: 'fail' })).toMatchObject({ isWell: false, problems: ['the nodes have not found together yet'] });
    expect(viewCluster(sick).isWell).toBe(false);
  });

  it('orders primaries by slot, with their replicas', () => {
    expect(viewCluster(sick).nodes.map(({ address }) => address.slice(-4))).toEqual(['7501', '7506', '7502', '7504', '7503', '7505']);
  });

  it('names the nodes that give slots to others', () => {
    const other = [{ port: 7000, slots: '0-8000' }, { port: 7001, slots: '8001-16383' }];
    const divided = sampleCluster([{ port: 7000, slots: '0-8191' }, { port: 7001, slots: '8192-16383', sees: other }]);
    expect(viewCluster(divided)).toMatchObject({ isWell: false, problems: ['127.0.0.1:7001 does not agree whose slots 8001-8191 are'] });
  });

  it.each([
    ['master,fail?', 'may have failed, says a node; it answers, though'],
    ['master,fail', 'has failed, say the others; it answers, though'],
    ['handshake', 'is just joining'],
  ])('says what flags of %s mean', (flags, words) => {
    const { isWell, problems } = viewCluster(sampleCluster([{ port: 7000, slots: '0-16383' }, { port: 7001, flags }]));
    expect({ isWell, problems }).toEqual({ isWell: false, problems: [`127.0.0.1:7001 ${words}`] });
  });
});
