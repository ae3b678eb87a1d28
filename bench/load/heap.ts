/** JavaScript heap and garbage collection of every thread while keys are loaded: neither may grow with the data. */
import { setTimeout as delay } from 'node:timers/promises';
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { threadFigures } from '../support/info.ts';
import { loadKeys } from '../support/loader.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';

const valueBytes = 3;
/** What a start leaves behind is put in order within a second or two. */
const startMs = 3000;
const mib = 2 ** 20;

export async function measureHeap(tessera: Contestant, keyCount: number, report: Report): Promise<void> {
  report.section(`JavaScript heap while ${grouped(keyCount)} keys are loaded`);
  const [before, after] = await withServer(tessera, async (server, client) => {
    await delay(startMs);
    const empty = await threadFigures(client);
    await client.call('CONFIG', 'RESETSTAT');
    await loadKeys(server.address.port, keyCount, valueBytes);
    return [empty, await threadFigures(client)] as const;
  });
  const rows = after.map(({ thread, heapUsedBytes, gcPauseMaxMs }) => {
    const former = before.find((one) => one.thread === thread)?.heapUsedBytes ?? 0;
    return [thread, round(former / mib), round(heapUsedBytes / mib), round((heapUsedBytes - former) / mib), round(gcPauseMaxMs)];
  });
  report.table(['thread', 'heap before MiB', 'heap after MiB', 'growth MiB', 'longest GC pause ms'], rows);
  const sum = (figures: typeof after): number => figures.reduce((total, { heapUsedBytes }) => total + heapUsedBytes, 0);
  report.remark(`Growth of all threads together: ${round((sum(after) - sum(before)) / mib)} MiB.`);
}
