/** The CLUSTER commands as bytes. What redis-server answers to the same is in cluster-commands-redis.test.ts. */
import { describe, expect, test } from 'vitest';
import { clusterInfoText } from '../../../src/cluster/cluster-info.ts';
import { NodeFlag } from '../../../src/cluster/node-info.ts';
import { parseNodesConf } from '../../../src/cluster/nodes-conf.ts';
import { ClusterClient, address, idOf, me, myShard, other, owning, owningAll, settings, stateWith, third } from './support.ts';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const disabled = '-ERR This instance has cluster support disabled\r\n';

describe('without cluster-enabled', () => {
  test.each([['ASKING'], ['READONLY'], ['READWRITE'], ['CLUSTER', 'INFO'], ['CLUSTER', 'HELP'], ['CLUSTER', 'RESET', 'a', 'b'], ['CLUSTER', 'KEYSLOT', 'x']])(
    '%s %s refuses',
    async (...words) => expect(await new ClusterClient(undefined).call(...words)).toBe(disabled),
  );
});

describe('subcommands that need replication', () => {
  test.each(['REPLICATE', 'FAILOVER'])('%s is unknown', async (name) => {
    expect(await ClusterClient.of(stateWith()).call('CLUSTER', name, 'x')).toBe(`-ERR unknown subcommand '${name}'. Try CLUSTER HELP.\r\n`);
  });
});

describe('the session', () => {
  test('ASKING, READONLY and READWRITE set its marks', async () => {
    const client = ClusterClient.of(stateWith());
    expect(await client.call('ASKING')).toBe('+OK\r\n');
    expect(await client.call('READONLY')).toBe('+OK\r\n');
    expect(client.session).toMatchObject({ asking: true, readonlyMode: true });
    expect(await client.call('READWRITE')).toBe('+OK\r\n');
    expect(client.session).toMatchObject({ asking: true, readonlyMode: false });
  });
});

describe('names', () => {
  test('MYID, MYSHARDID and KEYSLOT', async () => {
    const client = ClusterClient.of(stateWith());
    expect(await client.call('CLUSTER', 'MYID')).toBe(bulk(me));
    expect(await client.call('cluster', 'myshardid')).toBe(bulk(myShard));
    expect(await client.call('CLUSTER', 'KEYSLOT', 'a{foo}\xff')).toBe(':12182\r\n');
  });
});

