/** Runs redis-benchmark, the load generator that comes with Redis, and reads what it measured. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Load {
  /** The name of one of its tests, or the words of a command, in which `__rand_int__` stands for a random number. */
  readonly test: string | readonly string[];
  readonly pipeline: number;
  readonly valueBytes: number;
  readonly requestCount: number;
  readonly clientCount: number;
  /** Keys are drawn at random from this many. */
  readonly keyCount: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Throws when redis-benchmark fails; it gives up at the first error reply. */
export async function redisBenchmark(port: number, load: Load): Promise<Measured> {
  const args = [
    '-h', '127.0.0.1', '-p', port, '-n', load.requestCount, '-c', load.clientCount,
    '-P', load.pipeline, '-d', load.valueBytes, '-r', load.keyCount, '--csv',
    ...(typeof load.test === 'string' ? ['-t', load.test] : load.test),
  ];
  const { stdout, stderr } = await promisify(execFile)('redis-benchmark', args.map(String));
  const [headings, ...lines] = stdout.trim().split('\n').map((line) => line.split(',').map(unquoted));
  const values = lines.at(-1);
  const field = (name: string): number => Number(values?.[headings!.indexOf(name)]);
  const measured = { requestsPerSecond: field('rps'), p50Ms: field('p50_latency_ms'), p99Ms: field('p99_latency_ms') };
  if (!(measured.requestsPerSecond > 0)) throw new Error(`redis-benchmark ${args.join(' ')} said:\n${stdout}\n${stderr}`);
  return measured;
}

function unquoted(field: string): string {
  return field.replaceAll('"', '');
}
