/**
 * Writes a file of effects from its beginning, synced: the base of a shard's log. Effects take the
 * same way as into a running log, through a small ring that is emptied into the file when it is full.
 */
import { EffectLog } from '../channel/effect-log.ts';
import { EffectWriter } from '../channel/effect-writer.ts';
import type { Effects } from '../channel/effects.ts';
import { LogControl } from '../channel/log-control.ts';
import type { Files } from './files.ts';
import { LogFile } from './log-file.ts';

const ringBytes = 64 * 1024;

/** Throws what the file system throws; the file is then incomplete. */
export function writeBaseFile(files: Files, path: string, emit: (effects: Effects) => void): void {
  const log = EffectLog.create(ringBytes, LogControl.create('no'));
  log.switchFile(1, 1);
  const file = new LogFile(files, log, () => path, 'create');
  log.onFull = () => file.write(log.written, false);
  try {
    const writer = new EffectWriter(log);
    emit(writer);
    file.write(writer.publish(), false);
    file.sync();
  } finally {
    file.close();
  }
}