describe('keys in slots', () => {
  test('COUNTKEYSINSLOT asks the server', async () => {
    const client = ClusterClient.of(stateWith());
    client.host.keysBySlot.set(7, 3);
    expect(await client.call('CLUSTER', 'COUNTKEYSINSLOT', '7')).toBe(':3\r\n');
    expect(await client.call('CLUSTER', 'COUNTKEYSINSLOT', '16384')).toBe('-ERR Invalid slot\r\n');
    expect(await client.call('CLUSTER', 'COUNTKEYSINSLOT', '9223372036854775807')).toBe('-ERR Invalid slot\r\n');
    expect(await client.call('CLUSTER', 'COUNTKEYSINSLOT', '-1')).toBe('-ERR Invalid slot\r\n');
    expect(await client.call('CLUSTER', 'COUNTKEYSINSLOT', '1x')).toBe('-ERR value is not an integer or out of range\r\n');
  });

  test('FLUSHSLOTS, RESET and SETSLOT respect them', async () => {
    const client = ClusterClient.of(owning(stateWith({ id: other }), { 7: me }));
    client.host.keysBySlot.set(7, 3);
    expect(await client.call('CLUSTER', 'FLUSHSLOTS')).toBe('-ERR DB must be empty to perform CLUSTER FLUSHSLOTS.\r\n');
    expect(await client.call('CLUSTER', 'RESET')).toBe("-ERR CLUSTER RESET can't be called with master nodes containing keys\r\n");
    expect(await client.call('CLUSTER', 'SETSLOT', '7', 'NODE', other)).toMatch(/^-ERR Can't assign hashslot 7 /);
  });
});

describe('changes', () => {
  test('are saved before they are seen, each once, and tell those who listen', async () => {
    const client = ClusterClient.of(stateWith());
    const tables: unknown[] = [];
    client.node!.onChange((table) => {
      expect(client.host.saved.length).toBe(tables.length + 1);
      tables.push(table);
    });
    expect(await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('+OK\r\n');
    expect(await client.call('CLUSTER', 'BUMPEPOCH')).toBe('+BUMPED 1\r\n');
    expect(await client.call('CLUSTER', 'BUMPEPOCH')).toBe('+STILL 1\r\n');
    expect(tables).toHaveLength(2);
    expect(tables[1]).toBe(client.node!.table);
    expect(parseNodesConf(client.host.saved[1]!, 0, myShard)).toEqual(client.node!.state);
    expect(client.node!.table.situations.every((byte) => byte === 0)).toBe(true);
  });

  test('that cannot be saved never were', async () => {
    const client = ClusterClient.of(stateWith());
    const before = client.node!.table;
    client.host.saveError = Object.assign(new Error('ENOSPC: ...'), { errno: -28 });
    const failure = '-ERR error saving the cluster node config: No space left on device\r\n';
    expect(await client.call('CLUSTER', 'ADDSLOTS', '1')).toBe(failure);
    expect(await client.call('CLUSTER', 'BUMPEPOCH')).toBe(failure);
    expect(await client.call('CLUSTER', 'SAVECONFIG')).toBe(failure);
    expect(await client.call('CLUSTER', 'RESET', 'HARD')).toBe(failure);
    expect(client.node!.table).toBe(before);
    client.host.saveError = undefined;
    expect(await client.call('CLUSTER', 'SAVECONFIG')).toBe('+OK\r\n');
  });

  test('RESET of a replica drops its keys, once the reset is saved', async () => {
    const client = ClusterClient.of(stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: other }, { id: other }));
    client.host.keysBySlot.set(7, 3);
    client.host.saveError = new Error('no');
    expect(await client.call('CLUSTER', 'RESET')).toBe('-ERR error saving the cluster node config: no\r\n');
    expect(client.host.keyCount()).toBe(3);
    client.host.saveError = undefined;
    expect(await client.call('CLUSTER', 'RESET')).toBe('+OK\r\n');
    expect(client.host.keyCount()).toBe(0);
    expect(client.node!.myself).toMatchObject({ primaryId: '', flags: NodeFlag.myself | NodeFlag.primary });
  });

  test('RESET HARD takes new ids', async () => {
    const client = ClusterClient.of(stateWith({ id: other }));
    expect(await client.call('CLUSTER', 'RESET', 'hard')).toBe('+OK\r\n');
    expect(client.node!.myself.id).not.toBe(me);
    expect(client.node!.myself.shardId).not.toBe(myShard);
    expect(client.node!.state.nodes.size).toBe(1);
  });

  test('a start with keys claims their slots', () => {
    const client = ClusterClient.of(owning(stateWith({ id: other }), { 6: other }));
    client.host.keysBySlot.set(6, 1).set(7, 3);
    expect(client.node!.claimSlotsWithKeys()).toBeUndefined();
    expect(client.node!.state.owners[7]).toBe(me);
    expect(client.node!.state.importingFrom).toEqual(new Map([[6, other]]));
  });
});

describe('settings', () => {
  test('full coverage decides anew whether the cluster is up', async () => {
    const client = ClusterClient.of(owning(owningAll(stateWith()), { 5: '' }));
    expect(client.node!.table.health.up).toBe(false);
    expect(client.node!.configure({ ...settings, requireFullCoverage: false })).toBeUndefined();
    expect(client.node!.table.health.up).toBe(true);
    expect(client.node!.table.situations[0]).toBe(0);
  });

  test('an announced address replaces ours; one that is withdrawn leaves none', () => {
    const { node } = ClusterClient.of(stateWith());
    node!.configure({ ...settings, address: { ...address, ip: '10.9.9.9', port: 6379 } });
    expect(node!.myself).toMatchObject({ ip: '10.9.9.9', port: 6379 });
    node!.configure(settings);
    expect(node!.myself).toMatchObject({ ip: '', port: 7001 });
  });

  test('an address that others told stays while none is announced', () => {
    const { node } = ClusterClient.of(stateWith({ id: me, ip: '10.1.1.1' }));
    node!.configure({ ...settings, allowReadsWhenDown: true });
    expect(node!.myself.ip).toBe('10.1.1.1');
  });
});

