/** Fits `maxclients` to the file descriptors that the system allows, as Redis does at its start. */
import { readFileSync } from 'node:fs';
import type { Logger } from '../base/logger.ts';

/** Descriptors that are not clients': listeners, files, threads. */
const reservedDescriptors = 64;

/** The number of clients that fit; `wanted` where the limit is high enough or unknown. */
export function clientsThatFit(wanted: number, limitsText: string | undefined, logger: Logger): number {
  const allowed = Number(/^Max open files\s+(\d+)/m.exec(limitsText ?? '')?.[1] ?? Number.NaN);
  if (!(allowed < wanted + reservedDescriptors)) return wanted;
  const fitting = Math.max(1, allowed - reservedDescriptors);
  logger.warning(
    `You requested maxclients of ${wanted} requiring at least ${wanted + reservedDescriptors} max file descriptors. ` +
    `Current maximum open files is ${allowed}. maxclients has been reduced to ${fitting} to compensate for low ulimit. ` +
    "If you need higher maxclients increase 'ulimit -n'.");
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
