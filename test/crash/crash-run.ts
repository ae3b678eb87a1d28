/**
 * Kills a server again and again while clients write, and looks after every restart whether what was
 * acknowledged is there. kill -9 leaves the page cache, so this proves that a write is in the file before
 * it is acknowledged, not that the disk has it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../src/base/random.ts';
import type { Server } from '../support/server.ts';
import { connect } from '../support/start-server.ts';
import type { StartOptions } from '../support/start-server.ts';
import { claimPort } from '../support/free-port.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { SharedCounter } from './shared-counter.ts';
import { Writer } from './writer.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly killCount: number;
  readonly start: (options: StartOptions) => Promise<Server>;
  readonly config?: Readonly<Record<string, string>>;
  readonly onRound?: (line: string) => void;
}

export interface CrashSummary {
  readonly acknowledgedCount: number;
  /** Unanswered writes at the moments of the kills. */
  readonly pendingCount: number;
}

const WRITER_COUNT = 4;
const SHARD_COUNTS = [1, 2, 3];
/** A kill comes after so many acknowledgements, or when the time is over. */
const ACKNOWLEDGED_MAX = 400;
const WRITING_MS_MAX = 5000;
/** How long after the last acknowledgement that was waited for: anywhere within the next batches. */
const EXTRA_MS_MAX = 8;
/** How often a start is killed before it is ready, over and above the kills that are counted. */
const STARTING_SHARE = 0.2;
const STARTING_MS_MAX = 400;
const PROBLEMS_SHOWN_MAX = 5;

/** Throws with the seed, the round and what is wrong as soon as a restart shows a loss. */
export async function runCrashes(options: CrashOptions): Promise<CrashSummary> {
  const random = new Random(options.seed);
  const shared = new SharedCounter();
  const writers = Array.from({ length: WRITER_COUNT }, (_, i) => new Writer(i, new Random(options.seed + i + 1), shared));
  const place = { dir: makeTempDir('crash'), port: await claimPort() };
  let pendingCount = 0;
  for (let round = 0; round <= options.killCount; round++) {
    const shards = SHARD_COUNTS[random.below(SHARD_COUNTS.length)]!;
    const start = { ...place, shards, config: { appendonly: 'yes', appendfsync: 'always', ...options.config } };
    if (random.float() < STARTING_SHARE) await killWhileStarting(options, start, random.below(STARTING_MS_MAX));
    const server = await options.start(start);
    try {
      const problems = await settle(server, writers, shared);
      if (problems.length > 0) {
        throw new Error(`seed ${options.seed}, after kill ${round} with ${shards} shards:\n${problems.slice(0, PROBLEMS_SHOWN_MAX).join('\n')}\n${server.log}`);
      }
      if (round < options.killCount) await writeUntilKilled(server, writers, random);
    } finally {
      await server.kill();
    }
    const pending = sumOf(writers.flatMap(({ expectations }) => expectations), (expectation) => expectation.pendingCount);
    pendingCount += pending;
    options.onRound?.(`round ${round}: ${shards} shards, ${pending} writes on their way`);
  }
  return { acknowledgedCount: sumOf(writers, (writer) => writer.acknowledgedCount), pendingCount };
}

async function killWhileStarting(options: CrashOptions, start: StartOptions, afterMs: number): Promise<void> {
  const server = await options.start({ ...start, awaitReady: false });
  await delay(afterMs);
  await server.kill();
}

async function writeUntilKilled(server: Server, writers: readonly Writer[], random: Random): Promise<void> {
  const enough = sumOf(writers, (writer) => writer.acknowledgedCount) + random.below(ACKNOWLEDGED_MAX);
  const extraMs = random.float() * EXTRA_MS_MAX;
  const clients = await Promise.all(writers.map(async () => await connect(server)));
  const writing = Promise.all(writers.map(async (writer, i) => await writer.write(clients[i]!)));
  const closed = writing.then(() => {
    throw new Error(`the server closed all connections by itself\n${server.log}`);
  });
  const isEnough = until('writes are acknowledged', () => sumOf(writers, (writer) => writer.acknowledgedCount) >= enough, WRITING_MS_MAX);
  await Promise.race([isEnough, closed]);
  await delay(extraMs);
  closed.catch(() => undefined);
  await server.kill();
  await writing;
  for (const client of clients) client.close();
}

async function settle(server: Server, writers: readonly Writer[], shared: SharedCounter): Promise<string[]> {
  const expectations = writers.flatMap((writer) => writer.expectations);
  const client = await connect(server);
  const found = (await client.call('MGET', shared.key, ...expectations.flatMap(({ keys }) => keys))) as (string | null)[];
  client.close();
  let at = 1;
  const problems = expectations.map((expectation) => expectation.settle(found.slice(at, (at += expectation.keys.length))));
  return [shared.settle(found[0] ?? null), ...problems].filter((problem) => problem !== undefined);
}

function sumOf<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}
