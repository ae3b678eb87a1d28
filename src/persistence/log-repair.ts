/**
 * Makes a log whole again before it is continued: cuts a torn tail off its last file and appends the
 * transactions it lacks, copied as they are from the logs that have them. What the file holds may have
 * been written by a process that died before its sync, so it is synced in any case.
 */
import { assert } from '../base/assert.ts';
import { selectCommand } from '../channel/effect-writer.ts';
import type { Files } from './files.ts';
import type { LogReport, MissingTransaction } from './log-report.ts';
import type { LogPlan } from './recovery-plan.ts';
import { writeFully } from './write-fully.ts';

const copyBytes = 1 << 20;

export function repairLog(
  files: Files, logs: readonly LogPlan[], report: LogReport, missing: readonly MissingTransaction[],
): void {
  const file = files.open(logs[report.log]!.paths.at(-1)!, 'write');
  try {
    if (report.torn !== undefined) files.truncate(file, report.endOffset);
    let position = report.endOffset;
    for (const { source, transaction } of missing) {
      const select = selectCommand(transaction.db);
      writeFully(files, file, select, 0, select.length, position);
      position += select.length;
      const path = logs[source]!.paths[transaction.fileIndex]!;
      position += copyRange(files, path, transaction.offset, transaction.endOffset, file, position);
    }
    files.sync(file);
  } finally {
    files.close(file);
  }
}

/** Returns the number of bytes copied. */
function copyRange(files: Files, path: string, start: number, end: number, target: number, position: number): number {
  const source = files.open(path, 'read');
  try {
    const buffer = new Uint8Array(Math.min(copyBytes, end - start));
    for (let at = start; at < end;) {
      const count = files.read(source, buffer, 0, Math.min(buffer.length, end - at), at);
      assert(count > 0, 'a transaction that has been read is still there');
      writeFully(files, target, buffer, 0, count, position + (at - start));
      at += count;
    }
    return end - start;
  } finally {
    files.close(source);
  }
}
