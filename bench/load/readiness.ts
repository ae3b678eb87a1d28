/**
 * Time from the start of the process to the log line that says connections are accepted, and the processor time of
 * all its threads until then, which counts the work whoever else uses the machine.
 */
import { claimPort } from '../../test/support/free-port.ts';
import type { Contestant } from '../support/contestants.ts';
import { processorSeconds } from '../support/processor-time.ts';
import { round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

export async function measureReadiness(contestants: readonly Contestant[], startCount: number, report: Report): Promise<void> {
  report.section(`Time to ready, ${startCount} starts`);
  const port = await claimPort();
  const rows: string[][] = [];
  for (const contestant of contestants) {
    const timesMs: number[] = [];
    const processorMs: number[] = [];
    for (let start = 0; start < startCount; start++) {
      const startedMs = performance.now();
      const server = await contestant.start({}, port);
      timesMs.push(performance.now() - startedMs);
      processorMs.push(processorSeconds(server.pid) * 1000);
      await server.stop();
    }
    rows.push([contestant.name, round(median(timesMs)), round(Math.min(...timesMs)), round(Math.max(...timesMs)), round(median(processorMs))]);
  }
  report.table(['server', 'median ms', 'least ms', 'most ms', 'median CPU ms'], rows);
}
