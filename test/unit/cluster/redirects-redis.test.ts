/**
 * A small real cluster is the judge of the decision table and of the views: two primaries, a replica
 * of the first, a slot that is moving between the primaries and one that nobody owns. Our node reads
 * each real node's nodes.conf and must then answer as that node does.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keySlot } from '../../../src/base/crc16.ts';
import { parseNodesConf } from '../../../src/cluster/nodes-conf.ts';
import type { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { myself } from '../../../src/cluster/state.ts';
import { CommandFlag } from '../../../src/commands/command.ts';
import { SlotAnswer, SlotInput, decideSlot, slotErrorText, slotInputOf } from '../../../src/routing/slot-decision.ts';
import { claimPort } from '../../support/free-port.ts';
import { hasReference } from '../../support/redis-binary.ts';
import type { RespClient } from '../../support/resp-client.ts';
import { decodeReply } from '../../support/resp-reply.ts';
import type { Server } from '../../support/server.ts';
import { connect, startRedis } from '../../support/start-server.ts';
import { until } from '../../support/until.ts';
import { ClusterClient, myShard } from './support.ts';

interface Member {
  readonly server: Server;
  readonly client: RespClient;
  readonly id: string;
  readonly busPort: number;
}

/** first: 0-8191, second: 8192-16381, nobody: 16382 and 16383; replica: of first. */
const members = {} as Record<'first' | 'second' | 'replica', Member>;
type Name = keyof typeof members;

/** Slot 5061, on its way from first to second. `p` and `q` are on both, `x` and `y` on neither. */
const moving = { p: '{bar}p', q: '{bar}q', x: '{bar}x', y: '{bar}y' };
const present = new Set<string>([moving.p, moving.q]);
const movingSlot = slotOf('{bar}');
const orphan = Array.from({ length: 200_000 }, (_, i) => `k${i}`).find((key) => slotOf(key) === 16383)!;

function slotOf(key: string): number {
  return keySlot(Buffer.from(key), 0, Buffer.byteLength(key));
}

async function start(epoch: number): Promise<Member> {
  const busPort = await claimPort();
  const config = {
    'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-node-timeout': '1000', 'cluster-require-full-coverage': 'no',
    'cluster-replica-no-failover': 'yes', 'repl-diskless-sync-delay': '0',
  };
  const server = await startRedis({ config });
  const client = await connect(server);
  await client.call('CLUSTER', 'SET-CONFIG-EPOCH', epoch);
  return { server, client, id: String(await client.call('CLUSTER', 'MYID')), busPort };
}

async function everywhere(what: string, holds: (client: RespClient) => Promise<boolean>): Promise<void> {
  for (const { client } of Object.values(members)) await until(what, () => holds(client), 30_000);
}

const answers = async (client: RespClient, part: string, ...words: string[]): Promise<boolean> =>
  (await client.callRaw(...words)).toString('latin1').includes(part);

beforeAll(async () => {
  if (!hasReference()) return;
  Object.assign(members, { first: await start(1), second: await start(2), replica: await start(3) });
  const { first, second, replica } = members;
  await first.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 8191);
  await second.client.call('CLUSTER', 'ADDSLOTSRANGE', 8192, 16381);
  for (const { server, busPort } of [second, replica]) await first.client.call('CLUSTER', 'MEET', '127.0.0.1', server.address.port, busPort);
  await everywhere('all know each other', async (client) => {
    const lines = (await client.callRaw('CLUSTER', 'NODES')).toString().split('\n').filter((line) => line.includes('@'));
    return lines.length === 3 && lines.every((line) => !line.includes('handshake') && line.includes('127.0.0.1:'));
  });
  await replica.client.call('CLUSTER', 'REPLICATE', first.id);
  await until('the replica has synchronised', () => answers(replica.client, 'master_link_status:up', 'INFO', 'replication'), 30_000);
  await everywhere('the replica is known and the cluster up', async (client) =>
    (await answers(client, `slave,nofailover ${first.id}`, 'CLUSTER', 'NODES')) && (await answers(client, 'cluster_state:ok', 'CLUSTER', 'INFO')));
  for (const key of present) await first.client.call('SET', key, 1);
  await first.client.call('CLUSTER', 'SETSLOT', movingSlot, 'MIGRATING', second.id);
  await second.client.call('CLUSTER', 'SETSLOT', movingSlot, 'IMPORTING', first.id);
  for (const key of present) await second.client.pipeline([['ASKING'], ['SET', key, 1]]);
}, 120_000);

