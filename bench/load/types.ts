/**
 * Requests a second by type of value: redis-benchmark's own list, and commands that it has no test for, on Tessera and
 * redis-server by turns. A run starts with what it works on: pops with enough to pop, reads with a value to read.
 */
import type { Server } from '../../test/support/server.ts';
import { connect } from '../../test/support/start-server.ts';
import type { Contestant } from '../support/contestants.ts';
import { element, send } from '../support/data-set.ts';
import type { Command } from '../support/data-set.ts';
import { processorSeconds } from '../support/processor-time.ts';
import { redisBenchmark } from '../support/redis-benchmark.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

interface TypeLoad {
  readonly name: string;
  /** One of redis-benchmark's tests, or the words of a command. */
  readonly work: string | readonly string[];
  /** What there is before a run of `count` requests. */
  readonly before?: (count: number) => Iterable<Command>;
  /** Divides the number of requests: each does so much more. */
  readonly weight?: number;
}

export interface TypesOptions {
  readonly only: readonly string[];
  readonly pipelines: readonly number[];
  readonly rounds: number;
  readonly hurry: number;
}

interface Run {
  readonly requestsPerSecond: number;
  readonly processorUs: number;
}

const clientCount = 50;
const keyCount = 100_000;
const valueBytes = 3;
const requestCount = (pipeline: number): number => (pipeline < 4 ? 60_000 : 600_000);

const typeLoads: readonly TypeLoad[] = [
  { name: 'LPUSH', work: 'lpush' },
  { name: 'RPUSH', work: 'rpush' },
  { name: 'LPOP', work: 'lpop', before: (count) => series('RPUSH', 'mylist', count) },
  { name: 'RPOP', work: 'rpop', before: (count) => series('RPUSH', 'mylist', count) },
  { name: 'SADD', work: 'sadd' },
  { name: 'HSET', work: 'hset' },
  { name: 'SPOP', work: 'spop', before: (count) => series('SADD', 'myset', count) },
  { name: 'ZADD', work: 'zadd' },
  { name: 'ZPOPMIN', work: 'zpopmin', before: (count) => series('ZADD', 'myzset', count) },
  { name: 'LRANGE_100', work: ['LRANGE', 'mylist', '0', '99'], before: () => series('RPUSH', 'mylist', 1000), weight: 8 },
  { name: 'LRANGE_300', work: ['LRANGE', 'mylist', '0', '299'], before: () => series('RPUSH', 'mylist', 1000), weight: 16 },
  { name: 'LRANGE_500', work: ['LRANGE', 'mylist', '0', '499'], before: () => series('RPUSH', 'mylist', 1000), weight: 24 },
  { name: 'LRANGE_600', work: ['LRANGE', 'mylist', '0', '599'], before: () => series('RPUSH', 'mylist', 1000), weight: 24 },
  { name: 'MSET', work: 'mset', weight: 5 },
  { name: 'XADD', work: ['XADD', 'stream', '*', 'field', 'element:__rand_int__'] },
  { name: 'ZRANGE_100', work: ['ZRANGE', 'myzset', '0', '99'], before: () => series('ZADD', 'myzset', 1000), weight: 8 },
  { name: 'HGETALL of 50', work: ['HGETALL', 'myhash'], before: () => series('HSET', 'myhash', 50), weight: 6 },
  { name: 'HGETALL of 1000', work: ['HGETALL', 'myhash'], before: () => series('HSET', 'myhash', 1000), weight: 60 },
  { name: 'PFADD', work: ['PFADD', 'hll', 'element:__rand_int__'] },
  { name: 'GEOADD', work: ['GEOADD', 'geo', '13.361389', '38.115556', 'element:__rand_int__'] },
];

export async function measureTypes(contestants: readonly Contestant[], options: TypesOptions, report: Report): Promise<void> {
  report.section(`Throughput by type: ${clientCount} clients, elements of ${grouped(keyCount)}, medians of ${options.rounds} rounds`);
  const servers: Server[] = [];
  try {
    for (const contestant of contestants) servers.push(await contestant.start());
    const rows: string[][] = [];
    for (const pipeline of options.pipelines) {
      const ratios: number[] = [];
      for (const load of typeLoads.filter(({ name }) => options.only.length === 0 || options.only.includes(name))) {
        const done = await alternate(servers, load, pipeline, options);
        const rates = done.map((runs) => median(runs.map(({ requestsPerSecond }) => requestsPerSecond)));
        ratios.push(rates[0]! / rates[1]!);
        const processor = done.map((runs) => round(median(runs.map(({ processorUs }) => processorUs))));
        rows.push([load.name, String(pipeline), ...rates.map(grouped), ...(rates.length > 1 ? [`${ratios.at(-1)!.toFixed(2)}×`] : []), ...processor]);
        console.log(rows.at(-1)!.join('  '));
      }
      if (servers.length > 1) rows.push(['median', String(pipeline), ...servers.map(() => '-'), `${median(ratios).toFixed(2)}×`, ...servers.map(() => '-')]);
    }
    const names = contestants.map(({ name }) => name);
    report.table([
      'test', 'pipeline', ...names.map((name) => `${name} req/s`), ...(names.length > 1 ? ['ratio'] : []), ...names.map((name) => `${name} CPU µs/req`),
    ], rows);
  } finally {
    for (const server of servers) await server.kill();
  }
}

/** Runs by server. The order turns round each time, so that neither always runs on a warmer machine. */
async function alternate(servers: readonly Server[], load: TypeLoad, pipeline: number, { rounds, hurry }: TypesOptions): Promise<Run[][]> {
  const count = Math.ceil(requestCount(pipeline) / (load.weight ?? 1) / hurry);
  const done: Run[][] = servers.map(() => []);
  // A server that has run for a while has its code compiled; one full run for that.
  for (const server of servers) await run(server, load, pipeline, count);
  for (let turn = 0; turn < rounds; turn++) {
    const order = [...servers.keys()];
    for (const index of turn % 2 === 0 ? order : order.toReversed()) done[index]!.push(await run(servers[index]!, load, pipeline, count));
  }
  return done;
}

async function run(server: Server, { work, before }: TypeLoad, pipeline: number, count: number): Promise<Run> {
  const client = await connect(server, 'tcp', 60_000);
  await client.call('FLUSHALL');
  if (before !== undefined) await send(client, before(count));
  client.close();
  const beforeSeconds = processorSeconds(server.pid);
  const { requestsPerSecond } = await redisBenchmark(server.address.port, { test: work, pipeline, valueBytes, requestCount: count, clientCount, keyCount });
  return { requestsPerSecond, processorUs: ((processorSeconds(server.pid) - beforeSeconds) / count) * 1e6 };
}

/** `count` elements added to one key, 200 a command. */
function* series(name: 'RPUSH' | 'SADD' | 'ZADD' | 'HSET', key: string, count: number): Iterable<Command> {
  for (let first = 0; first < count; first += 200) {
    const words = Array.from({ length: Math.min(200, count - first) }, (_, i) => wordsOf(name, first + i)).flat();
    yield [name, key, ...words];
  }
}

function wordsOf(name: 'RPUSH' | 'SADD' | 'ZADD' | 'HSET', index: number): string[] {
  if (name === 'ZADD') return [String(index), element(index)];
  return name === 'HSET' ? [element(index), String(index)] : [element(index)];
}
