/** Memory of a key: what a million keys of 16 bytes add, as the kernel counts it and as the server does. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RespClient } from '../../test/support/resp-client.ts';
import type { Server } from '../../test/support/server.ts';
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { info } from '../support/info.ts';
import { loadKeys } from '../support/loader.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';

/** Servers settle their memory on timers of their own. */
const settleMs = 500;
const valueSizes = [3, 64];

interface Used {
  readonly residentBytes: number;
  readonly usedMemoryBytes: number;
}

export async function measureMemory(contestants: readonly Contestant[], keyCount: number, report: Report): Promise<void> {
  report.section(`Memory a key: ${grouped(keyCount)} keys of 16 bytes`);
  const rows: string[][] = [];
  for (const valueBytes of valueSizes) {
    for (const contestant of contestants) {
      const [before, after] = await withServer(contestant, async (server, client) => {
        const empty = await used(server, client);
        await loadKeys(server.address.port, keyCount, valueBytes);
        return [empty, await used(server, client)] as const;
      });
      const perKey = (pick: (one: Used) => number): string => round((pick(after) - pick(before)) / keyCount);
      rows.push([contestant.name, `${valueBytes} B`, perKey((one) => one.residentBytes), perKey((one) => one.usedMemoryBytes)]);
    }
  }
  report.table(['server', 'value', 'resident B a key', 'used_memory B a key'], rows);
}

async function used(server: Server, client: RespClient): Promise<Used> {
  await delay(settleMs);
  const fields = await info(client, 'memory');
  return { residentBytes: server.residentBytes(), usedMemoryBytes: Number(fields.get('used_memory')) };
}
