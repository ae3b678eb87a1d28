/** Slots are given up only when no key is in them or on its way into them, though shards may be late. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keySlot } from '../../src/base/crc16.ts';
import type { RespClient } from '../support/resp-client.ts';
import { connect } from '../support/start-server.ts';
import { MixedCluster } from './mixed-cluster.ts';
import type { ClusterMember } from './mixed-cluster.ts';

const slot = keySlot(Buffer.from('k'), 0, 1);
const sleepS = 0.4;
let cluster: MixedCluster;
let node: ClusterMember;
let otherId: string;
let sleeper: RespClient;
let writer: RespClient;

beforeAll(async () => {
  cluster = await MixedCluster.start(['tessera', 'tessera']);
  const [first, second] = cluster.members as [ClusterMember, ClusterMember];
  node = first;
  otherId = await second.id();
  await node.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16383);
  await node.client.call('CLUSTER', 'MEET', '127.0.0.1', second.port, Number(second.options.config!['cluster-port']));
  await node.sees(second.port, /^master$/);
  await node.isUp();
  [sleeper, writer] = [await connect(node.server), await connect(node.server)];
}, 60_000);

beforeEach(async () => {
  await node.client.call('DEL', 'k');
});

afterAll(async () => {
  sleeper?.close();
  writer?.close();
  await cluster.stop();
});

/** All shards are busy for a while; what is sent now waits in their rings. */
async function sleep(): Promise<void> {
  sleeper.write(`DEBUG SLEEP ${sleepS}\r\n`);
  await node.client.call('PING');
}

test.each([
  ['FLUSHSLOTS', ['CLUSTER', 'FLUSHSLOTS'], '-ERR DB must be empty to perform CLUSTER FLUSHSLOTS.\r\n'],
  ['RESET', ['CLUSTER', 'RESET'], "-ERR CLUSTER RESET can't be called with master nodes containing keys\r\n"],
  ['SETSLOT NODE', ['CLUSTER', 'SETSLOT', String(slot), 'NODE', 'OTHER'], `-ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.\r\n`],
])('%s sees a write that no shard has executed yet', async (_, words, reply) => {
  await sleep();
  writer.write('SET k v\r\n');
  await node.client.call('PING');
  expect((await node.client.callRaw(...words.map((word) => (word === 'OTHER' ? otherId : word)))).toString()).toBe(reply);
  expect((await writer.readReply()).toString()).toBe('+OK\r\n');
  expect((await sleeper.readReply()).toString()).toBe('+OK\r\n');
  expect(String(await node.client.call('GET', 'k'))).toBe('v');
});

test('a write that comes while a slot is given away goes to its new owner', async () => {
  await sleep();
  const giving = node.client.callRaw('CLUSTER', 'SETSLOT', slot, 'NODE', otherId);
  const asking = await connect(node.server);
  await asking.call('PING');
  writer.write('SET k late\r\n');
  asking.write('GET k\r\n');
  expect((await giving).toString()).toBe('+OK\r\n');
  expect((await writer.readReply()).toString()).toBe(`-MOVED ${slot} 127.0.0.1:${cluster.members[1]!.port}\r\n`);
  expect((await sleeper.readReply()).toString()).toBe('+OK\r\n');
  expect(Number(await node.client.call('CLUSTER', 'COUNTKEYSINSLOT', slot))).toBe(0);
  asking.close();
});
