import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, cpSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LeaseEffects } from '../../../src/channel/lease-effects.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { makeLogger } from '../../../src/base/logger.ts';
import { diskFiles } from '../../../src/persistence/files.ts';
import { beginGeneration, commitGeneration, createShardLog } from '../../../src/persistence/generation.ts';
import { shardDirectory } from '../../../src/persistence/layout.ts';
import { LogWriter } from '../../../src/persistence/log-writer.ts';
import { openForeign } from '../../../src/persistence/recovery.ts';
import { planRecovery } from '../../../src/persistence/recovery-plan.ts';
import type { ForeignPlan } from '../../../src/persistence/recovery-plan.ts';
import { hasReference } from '../../support/redis-binary.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const appendFilename = 'append only.aof';
const appendOnly = { appendonly: 'yes', 'aof-use-rdb-preamble': 'no', appendfilename: appendFilename, appenddirname: 'aof' };

/** Two shards' logs on disk: bases, single effects, transactions, a value of some size, several databases. */
function writeLogs(): { root: string; shard: (shard: number) => string } {
  const root = join(makeTempDir('aof'), 'aof');
  const generation = beginGeneration(diskFiles, root);
  const targets = [0, 1].map((shard) => createShardLog(diskFiles, { root, generation, shard, appendFilename }, 3, (effects) => {
    effects.command(0, 'SET', 4);
    effects.text('base');
    effects.text(`of ${shard}`);
    effects.text('PXAT');
    effects.integer(4_102_444_800_000);
  }));
  commitGeneration(diskFiles, root, generation, 2);
  const control = LogControl.create('always');
  const logs = targets.map((target) => {
    const log = EffectLog.create(1 << 20, control);
    log.switchFile(target.generation, target.sequence);
    return log;
  });
  const writers = logs.map((log) => new EffectWriter(log));
  writers[0]!.beginTransaction();
  for (const key of ['a', 'b']) {
    writers[0]!.command(0, 'SET', 2);
    writers[0]!.text(key);
    writers[0]!.bytes(new Uint8Array(100_000).fill(120), 0, 100_000);
  }
  writers[0]!.endTransaction();
  const lease = new LeaseEffects([0, 1], writers, 4);
  for (const db of [0, 5]) {
    lease.command(db, 'SET', 2);
    lease.text(`shared-${db}`);
    lease.integer(-42);
  }
  lease.end();
  writers[0]!.command(0, 'DEL', 1);
  writers[0]!.text('b');
  writers[0]!.publish();
  const logger = makeLogger(() => {});
  new LogWriter({ files: diskFiles, control, logs, root, appendFilename, nowMs: () => 0, onProgress: () => {}, logger }).round();
  return { root, shard: (shard) => shardDirectory(root, generation, shard) };
}

