/**
 * CLUSTER SLOT-STATS, which redis-server 7.0 does not have. What is expected is what the documentation of the command says
 * (Redis 8.2, Valkey 8.0), and beyond that cluster_slot_stats.c and tests/unit/cluster/slot-stats.tcl of redis: the
 * texts of errors, the order of checks and of fields, what counts as bytes.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { Random } from '../../../src/base/random.ts';
import { claimPort } from '../../support/free-port.ts';
import { encodeCommand, type RespClient } from '../../support/resp-client.ts';
import { asMap, type Reply } from '../../support/resp-reply.ts';
import type { Server } from '../../support/server.ts';
import { connect, startTessera } from '../../support/start-server.ts';
import { until } from '../../support/until.ts';
import { seed } from '../base/seed.ts';
import { ClusterClient } from './support.ts';

const slotCount = 16384;

interface Figures {
  readonly keys: number;
  readonly memory: number | undefined;
  readonly cpuUs: number | undefined;
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
}

const servers: Server[] = [];
let client: RespClient;

async function start(shards: number): Promise<void> {
  const config = { 'cluster-enabled': 'yes', 'cluster-port': String(await claimPort()), 'cluster-require-full-coverage': 'no' };
  const server = await startTessera({ shards, config });
  servers.push(server);
  client = await connect(server);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, slotCount - 1);
  await until('the cluster is up', async () => (await client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:ok'));
}

afterAll(async () => {
  client?.close();
  for (const server of servers) await server.stop();
});

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, Buffer.byteLength(key));
}

/** What is told of slots, in the order of the reply. */
async function stats(...words: (string | number)[]): Promise<Map<number, Figures>> {
  const rows = (await client.call('CLUSTER', 'SLOT-STATS', ...words)) as [number, Reply][];
  if (!Array.isArray(rows)) throw new Error(String(rows));
  return new Map(rows.map(([slot, told]) => {
    const fields = asMap(told);
    const field = (name: string): number | undefined => fields.get(name) as number | undefined;
    return [slot, {
      keys: field('key-count')!, memory: field('memory-bytes'), cpuUs: field('cpu-usec'),
      bytesIn: field('network-bytes-in'), bytesOut: field('network-bytes-out'),
    }];
  }));
}

const ranking = async (...words: (string | number)[]): Promise<number[]> => [...(await stats('ORDERBY', ...words)).keys()];

/** Of the slots with traffic: bytes in and out. */
async function traffic(): Promise<Map<number, readonly [number, number]>> {
  const busiest = await stats('ORDERBY', 'network-bytes-in', 'LIMIT', 1100);
  const told = [...busiest].map(([slot, { bytesIn, bytesOut }]) => [slot, [bytesIn!, bytesOut!]] as const);
  return new Map(told.filter(([, [bytesIn, bytesOut]]) => bytesIn + bytesOut > 0));
}

async function enable(value: string): Promise<void> {
  expect(await client.call('CONFIG', 'SET', 'cluster-slot-stats-enabled', value)).toBe('OK');
}

const error = async (...words: (string | number)[]): Promise<string> => (await client.callRaw('CLUSTER', 'SLOT-STATS', ...words)).toString().trimEnd();

