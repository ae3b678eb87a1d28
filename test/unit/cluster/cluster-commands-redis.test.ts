/**
 * redis-server is the judge of the CLUSTER commands of a node alone: the same commands, chosen and
 * drawn by a seed, must give the same bytes on both, ids apart.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import type { ClusterSettings } from '../../../src/cluster/settings.ts';
import { newClusterState } from '../../../src/cluster/state.ts';
import { claimPort } from '../../support/free-port.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { until } from '../../support/until.ts';
import { seed } from '../base/seed.ts';
import { ClusterClient, address, idOf, myShard } from './support.ts';

let server: Server;
let redis: RespClient;
let port: number;
let busPort: number;

beforeAll(async () => {
  if (!hasReference()) return;
  port = await claimPort();
  busPort = await claimPort();
  server = await startRedis({ port, config: { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-node-timeout': '500' } });
  redis = await connect(server);
});

afterAll(async () => {
  redis?.close();
  await server?.stop();
});

interface Pair {
  readonly ours: ClusterClient;
  /** Where the replies to a command differ: nothing, or the one difference. ME stands for each one's own id. */
  readonly compare: (...words: string[]) => Promise<Difference[]>;
}

interface Difference {
  readonly command: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Redis as a fresh node, and a node of ours with its id. */
async function pair(changes: Partial<ClusterSettings> = {}): Promise<Pair> {
  await redis.call('HELLO', '2');
  await redis.call('CLUSTER', 'RESET', 'HARD');
  const ids = [String(await redis.call('CLUSTER', 'MYID'))];
  const client = ClusterClient.of(newClusterState(ids[0]!, myShard), { address: { ...address, port, busPort }, ...changes });
  const compare = async (...words: string[]): Promise<Difference[]> => {
    const naming = (id: string): string[] => words.map((word) => (word === 'ME' ? id : word));
    const actual = await client.call(...naming(client.node!.myself.id));
    const expected = await redis.callRaw(...naming(String(await redis.call('CLUSTER', 'MYID'))));
    ids.push(String(await redis.call('CLUSTER', 'MYID')), client.node!.myself.id);
    const [ours, theirs] = [normalised(actual, ids), normalised(expected.toString('latin1'), ids)];
    return ours === theirs ? [] : [{ command: words.join(' '), ours, theirs }];
  };
  return { ours: client, compare };
}

/** Ids of the node become one word; what redis-server works out with a delay is left out. */
function normalised(reply: string, ids: readonly string[]): string {
  const text = ids.reduce((rest, id) => rest.replaceAll(id, 'ME'), reply);
  return text.replace(/cluster_state:\w+/, 'cluster_state').replace(/cluster_size:\d/, 'cluster_size').replace(/^[$=]\d+/, '');
}

describe.runIf(hasReference())('a node alone, beside redis-server', () => {
  test.each<readonly string[]>([
    ['ASKING'], ['ASKING', 'x'], ['READONLY'], ['READONLY', 'x'], ['READWRITE'],
    ['CLUSTER'], ['CLUSTER', 'FOO'], ['CLUSTER', 'foo', 'bar'],
    ['CLUSTER', 'ADDSLOTS'], ['CLUSTER', 'DELSLOTS'], ['CLUSTER', 'ADDSLOTSRANGE', '1'], ['CLUSTER', 'ADDSLOTSRANGE', '1', '2', '3'],
    ['CLUSTER', 'DELSLOTSRANGE', '1', '2', '3'], ['CLUSTER', 'BUMPEPOCH', 'x'], ['CLUSTER', 'COUNT-FAILURE-REPORTS'],
    ['CLUSTER', 'COUNT-FAILURE-REPORTS', 'x'], ['CLUSTER', 'COUNTKEYSINSLOT'], ['CLUSTER', 'COUNTKEYSINSLOT', 'x'], ['CLUSTER', 'COUNTKEYSINSLOT', ''],
    ['CLUSTER', 'COUNTKEYSINSLOT', '16384'], ['CLUSTER', 'COUNTKEYSINSLOT', '16383'], ['CLUSTER', 'COUNTKEYSINSLOT', '-1'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '9223372036854775807'], ['CLUSTER', 'COUNTKEYSINSLOT', '9223372036854775808'],
    ['CLUSTER', 'FLUSHSLOTS', 'x'], ['CLUSTER', 'HELP', 'x'], ['CLUSTER', 'INFO', 'x'], ['CLUSTER', 'INFO'], ['CLUSTER', 'KEYSLOT'], ['CLUSTER', 'KEYSLOT', ''],
    ['CLUSTER', 'KEYSLOT', '{}x'], ['CLUSTER', 'KEYSLOT', '{user1000}.following'], ['CLUSTER', 'KEYSLOT', 'foo{{bar}}zap'], ['CLUSTER', 'LINKS'], ['CLUSTER', 'LINKS', 'x'],
    ['CLUSTER', 'MYID'], ['CLUSTER', 'MYID', 'x'], ['CLUSTER', 'NODES'], ['CLUSTER', 'NODES', 'x'], ['CLUSTER', 'REPLICAS'], ['CLUSTER', 'REPLICAS', 'x'],
    ['CLUSTER', 'REPLICAS', 'x\0y'], ['CLUSTER', 'SLAVES', idOf('0')], ['CLUSTER', 'RESET', 'x'], ['CLUSTER', 'RESET', 'hard', 'x'], ['cluster', 'Reset', 'Soft'], ['CLUSTER', 'SAVECONFIG'],
    ['CLUSTER', 'SAVECONFIG', 'x'], ['CLUSTER', 'SET-CONFIG-EPOCH'], ['CLUSTER', 'SET-CONFIG-EPOCH', 'x'], ['CLUSTER', 'SET-CONFIG-EPOCH', '-1'],
    ['CLUSTER', 'SET-CONFIG-EPOCH', '0'], ['CLUSTER', 'SET-CONFIG-EPOCH', '9223372036854775808'], ['CLUSTER', 'SET-CONFIG-EPOCH', '9223372036854775807'],
    ['CLUSTER', 'SETSLOT', '5'], ['CLUSTER', 'SETSLOT', '5', 'stable'], ['CLUSTER', 'SETSLOT', 'x', 'stable'], ['CLUSTER', 'SETSLOT', '5', 'x'], ['CLUSTER', 'SETSLOT', '5', 'node'],
    ['CLUSTER', 'SHARDS'], ['CLUSTER', 'SHARDS', 'x'], ['CLUSTER', 'SLOTS'], ['CLUSTER', 'SLOTS', 'x'],
    ['CLUSTER', 'FORGET'], ['CLUSTER', 'FORGET', 'x'], ['CLUSTER', 'FORGET', 'ME'], ['CLUSTER', 'FORGET', idOf('0')], ['CLUSTER', 'FORGET', ''],
    ['CLUSTER', 'FORGET', 'ME', 'x'], ['CLUSTER', 'COUNT-FAILURE-REPORTS', 'ME'], ['CLUSTER', 'COUNT-FAILURE-REPORTS', idOf('0')],
    ['CLUSTER', 'COUNT-FAILURE-REPORTS', 'ME', 'x'], ['CLUSTER', 'REPLICAS', 'ME'], ['CLUSTER', 'REPLICAS', 'ME', 'x'], ['CLUSTER', 'SLAVES'], ['CLUSTER', 'SLAVES', 'ME'],
    ['CLUSTER', 'MEET'], ['CLUSTER', 'MEET', '127.0.0.1'], ['CLUSTER', 'MEET', '127.0.0.1', 'x'], ['CLUSTER', 'MEET', '127.0.0.1', '1', 'x'],
    ['CLUSTER', 'MEET', '127.0.0.1', '0'], ['CLUSTER', 'MEET', '127.0.0.1', '65536'], ['CLUSTER', 'MEET', '127.0.0.1', '1', '65536'],
    ['CLUSTER', 'MEET', '127.0.0.1', '60000'], ['CLUSTER', 'MEET', 'localhost', '1'], ['CLUSTER', 'MEET', '', '1'], ['CLUSTER', 'MEET', '127.0.0.1', '1', '2', '3'],
    ['CLUSTER', 'MEET', '127.0.0.1', '99999999999999999999'], ['CLUSTER', 'MEET', '127.0.0.1', '-1', '1'], ['CLUSTER', 'MEET', '1.2.3', '1'],
    ['CLUSTER', 'RESET', 'SOFT'], ['CLUSTER', 'RESET', 'hArD'], ['CLUSTER', 'RESET'], ['CLUSTER', 'RESET', ''], ['CLUSTER', 'RESET', 'soft', 'hard'],
    ['CLUSTER', 'FLUSHSLOTS'], ['CLUSTER', 'BUMPEPOCH'], ['CLUSTER', ''], ['CLUSTER', 'SLOT STATS', 'x'], ['CLUSTER', 'x'.repeat(200)], ['CLUSTER', 'no\r\nsuch'],
    ['CLUSTER', 'ADDSLOTS', '1', '1'], ['CLUSTER', 'ADDSLOTS', ''], ['CLUSTER', 'ADDSLOTS', '1', 'x'], ['CLUSTER', 'DELSLOTS', '1'], ['CLUSTER', 'ADDSLOTSRANGE', '5', '4'],
    ['CLUSTER', 'ADDSLOTSRANGE', '1', '5', '4', '9'], ['CLUSTER', 'ADDSLOTSRANGE', '-1', '5'], ['CLUSTER', 'DELSLOTSRANGE', '0', '16384'], ['CLUSTER', 'ADDSLOTSRANGE', '0', '0'],
    ['CLUSTER', 'SETSLOT', '5', 'MIGRATING'], ['CLUSTER', 'SETSLOT', '5', 'IMPORTING', 'x'], ['CLUSTER', 'SETSLOT', '5', 'STABLE', 'x', 'y'], ['CLUSTER', 'SETSLOT', '16384', 'STABLE'],
    ['CLUSTER', 'SETSLOT', '-1', 'NODE', 'ME'], ['CLUSTER', 'SETSLOT', '5', 'NODE', 'ME', 'x'], ['CLUSTER', 'SETSLOT', '', ''], ['CLUSTER', 'SET-CONFIG-EPOCH', '1', '2'],
  ])('%s %s %s', async (...words) => {
    const { compare } = await pair();
    expect(await compare(...words)).toEqual([]);
  });

  test(`draws of changes and views, one after the other (TEST_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const wrong: Difference[] = [];
    for (let round = 0; round < 8; round++) {
      const { ours, compare } = await pair();
      ours.resp = random.below(2) === 0 ? 2 : 3;
      await redis.call('HELLO', ours.resp);
      for (let step = 0; step < 60 && wrong.length === 0; step++) wrong.push(...(await compare(...draw(random))));
    }
    expect(wrong).toEqual([]);
  });

  test.each(['ip', 'hostname', 'unknown-endpoint'] as const)('the endpoint as %s', async (preferredEndpoint) => {
    const wrong: Difference[] = [];
    for (const hostname of ['', 'node.example']) {
      const announced = { ...address, ip: '10.1.2.3', port: 999, busPort: 1999, hostname };
      const { ours, compare } = await pair({ preferredEndpoint, address: announced });
      await redis.call(
        'CONFIG', 'SET', 'cluster-announce-ip', announced.ip, 'cluster-announce-port', '999', 'cluster-announce-bus-port', '1999',
        'cluster-announce-hostname', hostname, 'cluster-preferred-endpoint-type', preferredEndpoint,
      );
      wrong.push(...(await compare('CLUSTER', 'ADDSLOTS', '1', '2', '9')));
      for (const resp of [2, 3] as const) {
        ours.resp = resp;
        await redis.call('HELLO', resp);
        for (const view of ['SLOTS', 'SHARDS', 'NODES']) wrong.push(...(await compare('CLUSTER', view)));
      }
    }
    await redis.call(
      'CONFIG', 'SET', 'cluster-announce-ip', '', 'cluster-announce-port', '0', 'cluster-announce-bus-port', '0',
      'cluster-announce-hostname', '', 'cluster-preferred-endpoint-type', 'ip',
    );
    expect(wrong).toEqual([]);
  });

  test('INFO of a node that owns every slot', async () => {
    const { ours } = await pair();
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await ours.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const info = await until('redis-server says ok', async () => {
      const text = (await redis.callRaw('CLUSTER', 'INFO')).toString();
      return text.includes('cluster_state:ok') && text;
    });
    expect(await ours.call('CLUSTER', 'INFO')).toBe(info);
  });

  test('HELP, but for what only one of the two has', async () => {
    const { ours } = await pair();
    const expected = (await redis.callRaw('CLUSTER', 'HELP')).toString();
    const awaited = ['FAILOVER', 'REPLICATE'];
    const newer = ['MYSHARDID', 'SLOT-STATS', 'MIGRATESLOTS', 'GETSLOTMIGRATIONS', 'CANCELSLOTMIGRATIONS', 'MIGRATION'];
    expect(helpWithout(await ours.call('CLUSTER', 'HELP'), ...newer)).toEqual(helpWithout(expected, ...awaited));
  });
});

/** The lines of HELP without their count and without the entries of some subcommands, of two lines each. */
function helpWithout(reply: string, ...names: string[]): string[] {
  const lines = reply.split('\r\n').slice(1);
  return lines.filter((_, i) => !names.some((name) => lines[i]!.startsWith(`+${name}`) || lines[i - 1]?.startsWith(`+${name}`)));
}

/** A command with arguments near the edges of what is allowed. */
function draw(random: Random): string[] {
  const pick = (...words: string[]): string => words[random.below(words.length)]!;
  const slot = (): string => (random.below(12) === 0 ? pick('x', '-1', '16384', '', '01') : String(random.below(8)));
  const slots = (count: number): string[] => Array.from({ length: count }, slot);
  switch (random.below(14)) {
    case 0:
    case 1:
      return ['CLUSTER', pick('ADDSLOTS', 'DELSLOTS'), ...slots(1 + random.below(3))];
    case 2:
    case 3:
      return ['CLUSTER', pick('ADDSLOTSRANGE', 'DELSLOTSRANGE'), ...slots(2 + random.below(3))];
    case 4:
      return ['CLUSTER', 'BUMPEPOCH'];
    case 5:
      return ['CLUSTER', 'SET-CONFIG-EPOCH', pick('0', '1', '5', '-3', '18446744073709551616')];
    case 6:
      return ['CLUSTER', 'RESET', pick('SOFT', 'HARD', 'soft')];
    case 7:
      return ['CLUSTER', 'FLUSHSLOTS'];
    case 8:
    case 9:
      return ['CLUSTER', 'SETSLOT', slot(), ...pick('STABLE', 'NODE ME', 'MIGRATING ME', 'IMPORTING ME', `NODE ${idOf('0')}`, 'MIGRATING x', 'STABLE x', 'NODE').split(' ')];
    case 10:
      return ['CLUSTER', pick('REPLICAS', 'SLAVES', 'COUNT-FAILURE-REPORTS'), pick('ME', idOf('0'))];
    default:
      return ['CLUSTER', pick('NODES', 'SLOTS', 'SHARDS', 'INFO', 'NODES')];
  }
}
