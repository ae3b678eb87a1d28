/**
 * Requests a second and latency under redis-benchmark, Tessera and redis-server by turns in the same minutes. The
 * processor time of a request, all threads together, tells about the code even when others use the machine.
 */
import type { Server } from '../../test/support/server.ts';
import type { Contestant } from '../support/contestants.ts';
import { redisBenchmark } from '../support/redis-benchmark.ts';
import type { Load, Measured } from '../support/redis-benchmark.ts';
import { processorSeconds } from '../support/processor-time.ts';
import { grouped, round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { median } from '../support/statistics.ts';

export interface ThroughputOptions {
  readonly tests: readonly string[];
  readonly pipelines: readonly number[];
  readonly valueSizes: readonly number[];
  readonly rounds: number;
  /** For one run; undefined takes what keeps a run at about two seconds. */
  readonly requestCount: number | undefined;
  /** Divides the default request count. */
  readonly hurry: number;
}

interface NamedLoad extends Load {
  readonly test: string;
}

interface Run extends Measured {
  readonly processorUs: number;
}

const clientCount = 50;
const keyCount = 100_000;
/** The value does not go with INCR. */
const valueless = new Set(['incr']);
/** Requests of about two seconds by pipeline depth; MSET does ten keys a request. */
const usualRequestCount = (pipeline: number, test: string): number =>
  Math.round(pipeline < 4 ? 100_000 : pipeline < 32 ? 800_000 : 1_500_000) / (test === 'mset' ? 5 : 1);

export async function measureThroughput(contestants: readonly Contestant[], options: ThroughputOptions, report: Report): Promise<void> {
  report.section(`Throughput: ${clientCount} clients, ${grouped(keyCount)} random keys, medians of ${options.rounds} rounds`);
  const servers: Server[] = [];
  try {
    for (const contestant of contestants) servers.push(await contestant.start());
    const rows: string[][] = [];
    for (const load of loads(options)) {
      const row = rowOf(load, await runs(servers, load, options.rounds));
      console.log(row.join('  '));
      rows.push(row);
    }
    report.table(headings(contestants.map(({ name }) => name)), rows);
  } finally {
    for (const server of servers) await server.kill();
  }
}

function headings(names: readonly string[]): string[] {
  const perServer = (unit: string): string[] => names.map((name) => `${name} ${unit}`);
  const ratio = names.length > 1 ? ['ratio'] : [];
  return ['test', 'value', 'pipeline', ...perServer('req/s'), ...ratio, ...['p50 ms', 'p99 ms', 'CPU µs/req'].flatMap(perServer)];
}

function loads({ tests, pipelines, valueSizes, requestCount, hurry }: ThroughputOptions): NamedLoad[] {
  return tests.flatMap((test) => (valueless.has(test) ? [valueSizes[0]!] : valueSizes).flatMap((valueBytes) => pipelines.map((pipeline) => ({
    test, pipeline, valueBytes, clientCount, keyCount,
    requestCount: requestCount ?? Math.ceil(usualRequestCount(pipeline, test) / hurry),
  }))));
}

/** Runs by server. The order turns round each time, so that neither always runs on a warmer machine. */
async function runs(servers: readonly Server[], load: Load, roundCount: number): Promise<Run[][]> {
  const done: Run[][] = servers.map(() => []);
  for (const { address } of servers) await warmUp(address.port, load);
  for (let turn = 0; turn < roundCount; turn++) {
    const order = [...servers.keys()];
    for (const index of turn % 2 === 0 ? order : order.toReversed()) done[index]!.push(await run(servers[index]!, load));
  }
  return done;
}

async function run({ pid, address }: Server, load: Load): Promise<Run> {
  const beforeSeconds = processorSeconds(pid);
  const measured = await redisBenchmark(address.port, load);
  return { ...measured, processorUs: ((processorSeconds(pid) - beforeSeconds) / load.requestCount) * 1e6 };
}

/** Reads find the values they are to find, and no round pays for the first use of a code path. */
async function warmUp(port: number, load: Load): Promise<void> {
  if (load.test === 'get') await redisBenchmark(port, { ...load, test: 'set', pipeline: 16, requestCount: 5 * keyCount });
  await redisBenchmark(port, { ...load, requestCount: Math.ceil(load.requestCount / 5) });
}

function rowOf(load: NamedLoad, done: readonly (readonly Run[])[]): string[] {
  const medians = (pick: (one: Run) => number): number[] => done.map((some) => median(some.map(pick)));
  const rates = medians(({ requestsPerSecond }) => requestsPerSecond);
  return [
    load.test.toUpperCase(), valueless.has(load.test) ? '-' : `${load.valueBytes} B`, String(load.pipeline),
    ...rates.map(grouped), ...(rates.length > 1 ? [`${(rates[0]! / rates[1]!).toFixed(2)}×`] : []),
    ...medians(({ p50Ms }) => p50Ms).map(round), ...medians(({ p99Ms }) => p99Ms).map(round),
    ...medians(({ processorUs }) => processorUs).map(round),
  ];
}