describe('redirects', () => {
  const state = {
    ...owning(stateWith({ id: other, ip: '10.0.0.2', port: 7002, tlsPort: 7443, hostname: 'b.example' }, { id: third, ip: '10.0.0.3', tlsPort: 7444 }), { 1: other, 2: third, 3: me }),
    migratingTo: new Map([[3, other]]),
  };

  test.each<['ip' | 'hostname' | 'unknown-endpoint', readonly string[]]>([
    ['ip', ['10.0.0.2:7002', '10.0.0.2:7443', '10.0.0.3:7444', '10.0.0.2:7002']],
    ['hostname', ['b.example:7002', 'b.example:7443', '?:7444', 'b.example:7002']],
    ['unknown-endpoint', [':7002', ':7443', ':7444', ':7002']],
  ])('name the %s', (preferredEndpoint, expected) => {
    const node = ClusterClient.of(state, { preferredEndpoint }).node!;
    const endpoints = [node.redirectEndpoint('moved', 1, false), node.redirectEndpoint('moved', 1, true), node.redirectEndpoint('moved', 2, false), node.redirectEndpoint('ask', 3, false)];
    expect(endpoints).toEqual(expected);
  });

  test.each<['ip' | 'hostname' | 'unknown-endpoint', string, string]>([
    ['ip', '192.0.2.2', '2001:db8::2'], ['hostname', 'b.example', 'b.example'], ['unknown-endpoint', '', ''],
  ])('with addresses for clients, all views name the %s', async (preferredEndpoint, overIpv4, overIpv6) => {
    const addressed = stateWith({ id: other, ip: '10.0.0.2', port: 7002, busPort: 17002, hostname: 'b.example', clientIpv4: '192.0.2.2', clientIpv6: '2001:db8::2' });
    const client = ClusterClient.of(owning(addressed, { 1: other }), { preferredEndpoint });
    for (const [isIpv6, ip, endpoint] of [[false, '192.0.2.2', overIpv4], [true, '2001:db8::2', overIpv6]] as const) {
      client.session.connection.isIpv6 = isIpv6;
      expect(client.node!.redirectEndpoint('moved', 1, false, isIpv6)).toBe(`${endpoint}:7002`);
      expect(await client.call('CLUSTER', 'NODES')).toContain(`${other} ${ip}:7002@17002,b.example master`);
      const slots = await client.call('CLUSTER', 'SLOTS');
      expect(slots).toContain(preferredEndpoint === 'unknown-endpoint' ? `$-1\r\n:7002\r\n` : `${bulk(endpoint)}:7002\r\n`);
      expect(slots).toContain(bulk(ip));
      expect(await client.call('CLUSTER', 'SHARDS')).toContain(`${bulk('ip')}${bulk(ip)}${bulk('endpoint')}${bulk(endpoint)}`);
    }
  });

  test('with ports for clients, all views name them', async () => {
    const ports = { port: 7002, tlsPort: 7443, busPort: 17002, clientTcpPort: 30_002, clientTlsPort: 30_443 };
    const client = ClusterClient.of(owning(stateWith({ id: other, ip: '10.0.0.2', ...ports }, { id: third, ip: '10.0.0.3', clientTlsPort: 30_444 }), { 1: other, 2: third }));
    for (const [kind, port] of [['tcp', 30_002], ['tls', 30_443]] as const) {
      client.session.connection.kind = kind;
      expect(client.node!.redirectEndpoint('moved', 1, kind === 'tls')).toBe(`10.0.0.2:${port}`);
      expect(client.node!.redirectEndpoint('moved', 2, kind === 'tls')).toBe('10.0.0.3:30444');
      expect(await client.call('CLUSTER', 'NODES')).toContain(`${other} 10.0.0.2:${port}@17002 master`);
      expect(await client.call('CLUSTER', 'SLOTS')).toContain(`${bulk('10.0.0.2')}:${port}\r\n${bulk(other)}`);
      expect(await client.call('CLUSTER', 'SHARDS')).toContain(`${bulk('port')}:30002\r\n${bulk('tls-port')}:30443\r\n`);
    }
  });

  test('name nobody for a slot without owner or target', () => {
    const node = ClusterClient.of(state).node!;
    expect([node.redirectEndpoint('moved', 9, false), node.redirectEndpoint('ask', 1, false)]).toEqual(['', '']);
  });
});

