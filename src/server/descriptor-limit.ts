/** Holds the number of clients to what the system allows in file descriptors, and says so at the start as Redis does. */
import { readFileSync } from 'node:fs';
import type { Logger } from '../base/logger.ts';

/** Descriptors that are not clients': listeners, files, threads. */
const reservedDescriptors = 64;

/** The most clients that file descriptors allow; Infinity where the limit is unknown. Logs if `wanted` is more. */
export function clientsThatFit(wanted: number, limitsText: string | undefined, logger: Logger): number {
  const allowed = Number(/^Max open files\s+(\d+)/m.exec(limitsText ?? '')?.[1] ?? Infinity);
  const fitting = Math.max(1, allowed - reservedDescriptors);
  if (fitting < wanted) {
    logger.warning(
      `You requested maxclients of ${wanted} requiring at least ${wanted + reservedDescriptors} max file descriptors. ` +
      `Current maximum open files is ${allowed}. maxclients has been reduced to ${fitting} to compensate for low ulimit. ` +
      "If you need higher maxclients increase 'ulimit -n'.");
  }
  return fitting;
}

/** The limits of this process as Linux tells them; undefined elsewhere. */
export function readLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
}