afterAll(async () => {
  for (const { client, server } of Object.values(members)) {
    client.close();
    await server.kill();
  }
});

/** Our node in the state that the real one has saved. */
async function readMember(name: Name, requireFullCoverage: boolean): Promise<ClusterClient> {
  const { client, server } = members[name];
  await client.call('CLUSTER', 'SAVECONFIG');
  const state = parseNodesConf(readFileSync(join(server.dir, 'nodes.conf'), 'latin1'), 0, myShard);
  const offsets = new Map((await shardNodes(client)).map((node) => [node.get('id'), Number(node.get('replication-offset'))]));
  const nodes = new Map([...state.nodes].map(([id, node]) => [id, { ...node, replicationOffset: offsets.get(id) ?? 0, linked: true }]));
  return ClusterClient.settled({ ...state, nodes }, { requireFullCoverage, address: myself(state) });
}

type NodeFields = ReadonlyMap<unknown, unknown>;

async function shardNodes(client: RespClient): Promise<NodeFields[]> {
  return shardsOf(await client.callRaw('CLUSTER', 'SHARDS')).flatMap((shard) => shard.nodes);
}

interface ShardFields {
  readonly slots: unknown;
  readonly nodes: readonly NodeFields[];
}

/** The reply of CLUSTER SHARDS, shards by their first node. */
function shardsOf(reply: Buffer | string): ShardFields[] {
  const shards = decodeReply(Buffer.from(reply as string, 'latin1')) as unknown[];
  const read = shards.map(fieldsOf).map((shard) => ({ slots: shard.get('slots'), nodes: (shard.get('nodes') as unknown[]).map(fieldsOf) }));
  return read.toSorted((a, b) => String(a.nodes[0]!.get('id')).localeCompare(String(b.nodes[0]!.get('id'))));
}

function fieldsOf(flat: unknown): NodeFields {
  const list = flat as unknown[];
  return new Map(list.flatMap((name, i) => (i % 2 === 0 ? [[text(name), text(list[i + 1])]] : [])));
}

/** Shards without what grows by the second. */
function withoutOffsets(reply: string): unknown {
  return shardsOf(reply).map(({ slots, nodes }) => ({ slots, nodes: nodes.map((node) => [...node].filter(([field]) => field !== 'replication-offset')) }));
}

function healthOf(reply: string | Buffer): unknown {
  return shardsOf(reply).flatMap(({ nodes }) => nodes.map((node) => [node.get('id'), node.get('role'), node.get('health')]));
}

/** The lines of CLUSTER INFO that do not count messages. */
function infoOf(reply: string): string[] {
  return reply.split('\r\n').slice(1).filter((line) => !line.includes('messages'));
}

/** A reply of CLUSTER REPLICAS without the times of its ping and pong. */
function withoutTimes(reply: string): string {
  return reply.replace(/ \d+ \d+ (\d+ connected)/, ' $1').replace(/\$\d+/, '');
}

function text(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
}

/** Lines in one order, without the times of pings and pongs. */
function nodeLinesOf(reply: string): string[] {
  const lines = reply.split('\r\n')[1]!.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/ \d+ \d+ (\d+ connected)/, ' $1')).toSorted();
}

interface Case {
  readonly asking: boolean;
  readonly readonlyMode: boolean;
  readonly write: boolean;
  readonly keys: readonly string[];
}