describe.runIf(hasReference())('agreement with Redis', () => {
  test('redis-check-aof finds our files valid', () => {
    const { shard } = writeLogs();
    for (const index of [0, 1]) {
      const checked = spawnSync('redis-check-aof', [join(shard(index), `${appendFilename}.manifest`)], { encoding: 'utf8' });
      expect(checked.stdout).toContain('All AOF files and manifest are valid');
      expect(checked.status).toBe(0);
    }
  });

  test('redis-check-aof --fix cuts a torn file of ours where we would', () => {
    const { root, shard } = writeLogs();
    const path = join(shard(1), `${appendFilename}.1.incr.aof`);
    const whole = readFileSync(path);
    appendFileSync(path, '#TX:5:0,1\r\n*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n');
    const fixed = spawnSync('redis-check-aof', ['--fix', path], { encoding: 'utf8', input: 'y\n' });
    expect(fixed.stdout).toContain('Successfully truncated AOF');
    const kept = readFileSync(path);
    // It leaves the annotation, which then stands before nothing.
    expect(kept.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(kept.subarray(whole.length).toString()).toBe('#TX:5:0,1\r\n');
    expect(planRecovery(diskFiles, { root, appendFilename, shardCount: 2, loadTruncated: true })).toMatchObject({ kind: 'own' });
  });

  test('redis-server loads the log of a shard', async () => {
    const { shard } = writeLogs();
    for (const index of [0, 1]) {
      const dir = makeTempDir('redis');
      cpSync(shard(index), join(dir, 'aof'), { recursive: true });
      const redis = await startRedis({ dir, config: appendOnly });
      const client = await connect(redis);
      const own = index === 0 ? ['x'.repeat(100_000), null] : [null, null];
      expect(await client.pipeline([['GET', 'base'], ['PEXPIRETIME', 'base'], ['GET', 'shared-0'], ['GET', 'a'], ['GET', 'b']]))
        .toEqual([`of ${index}`, 4_102_444_800_000, '-42', ...own]);
      expect(await client.pipeline([['SELECT', '5'], ['GET', 'shared-5'], ['DBSIZE']])).toEqual(['OK', '-42', 1]);
      client.close();
      await redis.stop();
    }
  });

  test('files of redis-server are read in order, base and increments', async () => {
    const redis = await startRedis({ config: appendOnly });
    const client = await connect(redis);
    await client.pipeline([['SET', 'a', '1'], ['MSET', 'b', '2', 'c', '3'], ['SELECT', '3'], ['SET', 'd', '4', 'PXAT', '4102444800000']]);
    expect(await client.call('BGREWRITEAOF')).toContain('started');
    for (;;) if (String(await client.call('INFO', 'persistence')).includes('aof_rewrite_in_progress:0')) break;
    await client.pipeline([['MULTI'], ['INCR', 'n'], ['RENAME', 'd', 'e'], ['EXEC'], ['FLUSHDB']]);
    client.close();
    await redis.stop();
    const plan = planRecovery(diskFiles, { root: join(redis.dir, 'aof'), appendFilename, shardCount: 2, loadTruncated: false });
    expect(plan).toMatchObject({ kind: 'foreign', obsolete: expect.arrayContaining([`${appendFilename}.manifest`]) });
    const stream = openForeign(diskFiles, plan as ForeignPlan);
    const commands: string[] = [];
    while (stream.next()) commands.push([stream.db, ...Array.from({ length: stream.argc }, (_, i) => stream.argument(i))].join(' '));
    stream.close();
    expect(commands.slice(0, 4).toSorted()).toEqual(['0 SET a 1', '0 SET b 2', '0 SET c 3', '3 SET d 4']);
    expect(commands.slice(4)).toEqual(['3 PEXPIREAT d 4102444800000', '3 INCR n', '3 RENAME d e', '3 FLUSHDB']);
  });

  test('files of redis-server with an RDB base are refused with what to do', async () => {
    const redis = await startRedis({ config: { ...appendOnly, 'aof-use-rdb-preamble': 'yes' } });
    await redis.stop();
    const plan = planRecovery(diskFiles, { root: join(redis.dir, 'aof'), appendFilename, shardCount: 2, loadTruncated: false });
    expect(() => openForeign(diskFiles, plan as ForeignPlan)).toThrow(/base\.rdb is an RDB file.*aof-use-rdb-preamble to no and run BGREWRITEAOF/);
  });

  test('a manifest with comments, as an operator may leave it, is read alike', () => {
    const { root, shard } = writeLogs();
    const path = join(shard(0), `${appendFilename}.manifest`);
    writeFileSync(path, `# kept by hand\n${readFileSync(path, 'utf8')}`);
    const checked = spawnSync('redis-check-aof', [path], { encoding: 'utf8' });
    expect(checked.stdout).toContain('All AOF files and manifest are valid');
    expect(planRecovery(diskFiles, { root, appendFilename, shardCount: 2, loadTruncated: true })).toMatchObject({ kind: 'own' });
    mkdirSync(join(root, 'unrelated'));
    expect(readdirSync(root)).toContain('unrelated');
  });
});
