/** Memory of an element of each kind of collection: what it adds, as the server counts it and as the kernel does. */
import { setTimeout as delay } from 'node:timers/promises';
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { collections, send } from '../support/data-set.ts';
import type { Collection } from '../support/data-set.ts';
import { info } from '../support/info.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

/** Servers settle their memory on timers of their own. */
const settleMs = 300;

export async function measureElements(contestants: readonly Contestant[], count: number, report: Report): Promise<void> {
  report.section(`Memory an element: collections of ${grouped(count)} elements of 16 bytes`);
  const rows: string[][] = [];
  const ratios: number[] = [];
  for (const collection of collections) {
    const used: Used[] = [];
    for (const contestant of contestants) used.push(await measure(contestant, collection, count));
    ratios.push(used[0]!.counted / (used[1]?.counted ?? Number.NaN));
    rows.push([
      collection.name, ...used.map(({ counted }) => round(counted)), ...(used.length > 1 ? [`${ratios.at(-1)!.toFixed(2)}×`] : []),
      ...used.map(({ resident }) => round(resident)),
    ]);
    console.log(rows.at(-1)!.join('  '));
  }
  const names = contestants.map(({ name }) => name);
  report.table([
    'collection', ...names.map((name) => `${name} used_memory B`), ...(names.length > 1 ? ['ratio'] : []), ...names.map((name) => `${name} resident B`),
  ], rows);
  if (names.length > 1) report.remark(`The median ratio is ${median(ratios).toFixed(2)}×.`);
}

interface Used {
  readonly counted: number;
  readonly resident: number;
}

async function measure(contestant: Contestant, { commands }: Collection, count: number): Promise<Used> {
  return await withServer(contestant, async (server, client) => {
    const read = async (): Promise<Used> => {
      await delay(settleMs);
      return { counted: Number((await info(client, 'memory')).get('used_memory')), resident: server.residentBytes() };
    };
    // What a server sets up for its first key is not the elements'.
    await client.call('SET', 'first', '1');
    const before = await read();
    await send(client, commands(count));
    const after = await read();
    return { counted: (after.counted - before.counted) / count, resident: (after.resident - before.resident) / count };
  });
}
