/**
 * CONFIG GET and CONFIG SET against redis-server: the same names and defaults, and for every option that both know
 * the same answer and the same value after each of a set of good and bad values.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import { findOption } from '../../../src/config/options.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import { asMap, ReplyError } from '../../support/resp-reply.ts';
import type { Reply } from '../../support/resp-reply.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { local } from './support.ts';

const values = [
  '', 'yes', 'NO', '0', '1', '01', '-1', '-2', '100', '499', '1000', '70000', '2147483648', '4294967296', '9007199254740993',
  '9223372036854775807', '9223372036854775808', '18446744073709551616', '1k', '1kb', '3MB', '2g', '7x', '5%', '101%',
  '1.5', 'abc', 'a b', 'a/b', '10 1', '10 1 20', '50 99.95 100', '1 2 3', 'normal 1gb 512mb 3', 'slave 1mb 0 5 pubsub 1 1 1',
  'normal 1 2', 'other 1 2 3', 'master 1 2 3', 'normal 1 2 -3', 'KEA', 'Kg$x', 'Q', 'everysec', 'Always', 'noeviction',
  'local', 'verbose', 'clients', 'hostname', 'unknown-endpoint', 'now force', 'save nosave', 'default', 'swapdb', '{title}',
  '{title} {port}', '{other}', '{title', 'panic', 'a_b', 'allchannels',
];

/** Not compared, and why. */
const elsewhere: Record<string, string> = {
  port: 'listens', bind: 'listens', 'tls-port': 'configures TLS', 'tls-cert-file': 'configures TLS',
  maxclients: 'asks the system for files', appendonly: 'writes files', loglevel: 'has one more level here',
  'maxmemory-policy': 'has one policy here', activedefrag: 'needs another allocator in redis-server',
  'oom-score-adj': 'asks the system', 'oom-score-adj-values': 'asks the system', 'repl-diskless-load': 'same as the others, but slow',
  'tls-cluster': 'configures TLS', 'tls-replication': 'configures TLS', 'jemalloc-bg-thread': 'starts a thread', maxmemory: 'starves the server under test',
};

let redis: Server;
let client: RespClient;

async function redisValues(pattern: string): Promise<Map<string, string>> {
  return asMap(await client.call('CONFIG', 'GET', pattern)) as Map<string, string>;
}

function textOf(reply: Reply): string {
  return reply instanceof ReplyError ? reply.text : String(reply);
}

async function ourAnswer(config: Config, name: string, value: string): Promise<string> {
  return await config.configSet([[name, value]], local).then(() => 'OK', (error: Error) => error.message);
}

describe.runIf(hasReference())('agreement with redis-server', () => {
  beforeAll(async () => {
    redis = await startRedis();
    client = await connect(redis);
    // Some of the values would make redis-server drop this very connection.
    await client.call('CLIENT', 'NO-EVICT', 'on');
  });

  afterAll(async () => {
    client.close();
    await redis.stop();
  });

  it('knows every name of CONFIG GET *, with the same default', async () => {
    const config = new Config();
    const given = new Set(['port', 'bind', 'dir', 'save', 'enable-debug-command', 'pidfile']);
    const ours = Object.fromEntries(config.configGet(['*']));
    const theirs = Object.fromEntries([...await redisValues('*')].filter(([name]) => !given.has(name)));
    expect(ours).toMatchObject(theirs);
  });

  it('answers CONFIG SET of each option alike, to the byte, and then holds the same value', async () => {
    const config = new Config({ ...new Config().values, save: [] });
    const names = [...(await redisValues('*')).keys()].filter((name) => !(name in elsewhere) && !(name in { 'enable-debug-command': 1, dir: 1 }));
    expect(names.length).toBeGreaterThan(150);
    const differences: string[][] = [];
    for (const name of names) {
      const tried = findOption(name)!.option.immutable ? values.slice(0, 1) : values;
      const replies = await client.pipeline(tried.flatMap((value) => [['CONFIG', 'SET', name, value], ['CONFIG', 'GET', name]]));
      for (const [at, value] of tried.entries()) {
        const answers = [await ourAnswer(config, name, value), textOf(replies[at * 2]!)];
        const held = [config.configGet([name])[0]![1], String(asMap(replies[at * 2 + 1]).get(name))];
        if (name === 'maxmemory-clients' && wrapsToPercent(value)) continue;
        if (answers[0] !== answers[1] || !isSame(held)) differences.push([name, value, ...answers, ...held]);
      }
    }
    expect(differences).toEqual([]);
  });
});

/** Bytes above 2^63 turn negative in redis-server, and negative means percent there; here they are out of bounds. */
function wrapsToPercent(value: string): boolean {
  return /^\d+$/.test(value) && BigInt(value) >= 2n ** 63n;
}

/** Numbers above 2^53 are held as their nearest double. */
function isSame([ours, theirs]: readonly string[]): boolean {
  return ours === theirs || (/^\d{16,}$/.test(theirs!) && Number(ours) === Number(theirs));
}
