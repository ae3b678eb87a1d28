/** How fast an append only file of every kind of value is loaded, and that the data is the same after it. */
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { mixedDataSet, send } from '../support/data-set.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { makeTempDir, removeTempDir } from '../../test/support/temp-dir.ts';

/** No rewriting, so that both load the commands that were sent. */
const config = {
  appendonly: 'yes', appendfsync: 'no', 'auto-aof-rewrite-percentage': '0', 'enable-debug-command': 'yes',
};

export async function measureReplay(contestants: readonly Contestant[], count: number, report: Report): Promise<void> {
  report.section(`Loading an append only file: ${grouped(count)} elements of all types`);
  const rows: string[][] = [];
  for (const contestant of contestants) {
    const dir = makeTempDir('replay');
    const written = await withServer(contestant, async (_, client) => {
      await send(client, mixedDataSet(count));
      return await client.call('DEBUG', 'DIGEST');
    }, { ...config, dir });
    const from = performance.now();
    const [seconds, read] = await withServer(contestant, async (_, client) => {
      const ready = (performance.now() - from) / 1000;
      return [ready, await client.call('DEBUG', 'DIGEST')] as const;
    }, { ...config, dir });
    removeTempDir(dir);
    rows.push([contestant.name, round(seconds), grouped(count / seconds), read === written ? 'yes' : 'no', String(read).slice(0, 12)]);
  }
  report.table(['server', 's until ready', 'elements/s', 'same digest', 'digest'], rows);
}