describe.each([1, 3])('with %i shards', (shards) => {
  beforeAll(async () => { await start(shards); }, 30_000);

  beforeEach(async () => {
    await enable('yes');
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'RESETSTAT');
  });

  test('requests and replies count to the byte, of any size, in pipelines and one by one', async () => {
    const big = 'b'.repeat(600_000);
    const medium = 'm'.repeat(100_000);
    const commands = [
      ['SET', 'key', 'value'], ['GET', 'key'], ['set', 'big', big], ['GET', 'big'], ['SET', 'medium', medium], ['GET', 'medium'], ['STRLEN', 'medium'],
      ['MSET', '{a}1', 'x', '{a}2', 'y'], ['MGET', '{a}1', '{a}2', '{a}3'], ['LPUSH', 'key', 'wrong type'], ['RPUSH', 'l', '1', '2', '3'],
      ['LRANGE', 'l', '0', '-1'], ['DEL', 'key'], ['PING'], ['DBSIZE'], ['ECHO', 'key'], ['OBJECT', 'ENCODING', 'l'],
      ['ZUNIONSTORE', '{z}d', '2', '{z}a', '{z}b'], ['XADD', 's', '1-1', 'f', 'v'], ['XREAD', 'COUNT', '1', 'STREAMS', 's', '0'],
      ['HIMPORT', 'PREPARE', 'fields', 'one', 'two'], ['HIMPORT', 'SET', 'hash', 'fields', '1', '2'], ['HIMPORT', 'SET', 'hash', 'nothing', '1'],
    ];
    const keys = ['key', 'key', 'big', 'big', 'medium', 'medium', 'medium', '{a}', '{a}', 'key', 'l', 'l', 'key', '', '', '', 'l', '{z}', 's', 's', '', 'hash', 'hash'];
    const expected = new Map<number, [number, number]>();
    const note = (key: string, words: readonly string[], reply: Buffer): void => {
      if (key === '') return;
      const [bytesIn, bytesOut] = expected.get(slotOf(key)) ?? [0, 0];
      expected.set(slotOf(key), [bytesIn + encodeCommand(words).length, bytesOut + reply.length]);
    };
    for (const [i, reply] of (await client.pipelineRaw(commands)).entries()) note(keys[i]!, commands[i]!, reply);
    for (const [i, words] of commands.entries()) note(keys[i]!, words, await client.callRaw(...words));
    expect(await traffic()).toEqual(expected);
  });

  // 33 bytes in, 15 inline, 5 out: the figures of slot-stats.tcl.
  test('the examples of Redis: RESP, inline, no reply', async () => {
    await client.call('SET', 'key', 'value');
    expect(await traffic()).toEqual(new Map([[slotOf('key'), [33, 5]]]));
    await client.call('CONFIG', 'RESETSTAT');
    client.write('SET key value\r\n');
    await client.readReply();
    expect(await traffic()).toEqual(new Map([[slotOf('key'), [15, 5]]]));
    client.write('CLIENT REPLY OFF\r\nSET key value\r\n*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\nCLIENT REPLY ON\r\n');
    await client.readReply();
    expect(await traffic()).toEqual(new Map([[slotOf('key'), [63, 5]]]));
  });

  test(`random pipelines over many slots (TEST_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const expected = new Map<number, [number, number]>();
    for (let round = 0; round < 20; round++) {
      const commands = Array.from({ length: 1 + random.below(200) }, () => {
        const key = `k${random.below(1000)}`;
        return [['SET', key, 'v'.repeat(random.below(300))], ['GET', key], ['APPEND', key, 'x'], ['DEL', key], ['EXISTS', key]][random.below(5)]!;
      });
      for (const [i, reply] of (await client.pipelineRaw(commands)).entries()) {
        const slot = slotOf(commands[i]![1]!);
        const [bytesIn, bytesOut] = expected.get(slot) ?? [0, 0];
        expected.set(slot, [bytesIn + encodeCommand(commands[i]!).length, bytesOut + reply.length]);
      }
    }
    expect(await traffic()).toEqual(expected);
    const keyCounts = [...(await stats('ORDERBY', 'key-count', 'LIMIT', 1000)).values()].reduce((sum, { keys }) => sum + keys, 0);
    expect(keyCounts).toBe(await client.call('DBSIZE'));
  });

  test('the time of the slots is that of commandstats', async () => {
    await client.pipeline(Array.from({ length: 2000 }, (_, i) => (i % 3 === 0 ? ['GET', `k${i % 100}`] : ['SET', `k${i % 100}`, 'v'])));
    await client.pipeline([['PING'], ['DBSIZE']]);
    const info = (await client.callRaw('INFO', 'commandstats')).toString();
    const usec = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=\\d+,usec=(\\d+)`).exec(info)![1]);
    const told = [...(await stats('ORDERBY', 'cpu-usec', 'LIMIT', 200)).values()].map(({ cpuUs }) => cpuUs!);
    const sum = told.reduce((a, b) => a + b, 0);
    const expected = usec('get') + usec('set');
    // Each slot's figure is cut to whole microseconds.
    expect(told.filter((us) => us > 0).length).toBeLessThanOrEqual(100);
    expect(sum).toBeLessThanOrEqual(expected + 2);
    expect(sum).toBeGreaterThanOrEqual(expected - 102);
  });

  test('memory is that of the keys with their table, and comes and goes with them', async () => {
    const slot = slotOf('{m}');
    const memory = async (): Promise<number> => (await stats('SLOTSRANGE', slot, slot)).get(slot)!.memory!;
    expect(await memory()).toBe(0);
    for (let i = 0; i < 300; i++) await client.call('SET', `{m}${i}`, 'v'.repeat(i * 10));
    await client.call('RPUSH', '{m}list', ...Array.from({ length: 5000 }, (_, i) => `element ${i}`));
    let keys = Number(await client.call('MEMORY', 'USAGE', '{m}list'));
    for (let i = 0; i < 300; i++) keys += Number(await client.call('MEMORY', 'USAGE', `{m}${i}`));
    const used = await memory();
    expect(used).toBeGreaterThan(keys);
    expect(used).toBeLessThan(keys + 301 * 32);
    await client.call('DEL', '{m}list');
    expect(await memory()).toBeLessThan(used - 50_000);
    await client.call('SET', 'elsewhere', 'x');
    expect([...(await stats('ORDERBY', 'memory-bytes', 'LIMIT', 3)).keys()].slice(0, 2)).toEqual([slot, slotOf('elsewhere')]);
    await client.call('FLUSHALL');
    expect(await memory()).toBe(0);
  });

  test('each list of figures has those that are enabled, in one order', async () => {
    for (const [value, shown, told] of [
      ['no', ['key-count'], 'no'], ['cpu', ['key-count', 'cpu-usec'], 'cpu'], ['NET', ['key-count', 'network-bytes-in', 'network-bytes-out'], 'net'],
      ['mem cpu', ['key-count', 'memory-bytes', 'cpu-usec'], 'cpu mem'],
      ['net mem cpu', ['key-count', 'memory-bytes', 'cpu-usec', 'network-bytes-in', 'network-bytes-out'], 'yes'],
    ] as const) {
      await enable(value);
      expect(await client.call('CONFIG', 'GET', 'cluster-slot-stats-enabled')).toEqual(['cluster-slot-stats-enabled', told]);
      const [[, fields]] = (await client.call('CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', 5, 5)) as [[number, string[]]];
      expect(fields.filter((_, i) => i % 2 === 0)).toEqual(shown);
      for (const metric of ['key-count', 'memory-bytes', 'cpu-usec', 'network-bytes-in', 'network-bytes-out'] as const) {
        const reply = await client.callRaw('CLUSTER', 'SLOT-STATS', 'ORDERBY', metric, 'LIMIT', 1);
        expect([value, metric, reply.toString().startsWith('*1')]).toEqual([value, metric, (shown as readonly string[]).includes(metric)]);
      }
    }
    expect((await client.callRaw('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'cpu what')).toString()).toBe(
      "-ERR CONFIG SET failed (possibly related to argument 'cluster-slot-stats-enabled') - argument(s) must be one of the following: cpu, net, mem, yes, no\r\n");
  });

  test('only what is enabled is counted', async () => {
    await enable('net');
    await client.call('SET', 'key', 'value');
    await enable('cpu');
    await client.pipeline(Array.from({ length: 500 }, () => ['SET', 'key', 'value']));
    await enable('no');
    await client.pipeline(Array.from({ length: 500 }, () => ['SET', 'key', 'value']));
    await enable('yes');
    const { bytesIn, bytesOut, cpuUs } = (await stats('ORDERBY', 'cpu-usec', 'LIMIT', 1)).get(slotOf('key'))!;
    expect([bytesIn, bytesOut]).toEqual([33, 5]);
    expect(cpuUs).toBeGreaterThan(0);
  });

  test('CONFIG RESETSTAT and a change of the owner begin anew, and slots of others are not told', async () => {
    const slot = slotOf('key');
    for (const begin of [['CONFIG', 'RESETSTAT'], ['CLUSTER', 'DELSLOTS', slot]]) {
      await client.pipeline(Array.from({ length: 500 }, () => ['GET', 'key']));
      expect((await stats('SLOTSRANGE', slot, slot)).get(slot)).toMatchObject({ bytesIn: 22 * 500, bytesOut: 5 * 500 });
      expect(await client.call(...begin)).toBe('OK');
      expect((await stats('SLOTSRANGE', slot, slot)).size).toBe(begin[0] === 'CONFIG' ? 1 : 0);
      expect(await traffic()).toEqual(new Map());
    }
    expect((await stats('SLOTSRANGE', 0, slotCount - 1)).size).toBe(slotCount - 1);
    expect((await stats('SLOTSRANGE', slot - 1, slot + 1)).has(slot)).toBe(false);
    await client.call('CLUSTER', 'ADDSLOTS', slot);
    expect((await stats('SLOTSRANGE', slot, slot)).get(slot)).toMatchObject({ keys: 0, cpuUs: 0, bytesIn: 0, bytesOut: 0 });
  });

  test('ORDERBY: descending unless told otherwise, equals by number, LIMIT in any place', async () => {
    const tags = Array.from({ length: 5 }, (_, i) => `{${i}}`);
    for (const [i, tag] of tags.entries()) for (let n = 0; n <= Math.min(i, 3); n++) await client.call('SET', `${tag}${n}`, 'v');
    const [two, three] = [slotOf('{3}'), slotOf('{4}')].toSorted((a, b) => a - b) as [number, number];
    const ranked = [two, three, slotOf('{2}'), slotOf('{1}'), slotOf('{0}')];
    expect(await ranking('key-count', 'LIMIT', 5)).toEqual(ranked);
    expect(await ranking('KEY-COUNT', 'desc', 'limit', 5)).toEqual(ranked);
    const ascending = await ranking('key-count', 'ASC');
    expect(ascending.length).toBe(slotCount);
    expect(ascending.slice(0, 3)).toEqual([0, 1, 2]);
    expect(ascending.slice(-5)).toEqual([slotOf('{0}'), slotOf('{1}'), slotOf('{2}'), two, three]);
    expect(await ranking('key-count', 'LIMIT', 2, 'ASC')).toEqual([0, 1]);
    expect((await ranking('network-bytes-in', 'LIMIT', 2)).toSorted((a, b) => a - b)).toEqual([two, three]);
  });

  test('the range is inclusive, and RESP3 has maps', async () => {
    await enable('no');
    await client.call('SET', 'key', 'value');
    const slot = slotOf('key');
    expect((await client.callRaw('CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', slot - 1, slot)).toString()).toBe(
      `*2\r\n*2\r\n:${slot - 1}\r\n*2\r\n$9\r\nkey-count\r\n:0\r\n*2\r\n:${slot}\r\n*2\r\n$9\r\nkey-count\r\n:1\r\n`);
    await client.call('HELLO', 3);
    expect((await client.callRaw('CLUSTER', 'SLOT-STATS', 'slotsrange', slot, slot)).toString()).toBe(`*1\r\n*2\r\n:${slot}\r\n%1\r\n$9\r\nkey-count\r\n:1\r\n`);
    await client.call('HELLO', 2);
  });

  test.each([
    ['SLOTSRANGE 0', "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP."],
    ['SLOTSRANGE 0 1 2', "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP."],
    ['WHAT 0 1', "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP."],
    ['ORDERBY', "ERR wrong number of arguments for 'cluster|slot-stats' command"],
    ['SLOTSRANGE x 1', 'ERR Invalid or out of range slot'], ['SLOTSRANGE 0 16384', 'ERR Invalid or out of range slot'],
    ['SLOTSRANGE -1 5', 'ERR Invalid or out of range slot'], ['SLOTSRANGE 5 4', 'ERR Start slot number 5 is greater than end slot number 4'],
    ['ORDERBY what', 'ERR Unrecognized sort metric for ORDERBY.'], ['ORDERBY what LIMIT 0', 'ERR Unrecognized sort metric for ORDERBY.'],
    ['ORDERBY key-count LIMIT', 'ERR syntax error'], ['ORDERBY key-count what', 'ERR syntax error'], ['ORDERBY key-count 5', 'ERR syntax error'],
    ['ORDERBY key-count LIMIT 0', 'ERR Limit has to lie in between 1 and 16384 (maximum number of slots).'],
    ['ORDERBY key-count LIMIT 16385', 'ERR Limit has to lie in between 1 and 16384 (maximum number of slots).'],
    ['ORDERBY key-count LIMIT x', 'ERR Limit has to lie in between 1 and 16384 (maximum number of slots).'],
    ['ORDERBY key-count LIMIT 1 LIMIT 2', 'ERR Multiple filters of the same type are disallowed.'],
    ['ORDERBY key-count LIMIT 1 LIMIT 0', 'ERR Limit has to lie in between 1 and 16384 (maximum number of slots).'],
    ['ORDERBY key-count ASC DESC', 'ERR Multiple filters of the same type are disallowed.'],
    ['ORDERBY key-count ASC ASC what', 'ERR Multiple filters of the same type are disallowed.'],
  ])('%s is refused', async (words, text) => {
    expect(await error(...words.split(' '))).toBe(`-${text}`);
  });
});

test('without cluster mode there are no slots to tell of', async () => {
  expect(await new ClusterClient(undefined).call('CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', '0', '1')).toBe('-ERR This instance has cluster support disabled\r\n');
});