const keySets: readonly (readonly string[])[] = [
  ['mine'], ['mine', '{mine}2'], ['mine', 'mine'], ['foo'], ['foo', '{foo}2'], [orphan], [orphan, 'foo'], ['foo', orphan], ['foo', 'mine'], ['mine', 'foo'],
  [moving.p], [moving.x], [moving.p, moving.q], [moving.p, moving.x], [moving.x, moving.p], [moving.x, moving.y], [moving.x, moving.x],
  [moving.p, 'foo'], ['mine', moving.p], [moving.p, orphan],
];
const flags = [false, true];
const cases: readonly Case[] = keySets.flatMap((keys) =>
  flags.flatMap((asking) => flags.flatMap((readonlyMode) => flags.map((write) => ({ keys, asking, readonlyMode, write })))),
);

/** What our table says: an error's text, or 'served'. */
function decided(node: ClusterNode, command: Case): string {
  const slots = new Set(command.keys.map(slotOf));
  const slot = slotOf(command.keys[0]!);
  const distinct = new Set(command.keys);
  const keys = slots.size > 1 ? SlotInput.crossSlot : distinct.size > 1 ? SlotInput.manyKeys : SlotInput.oneKey;
  const input = keys | slotInputOf(command, command.write ? CommandFlag.write : 0, node.settings.allowReadsWhenDown, node.table.situations[slot]!);
  const presentCount = [...distinct].filter((key) => present.has(key)).length;
  const presence = presentCount === distinct.size ? SlotInput.allPresent : presentCount > 0 ? SlotInput.somePresent : SlotInput.nonePresent;
  const first = decideSlot(input);
  const answer = first === SlotAnswer.askShard ? decideSlot(input | presence) : first;
  if (answer === SlotAnswer.serve) return 'served';
  return slotErrorText(answer, slot, node.redirectEndpoint(answer === SlotAnswer.ask ? 'ask' : 'moved', slot, false));
}

/** What the real node answers, in the same words. A write that was served is undone where it made a key. */
async function answered({ client }: Member, command: Case): Promise<string> {
  await client.call(command.readonlyMode ? 'READONLY' : 'READWRITE');
  const words = command.write ? ['MSET', ...command.keys.flatMap((key) => [key, '1'])] : ['MGET', ...command.keys];
  const replies = await client.pipelineRaw([...(command.asking ? [['ASKING']] : []), words]);
  const reply = replies.at(-1)!.toString('latin1').trimEnd();
  const refused = /^-((?:MOVED|ASK|TRYAGAIN|CROSSSLOT|CLUSTERDOWN) .*)$/.exec(reply);
  if (refused !== null) return refused[1]!;
  const made = command.write ? command.keys.filter((key) => !present.has(key)) : [];
  for (const key of made) await client.pipeline([['ASKING'], ['DEL', key]]);
  return 'served';
}

/** The kinds of answers that were compared: the words of the errors without slots and addresses. */
const compared = new Set<string>();

async function wrongCases(name: Name, node: ClusterNode): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const command of cases) {
    const [ours, theirs] = [decided(node, command), await answered(members[name], command)];
    compared.add(theirs.replace(/ \d.*/, ''));
    if (ours !== theirs) wrong.push({ command, ours, theirs });
  }
  return wrong;
}

async function configure(...words: string[]): Promise<void> {
  for (const { client } of Object.values(members)) await client.call('CONFIG', 'SET', ...words);
}

