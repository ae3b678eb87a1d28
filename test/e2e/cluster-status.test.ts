/** What `tessera cluster status` finds out over each transport, and of other servers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewCluster } from '../../src/cli/cluster-view.ts';
import type { ClusterView } from '../../src/cli/cluster-view.ts';
import { collectCluster } from '../../src/cli/collect-cluster.ts';
import type { Access } from '../../src/cli/connect.ts';
import { MixedCluster } from '../cluster/mixed-cluster.ts';
import { certificates } from '../support/certificates.ts';
import { hasReference } from '../support/redis-binary.ts';
import type { Server } from '../support/server.ts';
import { connect, startTessera } from '../support/start-server.ts';
import { until } from '../support/until.ts';

type Address = Parameters<typeof collectCluster>[0][0]['address'];

async function look(address: Address, access: Access = {}): Promise<ClusterView> {
  return viewCluster(await collectCluster([{ address, access }]));
}

function tls(): NonNullable<Access['tls']> {
  const { caFile, clientCertFile, clientKeyFile } = certificates();
  return { insecure: false, certFile: clientCertFile, keyFile: clientKeyFile, caFile, serverName: 'localhost' };
}

describe('one node of Tessera', () => {
  let server: Server;

  beforeAll(async () => {
    server = await startTessera({ shards: 2, tls: true, unixSocket: true, config: { 'cluster-enabled': 'yes', 'tls-cluster': 'no' } });
    const client = await connect(server);
    await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 99, 200, 16_383);
    await client.call('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await until('the node is up', async () => (await client.callRaw('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    await client.call('SET', 'key', 'value');
    client.close();
  });
  afterAll(async () => {
    await server.stop();
  });

  test('is the same over TCP, TLS and a unix socket', async () => {
    const { host, port, tlsPort, unixSocket } = server.address;
    const views = [await look({ host, port }), await look({ host, port: tlsPort! }, { tls: tls() }), await look({ socketPath: unixSocket! })];
    for (const { nodes, problems, isWell, slotsWithoutNode } of views) {
      expect({ isWell, problems, slotsWithoutNode }).toEqual({ isWell: false, problems: ['no node has slots 100-199'], slotsWithoutNode: [{ start: 100, end: 199 }] });
      expect(nodes).toMatchObject([{ role: 'primary', state: 'ok', slotCount: 16_284, figures: { keys: 1, server: 'Tessera 0.1.0', processId: expect.any(Number) as number } }]);
      expect(nodes[0]!.figures!.shards!.map(({ keys }) => keys).toSorted()).toEqual([0, 1]);
    }
  });

  test('is not talked to when its certificate cannot be trusted', async () => {
    const { host, tlsPort } = server.address;
    const strict = { ...tls(), caFile: undefined };
    await expect(look({ host, port: tlsPort! }, { tls: strict })).rejects.toThrow(/^no answer from 127\.0\.0\.1:\d+: .*(certificate|self-signed)/);
    expect((await look({ host, port: tlsPort! }, { tls: { ...strict, insecure: true } })).nodes).toHaveLength(1);
  });
});

test('a node that is not there, and one that is in no cluster', async () => {
  const server = await startTessera({ shards: 1 });
  const { host, port } = server.address;
  await expect(look({ host, port })).rejects.toThrow(`no answer from 127.0.0.1:${port}: ERR This instance has cluster support disabled`);
  await server.stop();
  await expect(look({ host, port })).rejects.toThrow(`no answer from 127.0.0.1:${port}: Connection refused`);
});

test.skipIf(!hasReference())('redis-server beside Tessera, a replica, and a slot on the move', async () => {
  const cluster = await MixedCluster.start(['redis', 'tessera', 'redis', 'redis']);
  try {
    await cluster.create(3);
    const [first, second, , spare] = cluster.members as [typeof cluster.members[0], typeof cluster.members[0], unknown, typeof cluster.members[0]];
    await spare.client.call('CLUSTER', 'MEET', '127.0.0.1', first.port, Number(first.options.config!['cluster-port']));
    await until('the replica knows its primary', async () => (await spare.client.callRaw('CLUSTER', 'REPLICATE', await first.id())).includes('+OK'));
    await first.client.call('CLUSTER', 'SETSLOT', 100, 'MIGRATING', await second.id());
    await second.client.call('CLUSTER', 'SETSLOT', 100, 'IMPORTING', await first.id());
    await first.client.call('CLUSTER', 'SETSLOT', 101, 'MIGRATING', await second.id());

    const view = await until('all is well', async () => {
      const seen = await look({ host: '127.0.0.1', port: second.port });
      return seen.isWell && seen.nodes.some(({ role, primaryId }) => role === 'replica' && primaryId !== undefined) && seen;
    }, 30_000);
    expect(view.nodes.map(({ role, address }) => `${role} ${address}`)).toEqual([
      `primary 127.0.0.1:${first.port}`, `replica 127.0.0.1:${spare.port}`, `primary 127.0.0.1:${second.port}`, `primary 127.0.0.1:${cluster.members[2]!.port}`,
    ]);
    expect(view.nodes.map(({ figures }) => [figures?.server, figures?.shards !== undefined])).toEqual([
      ['redis 7.0.15', false], ['redis 7.0.15', false], ['Tessera 0.1.0', true], ['redis 7.0.15', false],
    ]);
    const [from, to] = [first, second].map(({ port }) => `127.0.0.1:${port}`);
    expect(view.moves).toEqual([
      { slots: [{ start: 100, end: 100 }], from, to, stage: 'key by key' }, { slots: [{ start: 101, end: 101 }], from, to, stage: 'open at the source only' },
    ]);
  } finally {
    await cluster.stop();
  }
});
