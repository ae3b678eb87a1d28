import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { expect, test } from 'vitest';
import { Control } from '../../../src/channel/control.ts';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { diskFiles } from '../../../src/persistence/files.ts';
import { beginGeneration, commitGeneration, createShardLog } from '../../../src/persistence/generation.ts';
import { shardDirectory } from '../../../src/persistence/layout.ts';
import type { LogTask } from '../../../src/persistence/log-thread.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { respCommand } from '../channel/effect-bytes.ts';

const appendFilename = 'appendonly.aof';

test.each([
  // Under everysec nobody waits for a sync, and the rings are full most of the time.
  ['always', 20], ['everysec', Infinity],
] as const)('under %s, the log thread takes effects, says what is durable, and ends when all is written', async (policy, waitEvery) => {
  const root = join(makeTempDir('log-thread'), 'appendonlydir');
  const generation = beginGeneration(diskFiles, root);
  const targets = [0, 1].map((shard) => createShardLog(diskFiles, { root, generation, shard, appendFilename }, 0));
  commitGeneration(diskFiles, root, generation, 2);

  const control = Control.create(2);
  const logControl = LogControl.create(policy);
  const logs = [0, 1].map(() => EffectLog.create(1 << 12, logControl));
  const { port1, port2 } = new MessageChannel();
  const pool = new Piscina({
    filename: new URL('../../../workers/log.ts', import.meta.url).href, minThreads: 1, maxThreads: 1, atomics: 'disabled',
  });
  const task: LogTask = {
    control: control.buffer, logControl: logControl.buffer, effectLogs: logs.map((log) => log.handle), root, appendFilename, loggerPort: port2,
  };
  const transfer: object = { transferList: [port2] };
  const ended = pool.run(task, transfer);

  for (const [shard, log] of logs.entries()) log.switchFile(targets[shard]!.generation, targets[shard]!.sequence);
  const writers = logs.map((log) => new EffectWriter(log));
  const expected = [[respCommand('SELECT', '0')], [respCommand('SELECT', '0')]];
  for (let i = 0; i < 200; i++) {
    const shard = i % 2;
    const value = 'v'.repeat((i * 97) % 5000);
    writers[shard]!.command(0, 'SET', 2);
    writers[shard]!.integer(i);
    writers[shard]!.text(value);
    expected[shard]!.push(respCommand('SET', String(i), value));
    const position = writers[shard]!.publish();
    if (i % waitEvery === 0 && i > 0) await durable(control, logs[shard]!, position);
  }
  logControl.stop();
  await ended;
  expect(logControl.ended).toBe(true);
  expect(logControl.error).toBe(0);
  for (const [shard, log] of logs.entries()) {
    expect(log.durable).toBe(log.written);
    const path = join(shardDirectory(root, generation, shard), `${appendFilename}.1.incr.aof`);
    expect(readFileSync(path).equals(Buffer.concat(expected[shard]!))).toBe(true);
  }
  expect(receiveMessageOnPort(port1)).toBeUndefined();
  await pool.destroy();
});

/** Waits as the door does. */
async function durable(control: Control, log: EffectLog, position: number): Promise<void> {
  for (;;) {
    const seen = control.doorSignal();
    control.doorSleeps(true);
    if (((log.durable - position) | 0) >= 0) break;
    await control.waitForDoorSignal(seen);
  }
  control.doorSleeps(false);
}