describe('views', () => {
  const state = owning(
    stateWith(
      { id: me, ip: '10.0.0.1', port: 7001, configEpoch: 1n },
      { id: other, ip: '10.0.0.2', port: 7002, tlsPort: 7443, busPort: 17002, hostname: 'b', configEpoch: 2n, linked: true, pongReceivedMs: 9 },
      { id: third, ip: '10.0.0.3', port: 7003, busPort: 17003, flags: NodeFlag.replica, primaryId: other, replicationOffset: 40 },
      { id: idOf('d'), ip: '10.0.0.4', port: 7004, flags: NodeFlag.replica, primaryId: other },
      { id: idOf('e'), ip: '10.0.0.5', port: 7005, flags: NodeFlag.replica | NodeFlag.failed, primaryId: other, replicationOffset: 30 },
    ),
    { 0: me, 1: me, 2: other, 4: me },
  );

  test('NODES shows addresses for the kind of connection', async () => {
    const client = ClusterClient.of(state);
    expect(await client.call('CLUSTER', 'NODES')).toContain(`${other} 10.0.0.2:7002@17002,b master - 0 9 2 connected 2\n`);
    client.session.connection.kind = 'tls';
    expect(await client.call('CLUSTER', 'NODES')).toContain(`${other} 10.0.0.2:7443@17002,b master `);
  });

  test('REPLICAS lists those of a primary', async () => {
    const client = ClusterClient.of(state);
    const replicas = await client.call('CLUSTER', 'REPLICAS', other);
    expect(replicas).toMatch(/^\*3\r\n/);
    expect(replicas).toContain(`${third} 10.0.0.3:7003@17003 slave ${other} 0 0 2 disconnected\r\n`);
    expect(await client.call('CLUSTER', 'SLAVES', me)).toBe('*0\r\n');
    expect(await client.call('CLUSTER', 'REPLICAS', third)).toBe('-ERR The specified node is not a master\r\n');
  });

  test('SLOTS lists replicas that can serve only', async () => {
    const reply = await ClusterClient.of(state).call('CLUSTER', 'SLOTS');
    expect(reply).toMatch(/^\*3\r\n\*3\r\n:0\r\n:1\r\n/);
    expect(reply).toContain(`*4\r\n:2\r\n:2\r\n*4\r\n${bulk('10.0.0.2')}:7002\r\n${bulk(other)}*2\r\n${bulk('hostname')}${bulk('b')}*4\r\n${bulk('10.0.0.3')}:7003\r\n`);
    expect(reply).not.toContain(idOf('d'));
    expect(reply).not.toContain(idOf('e'));
  });

  test('SHARDS lists all nodes with their health', async () => {
    const client = ClusterClient.of(state);
    client.resp = 3;
    const reply = await client.call('CLUSTER', 'SHARDS');
    const node = (...fields: [string, string | number][]): string =>
      `%${fields.length}\r\n${fields.map(([name, value]) => bulk(name) + (typeof value === 'number' ? `:${value}\r\n` : bulk(value))).join('')}`;
    expect(reply).toBe(
      `*2\r\n%2\r\n${bulk('slots')}*4\r\n:0\r\n:1\r\n:4\r\n:4\r\n${bulk('nodes')}*1\r\n` +
        node(['id', me], ['port', 7001], ['ip', '10.0.0.1'], ['endpoint', '10.0.0.1'], ['role', 'master'], ['replication-offset', 0], ['health', 'online']) +
        `%2\r\n${bulk('slots')}*2\r\n:2\r\n:2\r\n${bulk('nodes')}*4\r\n` +
        node(['id', other], ['port', 7002], ['tls-port', 7443], ['ip', '10.0.0.2'], ['endpoint', '10.0.0.2'], ['hostname', 'b'], ['role', 'master'], ['replication-offset', 0], ['health', 'online']) +
        node(['id', third], ['port', 7003], ['ip', '10.0.0.3'], ['endpoint', '10.0.0.3'], ['role', 'replica'], ['replication-offset', 40], ['health', 'online']) +
        node(['id', idOf('d')], ['port', 7004], ['ip', '10.0.0.4'], ['endpoint', '10.0.0.4'], ['role', 'replica'], ['replication-offset', 0], ['health', 'loading']) +
        node(['id', idOf('e')], ['port', 7005], ['ip', '10.0.0.5'], ['endpoint', '10.0.0.5'], ['role', 'replica'], ['replication-offset', 30], ['health', 'fail']),
    );
  });

  test('INFO shows a replica its primary\'s epoch and the bus its messages', () => {
    const client = ClusterClient.of({ ...stateWith({ id: me, flags: NodeFlag.myself | NodeFlag.replica, primaryId: other }, { id: other, configEpoch: 7n }), currentEpoch: 8n });
    const counts = { sentByType: new Map([['ping', 3], ['meet', 1]]), receivedByType: new Map([['pong', 2]]), linksOverLimit: 5 };
    expect(clusterInfoText(client.node!.table, counts).split('\r\n').slice(7)).toEqual([
      'cluster_current_epoch:8',
      'cluster_my_epoch:7',
      'cluster_stats_messages_ping_sent:3',
      'cluster_stats_messages_meet_sent:1',
      'cluster_stats_messages_sent:4',
      'cluster_stats_messages_pong_received:2',
      'cluster_stats_messages_received:2',
      'total_cluster_links_buffer_limit_exceeded:5',
      '',
    ]);
  });
});