describe.runIf(hasReference())('beside a real cluster', () => {
  test.each<Name>(['first', 'second', 'replica'])('the %s redirects as we do', async (name) => {
    expect(await wrongCases(name, (await readMember(name, false)).node!)).toEqual([]);
  });

  test.each<Name>(['first', 'second', 'replica'])('the %s lists nodes, slots and shards as we do', async (name) => {
    const { client } = members[name];
    const ours = await readMember(name, false);
    const call = async (...words: string[]): Promise<string> => (await client.callRaw(...words)).toString('latin1');
    expect(nodeLinesOf(await ours.call('CLUSTER', 'NODES'))).toEqual(nodeLinesOf(await call('CLUSTER', 'NODES')));
    expect(await ours.call('CLUSTER', 'SLOTS')).toBe(await call('CLUSTER', 'SLOTS'));
    expect(withoutOffsets(await ours.call('CLUSTER', 'SHARDS'))).toEqual(withoutOffsets(await call('CLUSTER', 'SHARDS')));
    expect(infoOf(await ours.call('CLUSTER', 'INFO'))).toEqual(infoOf(await call('CLUSTER', 'INFO')));
  });

  test('replicas are listed and named as we do', async () => {
    const { first, replica } = members;
    const ours = await readMember('first', false);
    for (const [command, id] of [['REPLICAS', first.id], ['SLAVES', members.second.id], ['REPLICAS', replica.id]] as const) {
      const expected = (await first.client.callRaw('CLUSTER', command, id)).toString('latin1');
      expect(withoutTimes(await ours.call('CLUSTER', command, id))).toBe(withoutTimes(expected));
    }
    expect(await ours.call('CLUSTER', 'SETSLOT', '1', 'MIGRATING', replica.id)).toBe(
      (await first.client.callRaw('CLUSTER', 'SETSLOT', '1', 'MIGRATING', replica.id)).toString(),
    );
    const onReplica = await readMember('replica', false);
    expect(await onReplica.call('CLUSTER', 'SETSLOT', '1', 'STABLE')).toBe((await replica.client.callRaw('CLUSTER', 'SETSLOT', '1', 'STABLE')).toString());
    expect(await onReplica.call('CLUSTER', 'SET-CONFIG-EPOCH', '5')).toBe((await replica.client.callRaw('CLUSTER', 'SET-CONFIG-EPOCH', '5')).toString());
  });

  test.each(['hostname', 'unknown-endpoint'] as const)('redirects name the %s as we do', async (preferredEndpoint) => {
    await configure('cluster-preferred-endpoint-type', preferredEndpoint);
    const state = (await readMember('first', false)).node!.state;
    const wrong = await wrongCases('first', ClusterClient.settled(state, { requireFullCoverage: false, preferredEndpoint }).node!);
    await configure('cluster-preferred-endpoint-type', 'ip');
    expect(wrong).toEqual([]);
  });

  test('while the cluster is down for want of slots', async () => {
    await configure('cluster-require-full-coverage', 'yes');
    // A change of slots makes every node judge again; the last slot still has no owner.
    await members.first.client.call('CLUSTER', 'ADDSLOTS', 16382);
    await everywhere('the cluster is down', (client) => answers(client, 'cluster_state:fail', 'CLUSTER', 'INFO'));
    for (const allowReadsWhenDown of flags) {
      await configure('cluster-allow-reads-when-down', allowReadsWhenDown ? 'yes' : 'no');
      for (const name of Object.keys(members) as Name[]) {
        const { state } = (await readMember(name, true)).node!;
        const node = ClusterClient.settled(state, { allowReadsWhenDown }).node!;
        expect(node.table.health.up).toBe(false);
        expect(await wrongCases(name, node)).toEqual([]);
      }
    }
  });

  test('every answer has been compared', () => {
    expect(compared).toEqual(
      new Set([
        'served', 'MOVED', 'ASK', 'TRYAGAIN Multiple keys request during rehashing of slot', "CROSSSLOT Keys in request don't hash to the same slot",
        'CLUSTERDOWN Hash slot not served', 'CLUSTERDOWN The cluster is down', 'CLUSTERDOWN The cluster is down and only accepts read commands',
      ]),
    );
  });

  test('a member that has failed', async () => {
    const { first, replica } = members;
    await replica.server.kill();
    await until('the replica is marked', () => answers(first.client, 'slave,fail,', 'CLUSTER', 'NODES'), 30_000);
    const ours = await readMember('first', true);
    expect(healthOf(await ours.call('CLUSTER', 'SHARDS'))).toEqual(healthOf(await first.client.callRaw('CLUSTER', 'SHARDS')));
    expect(await ours.call('CLUSTER', 'SLOTS')).toBe((await first.client.callRaw('CLUSTER', 'SLOTS')).toString());
  });
});
