/** Processor time of another process. */
import { readFileSync } from 'node:fs';

/** The kernel's unit in /proc, on every Linux there is. */
const ticksPerSecond = 100;

/** User and system time of all threads so far; NaN where there is no /proc. */
export function processorSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The process name in parentheses may hold anything; user and system time are fields 14 and 15 of the line.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
