/** Time of commands about one element by the size of the collection: it may grow with the logarithm at most. */
import { performance } from 'node:perf_hooks';
import type { RespClient } from '../../test/support/resp-client.ts';
import { Random } from '../../src/base/random.ts';
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { collections, element, send } from '../support/data-set.ts';
import type { Command } from '../support/data-set.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

const batchCount = 200;
const batches = 25;

/** A command about the element of a random index below `size`. */
const probes: readonly { readonly name: string; readonly command: (index: number, size: number) => Command }[] = [
  { name: 'LINDEX', command: (index) => ['LINDEX', 'list', String(index)] },
  { name: 'LRANGE of 10', command: (index) => ['LRANGE', 'list', String(index), String(index + 9)] },
  { name: 'ZRANK', command: (index) => ['ZRANK', 'zset', element(index)] },
  { name: 'ZRANGEBYSCORE of 10', command: (index) => ['ZRANGEBYSCORE', 'zset', String(index), '+inf', 'LIMIT', '0', '10'] },
  { name: 'ZRANGE of 10', command: (index) => ['ZRANGE', 'zset', String(index), String(index + 9)] },
  { name: 'XRANGE of 10', command: (index) => ['XRANGE', 'stream', String(1_700_000_000_000 + index), '+', 'COUNT', '10'] },
  { name: 'HGET', command: (index) => ['HGET', 'hash', element(index)] },
  { name: 'SISMEMBER', command: (index) => ['SISMEMBER', 'set', element(index)] },
];

export async function measureComplexity(contestants: readonly Contestant[], sizes: readonly number[], report: Report): Promise<void> {
  report.section(`Time of a command by the size of the collection, µs, pipelines of ${batchCount}`);
  const rows: string[][] = probes.map(({ name }) => [name]);
  for (const contestant of contestants) {
    for (const size of sizes) {
      const times = await withServer(contestant, async (_, client) => {
        for (const { name, commands } of collections) if (!name.includes(' of ')) await send(client, commands(size));
        const each: number[] = [];
        for (const { command } of probes) each.push(await microsecondsOf(client, command, size));
        return each;
      });
      times.forEach((us, at) => rows[at]!.push(round(us)));
    }
  }
  report.table(['command', ...contestants.flatMap(({ name }) => sizes.map((size) => `${name} ${grouped(size)}`))], rows);
}

async function microsecondsOf(client: RespClient, command: (index: number, size: number) => Command, size: number): Promise<number> {
  const random = new Random(1);
  const times: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const commands = Array.from({ length: batchCount }, () => command(random.below(size), size));
    const from = performance.now();
    await client.pipelineRaw(commands);
    times.push(((performance.now() - from) * 1000) / batchCount);
  }
  return median(times);
}
