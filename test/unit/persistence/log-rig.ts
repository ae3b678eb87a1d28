/** Shard logs, a log writer over a failing disk, and a clock that stands still: the log thread without a thread. */
import type { Logger } from '../../../src/base/logger.ts';
import { makeLogger } from '../../../src/base/logger.ts';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import type { FsyncPolicyName } from '../../../src/channel/log-control.ts';
import { beginGeneration, commitGeneration, createShardLog } from '../../../src/persistence/generation.ts';
import type { LogTarget } from '../../../src/persistence/generation.ts';
import { shardDirectory } from '../../../src/persistence/layout.ts';
import { LogWriter } from '../../../src/persistence/log-writer.ts';
import { FaultyFiles } from './faulty-files.ts';

export const root = '/data/appendonlydir';
export const appendFilename = 'appendonly.aof';

export class LogRig {
  readonly files: FaultyFiles;
  readonly control: LogControl;
  readonly logs: readonly EffectLog[];
  readonly writers: readonly EffectWriter[];
  readonly logWriter: LogWriter;
  readonly lines: string[] = [];
  progressCount = 0;
  nowMs = 0;

  constructor(files: FaultyFiles, shardCount: number, policy: FsyncPolicyName, ringBytes = 1 << 12) {
    this.files = files;
    this.control = LogControl.create(policy);
    this.logs = Array.from({ length: shardCount }, () => EffectLog.create(ringBytes, this.control));
    this.writers = this.logs.map((log) => new EffectWriter(log));
    this.logWriter = new LogWriter({
      files, control: this.control, logs: this.logs, root, appendFilename,
      nowMs: () => this.nowMs, onProgress: () => void this.progressCount++, logger: collect(this.lines),
    });
    for (const log of this.logs) log.onFull = () => this.logWriter.round();
  }

  /** A rig whose shards write into the files of a first generation. */
  static fresh(shardCount: number, policy: FsyncPolicyName, ringBytes?: number): LogRig {
    const files = new FaultyFiles(1);
    createGeneration(files, shardCount);
    const rig = new LogRig(files, shardCount, policy, ringBytes);
    for (const log of rig.logs) log.switchFile(1, 1);
    rig.logWriter.round();
    return rig;
  }

  set(shard: number, key: string, value: string): number {
    const writer = this.writers[shard]!;
    writer.command(0, 'SET', 2);
    writer.text(key);
    writer.text(value);
    return writer.publish();
  }

  content(shard: number, sequence = 1): string {
    return this.files.content(incrementPath(shard, 1, sequence)).toString();
  }
}

export function incrementPath(shard: number, generation = 1, sequence = 1): string {
  return `${shardDirectory(root, generation, shard)}/${appendFilename}.${sequence}.incr.aof`;
}

/** A first generation of empty logs, in force. */
export function createGeneration(files: FaultyFiles, shardCount: number): LogTarget[] {
  const generation = beginGeneration(files, root);
  const targets = Array.from({ length: shardCount }, (_, shard) => createShardLog(files, { root, generation, shard, appendFilename }, 0));
  commitGeneration(files, root, generation, shardCount);
  return targets;
}

function collect(lines: string[]): Logger {
  return makeLogger((level, message) => void lines.push(`${level}: ${message}`));
}
