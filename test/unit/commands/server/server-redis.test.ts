/**
 * The server's commands beside redis-server: the same requests over both protocols, the same bytes back, wherever
 * the answer does not depend on the moment or the machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitWords } from '../../../support/quoting.ts';
import { hasReference } from '../../../support/redis-binary.ts';
import type { RespClient } from '../../../support/resp-client.ts';
import type { Server } from '../../../support/server.ts';
import { connect, startRedis, startTessera } from '../../../support/start-server.ts';

const requests: Readonly<Record<string, readonly string[]>> = {
  CONFIG: [
    'CONFIG HELP', 'CONFIG HELP x', 'CONFIG GET maxmemory', 'CONFIG GET maxmemory maxmemory', 'CONFIG GET "" nosuch', 'CONFIG SET maxmemory 1mb timeout',
    'CONFIG SET maxmemory 2mb timeout 3', 'CONFIG GET timeout', 'CONFIG SET maxmemory 0 timeout 0', 'CONFIG SET maxmemory x timeout 7', 'CONFIG GET timeout',
    'CONFIG RESETSTAT', 'CONFIG REWRITE', 'CONFIG NOSUCH', 'CONFIG', 'CONFIG GET', 'CONFIG SET a', 'CONFIG SET timeout 1 timeout 2', 'CONFIG SET port 1 port 2',
  ],
  COMMAND: [
    'COMMAND HELP', 'COMMAND NOSUCH', 'COMMAND DOCS nosuch', 'COMMAND INFO nosuch', 'COMMAND LIST FILTERBY MODULE x', 'COMMAND LIST x',
    'COMMAND LIST FILTERBY PATTERN strle?', 'COMMAND LIST FILTERBY aclcat nosuch', 'COMMAND GETKEYS nosuch a b', 'COMMAND GETKEYS GET a b',
    'COMMAND GETKEYS MSET a 1 b 2', 'COMMAND GETKEYS PING x', 'COMMAND GETKEYS COPY a b', 'COMMAND GETKEYS LCS a b', 'COMMAND GETKEYS OBJECT NOSUCH x',
    'COMMAND GETKEYS OBJECT ENCODING x', 'COMMAND GETKEYS CONFIG GET x', 'COMMAND GETKEYSANDFLAGS SET a b', 'COMMAND GETKEYSANDFLAGS set a b EX 1 get',
    'COMMAND GETKEYSANDFLAGS COPY a b', 'COMMAND GETKEYSANDFLAGS RENAME a b', 'COMMAND GETKEYSANDFLAGS MEMORY USAGE a',
  ],
  SLOWLOG: [
    'CONFIG SET slowlog-log-slower-than -1', 'SLOWLOG RESET', 'SLOWLOG HELP', 'SLOWLOG LEN', 'SLOWLOG GET', 'SLOWLOG GET -1', 'SLOWLOG GET -2', 'SLOWLOG GET x',
    'SLOWLOG GET 1 2', 'SLOWLOG GET 9223372036854775807', 'SLOWLOG GET 9223372036854775808', 'SLOWLOG x', 'SLOWLOG', 'SLOWLOG LEN x',
  ],
  LATENCY: [
    'LATENCY HELP', 'LATENCY LATEST', 'LATENCY LATEST x', 'LATENCY HISTORY x', 'LATENCY HISTORY', 'LATENCY RESET', 'LATENCY RESET a b', 'LATENCY GRAPH x',
    'LATENCY GRAPH', 'LATENCY HISTOGRAM nosuch', 'LATENCY HISTOGRAM getrange', 'LATENCY x', 'LATENCY',
  ],
  MEMORY: [
    'MEMORY HELP', 'MEMORY USAGE nosuch', 'MEMORY USAGE nosuch SAMPLES 1', 'MEMORY USAGE nosuch SAMPLES', 'MEMORY USAGE nosuch SAMPLES -1', 'MEMORY USAGE nosuch x 1',
    'MEMORY USAGE nosuch SAMPLES x', 'MEMORY USAGE nosuch SAMPLES 1 SAMPLES 2', 'MEMORY PURGE', 'MEMORY PURGE x', 'MEMORY x', 'MEMORY', 'MEMORY USAGE',
  ],
  DEBUG: [
    'DEBUG', 'DEBUG x', 'DEBUG x y', 'DEBUG HELP x', 'DEBUG SLEEP', 'DEBUG SLEEP 0', 'DEBUG SLEEP x', 'DEBUG SLEEP -1', 'DEBUG SLEEP 0 x', 'DEBUG OBJECT', 'DEBUG OBJECT nosuch',
    'DEBUG OBJECT nosuch x', 'DEBUG SET-ACTIVE-EXPIRE', 'DEBUG SET-ACTIVE-EXPIRE 0', 'DEBUG SET-ACTIVE-EXPIRE x', 'DEBUG SET-ACTIVE-EXPIRE 1', 'DEBUG ERROR oops',
    'DEBUG ERROR "two words\\r\\nand a line"', 'DEBUG ERROR', 'DEBUG LOG hello', 'DEBUG LOG', 'DEBUG PROTOCOL', 'DEBUG PROTOCOL x',
    ...['string', 'integer', 'double', 'bignum', 'null', 'array', 'set', 'map', 'verbatim', 'true', 'false', 'ATTRIB'].map((type) => `DEBUG PROTOCOL ${type}`),
    'DEBUG POPULATE', 'DEBUG POPULATE x', 'DEBUG POPULATE -1', 'DEBUG POPULATE 1 a -1', 'DEBUG POPULATE 1 a x', 'DEBUG POPULATE 1 a 1 x', 'DBSIZE', 'DEBUG POPULATE 0',
    'DEBUG POPULATE 20', 'DBSIZE', 'GET key:7', 'SET new:1 kept', 'DEBUG POPULATE 3 new 20', 'MGET new:0 new:1 new:2', 'OBJECT ENCODING new:0',
    'DEBUG POPULATE 2 "\\xff" 3', 'GET "\\xff:1"', 'DEBUG DIGEST', 'DEBUG DIGEST-VALUE', 'DEBUG DIGEST-VALUE key:1 nosuch key:1 new:2', 'SELECT 5', 'SET other db',
    'DEBUG DIGEST-VALUE key:1 other', 'EXPIREAT other 4102444800', 'DEBUG DIGEST', 'FLUSHDB', 'SELECT 0', 'DEBUG DIGEST', 'FLUSHALL', 'DEBUG DIGEST', 'DEBUG DIGEST x',
    // In RESP3 two answers come, so what follows reads one too early, on either server.
    'DEBUG PROTOCOL push', 'DBSIZE',
  ],
  SHUTDOWN: ['SHUTDOWN x', 'SHUTDOWN NOSAVE SAVE', 'SHUTDOWN ABORT', 'SHUTDOWN ABORT NOW', 'SHUTDOWN ABORT FORCE SAVE'],
  'the rest': ['INFO nosuch', 'INFO nosuch alsonot', 'INFO modules', 'TIME x', 'LOLWUT VERSION x', 'LOLWUT VERSION 5 x'],
};

describe.runIf(hasReference())('beside redis-server', () => {
  let servers: readonly [Server, Server];
  beforeAll(async () => {
    servers = [await startRedis(), await startTessera({ shards: 3 })];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });

  const cases = Object.keys(requests).flatMap((family) => [[family, 2], [family, 3]] as const);
  it.each(cases)('%s answers alike in RESP%i', async (family, protocol) => {
    const [redis, ours] = await Promise.all(servers.map((server) => ask(server, protocol, requests[family]!)));
    expect(ours).toEqual(redis);
  });

  it('DEBUG OBJECT tells of a value what redis-server tells', async () => {
    const values = ['1', '127', '128', '-128', '-129', '32767', '32768', '-32769', '2147483647', '2147483648', '12345678901', '-2147483648', '', 'a', '0012', 'x'.repeat(20)];
    const lines = values.flatMap((value) => [`SET k "${value}"`, 'DEBUG OBJECT k']);
    const facts = async (server: Server): Promise<string[]> => {
      const replies = await ask(server, 2, lines);
      return replies.map((reply) => reply.replace(/Value at:0x[0-9a-f]+ (?=refcount)/, '').replace(/ lru:\d+ lru_seconds_idle:\d+/, ''));
    };
    const [redis, ours] = await Promise.all(servers.map(facts));
    expect(ours).toEqual(redis);
  });
});

/** Each request with the bytes of its reply. */
async function ask(server: Server, protocol: number, lines: readonly string[]): Promise<string[]> {
  const client: RespClient = await connect(server);
  await client.call('HELLO', protocol);
  const answers: string[] = [];
  for (const line of lines) answers.push(`${line} -> ${(await client.callRaw(...splitWords(line))).toString('latin1')}`);
  client.close();
  return answers;
}
