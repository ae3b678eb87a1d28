/** What the log thread does from start to end, with the clock, the disk and the door at its edges. */
import type { MessagePort } from 'node:worker_threads';
import { threadLogger } from '../base/logger.ts';
import { Control } from '../channel/control.ts';
import { EffectLog, type EffectLogHandle } from '../channel/effect-log.ts';
import { LogControl } from '../channel/log-control.ts';
import { diskFiles } from './files.ts';
import { LogWriter } from './log-writer.ts';

/** Everything the log thread needs; plain data and shared memory. */
export interface LogTask {
  /** The node's control block, for waking the door. */
  readonly control: SharedArrayBuffer;
  readonly logControl: SharedArrayBuffer;
  /** Of all shards, in order. */
  readonly effectLogs: readonly EffectLogHandle[];
  /** `<dir>/<appenddirname>`, absolute. */
  readonly root: string;
  readonly appendFilename: string;
  readonly loggerPort: MessagePort;
}

/** Returns when the log control block says stop and all is written, or cannot be. */
export function runLogThread(task: LogTask): void {
  const control = new Control(task.control, task.effectLogs.length);
  new LogWriter({
    files: diskFiles,
    control: new LogControl(task.logControl),
    logs: task.effectLogs.map((handle) => EffectLog.attach(handle)),
    root: task.root,
    appendFilename: task.appendFilename,
    nowMs: () => performance.now(),
    onProgress: () => control.wakeDoor(),
    logger: threadLogger(task.loggerPort),
  }).run();
}
