/**
 * What a node still answers while its shards are busy: a client keeps one or all of them asleep (DEBUG SLEEP) and
 * others ask, each the next thing as soon as the last is answered. Each has asked a few times before the sleep: the
 * first time in the life of a server pays for compiling, asleep or not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import calculateSlot from 'cluster-key-slot';
import type { Word } from '../../test/support/resp-client.ts';
import type { Server } from '../../test/support/server.ts';
import { connect } from '../../test/support/start-server.ts';
import { withServer } from '../support/contestants.ts';
import type { Contestant } from '../support/contestants.ts';
import { round } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { quantile } from '../support/statistics.ts';

const shardCount = 2;
/** Between two questions, so that the machine is not busy with the questions. */
const paceMs = 2;
const timerMs = 1;
const warmUpTimes = 20;
/** After the sleep was sent and before the first question. */
const headStartMs = 100;
/** Before the end of the sleep, no question begins. */
const marginMs = 200;

type Ask = (server: Server) => Promise<() => Promise<void>>;

export async function measureBusyShards(tessera: Contestant, sleepSeconds: number, report: Report): Promise<void> {
  report.section(`Answers while shards sleep for ${sleepSeconds} s: milliseconds`);
  const rows = await withServer(tessera, async (server, client) => {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
    const doorRows = await whileAsleep(server, ['DEBUG', 'SLEEP', sleepSeconds], sleepSeconds, 'all', doorQuestions);
    const oneAsleep = ['DEBUG', 'SLEEP', sleepSeconds, 'SHARD', 0];
    return [...doorRows, ...(await whileAsleep(server, oneAsleep, sleepSeconds, 'shard 0', { ...doorQuestions, ...shardQuestions }))];
  }, { 'cluster-enabled': 'yes' });
  report.table(['asleep', 'asked', 'times', 'median ms', 'p99 ms', 'most ms'], rows);
}

const doorQuestions: Readonly<Record<string, Ask>> = {
  // What others on this machine cost: no server takes part.
  [`a timer of ${timerMs} ms in the bench`]: async () => () => delay(timerMs),
  PING: command('PING'),
  INFO: command('INFO'),
  'CONFIG GET *': command('CONFIG', 'GET', '*'),
  'CLUSTER SLOTS': command('CLUSTER', 'SLOTS'),
  'new connection and PING': async (server) => async () => {
    const client = await connect(server);
    await client.callRaw('PING');
    client.close();
  },
};

const shardQuestions: Readonly<Record<string, Ask>> = {
  'SET of a key of shard 1': command('SET', keyOfShard(1), 'x'),
  'GET of a key of shard 1': command('GET', keyOfShard(1)),
};

async function whileAsleep(
  server: Server, sleep: readonly Word[], sleepSeconds: number, who: string, questions: Readonly<Record<string, Ask>>,
): Promise<string[][]> {
  const sleeper = await connect(server, 'tcp', 120_000);
  const asked = await Promise.all(Object.entries(questions).map(async ([name, ask]) => ({ name, question: await ask(server) })));
  for (const { question } of asked) for (let time = 0; time < warmUpTimes; time++) await question();
  const startMs = performance.now();
  const slept = sleeper.call(...sleep).then((reply) => ({ reply, ms: performance.now() - startMs }));
  await delay(headStartMs);
  const endMs = startMs + sleepSeconds * 1000 - marginMs;
  const timings = await Promise.all(asked.map(async ({ name, question }) => ({ name, timesMs: await timesUntil(endMs, question) })));
  const { reply, ms } = await slept;
  if (reply !== 'OK' || ms < sleepSeconds * 1000 - marginMs) throw new Error(`${sleep.join(' ')}: ${String(reply)} after ${ms} ms`);
  sleeper.close();
  return timings.map(({ name, timesMs }) => [
    who, name, String(timesMs.length), round(quantile(timesMs, 0.5)), round(quantile(timesMs, 0.99)), round(Math.max(...timesMs)),
  ]);
}

async function timesUntil(endMs: number, question: () => Promise<void>): Promise<number[]> {
  const timesMs: number[] = [];
  while (performance.now() < endMs) {
    const startMs = performance.now();
    await question();
    timesMs.push(performance.now() - startMs);
    await delay(paceMs);
  }
  return timesMs;
}

/** Asked over one connection again and again; an error reply fails the run. */
function command(...words: readonly Word[]): Ask {
  return async (server) => {
    const client = await connect(server, 'tcp', 120_000);
    return async () => {
      const reply = await client.callRaw(...words);
      if (reply[0] === 0x2d) throw new Error(`${words.join(' ')}: ${reply.toString().trim()}`);
    };
  };
}

function keyOfShard(shard: number): string {
  for (let number = 0; ; number++) {
    const key = `key:${number}`;
    if (calculateSlot(key) % shardCount === shard) return key;
  }
}
