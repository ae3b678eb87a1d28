/** INFO: which sections a request means, and that every figure comes from where it is counted. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Counter } from '../../../src/channel/shard-stats.ts';
import { Observer } from '../../../src/observe/observer.ts';
import { client, commandNames, FakeNode } from './fake-node.ts';

const nowMs = 1_700_000_100_000.25;
let node: FakeNode;
let observer: Observer;

beforeEach(() => {
  node = new FakeNode();
  observer = new Observer(node, commandNames, node.startedMs);
});

describe('sections', () => {
  it.each<[string[], string[]]>([
    [[], ['Server', 'Clients', 'Memory', 'Persistence', 'Stats', 'Replication', 'CPU', 'Modules', 'Errorstats', 'Cluster', 'Keyspace', 'Shards']],
    [['default'], titles().filter((title) => title !== 'Commandstats' && title !== 'Latencystats')],
    [['all'], titles()],
    [['EVERYTHING'], titles()],
    [['keyspace', 'Server'], ['Server', 'Keyspace']],
    [['server', 'server', 'nonsense'], ['Server']],
    [['default', 'commandstats'], titles().filter((title) => title !== 'Latencystats')],
    [['module_list'], ['Modules']],
    [['nonsense'], []],
  ])('of INFO %j', (wanted, expected) => {
    expect([...observer.info(wanted, nowMs).matchAll(/^# (\w+)\r$/gm)].map(([, title]) => title)).toEqual(expected);
  });

  it('are apart by an empty line, and lines end with CR LF', () => {
    expect(observer.info(['cluster', 'keyspace'], nowMs)).toBe('# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n');
  });
});

describe('figures', () => {
  it('of the node', () => {
    node.values.port = 7001;
    expect(fields('server')).toMatchObject({
      redis_version: '7.4.0', redis_mode: 'standalone', tcp_port: '7001', process_id: String(process.pid), server_time_usec: '1700000100000250',
      uptime_in_seconds: '100', uptime_in_days: '0', run_id: node.runId,
    });
  });

  it('of memory are sums over the shards', () => {
    node.shards[0]!.entryBytes = 100_000;
    node.shards[1]!.entryBytes = 60_000;
    node.values.maxmemory = 2 ** 20;
    expect(fields('memory')).toMatchObject({
      used_memory: '160256', used_memory_human: '156.50K', used_memory_peak: '160256', used_memory_startup: '256', used_memory_overhead: '256',
      used_memory_dataset: '160000', used_memory_dataset_perc: '100.00%', allocator_active: '196608', maxmemory: '1048576', maxmemory_human: '1.00M',
      mem_aof_buffer: '40',
    });
  });

  it('of memory remember the peak', () => {
    node.shards[0]!.entryBytes = 1_000_000;
    observer.sample(nowMs);
    node.shards[0]!.entryBytes = 0;
    expect(fields('memory')).toMatchObject({ used_memory: '256', used_memory_peak: '1000256', used_memory_peak_perc: '0.03%' });
  });

  it('of keys are sums by database, empty ones left out', () => {
    node.shards[0]!.keys = [3, 0];
    node.shards[1]!.keys = [4, 0];
    node.shards[1]!.volatile = [2, 0];
    expect(fields('keyspace')).toEqual({ db0: 'keys=7,expires=2' });
    node.shards[0]!.keys = [0, 1];
    expect(fields('keyspace')).toEqual({ db0: 'keys=4,expires=2', db1: 'keys=1,expires=0' });
  });

  it('of traffic are those of clients here and gone', () => {
    node.clients.push(client(10, 20), client(1, 2, 300, 400), client(9999, 9999, 0, 0, true));
    node.pool.stats[0]!.set(Counter.commandsProcessed, 5);
    node.pool.stats[1]!.set(Counter.commandsProcessed, 6);
    node.stats.set(Counter.commandsProcessed, 1);
    expect(fields('stats')).toMatchObject({
      total_connections_received: '7', total_commands_processed: '12', total_net_input_bytes: '1011', total_net_output_bytes: '2022', rejected_connections: '5',
    });
    expect(fields('memory')).toMatchObject({ mem_clients_normal: '700' });
  });

  it('of the last moments come from the samples', () => {
    for (let i = 1; i <= 16; i++) {
      node.pool.stats[1]!.set(Counter.commandsProcessed, i * 50);
      node.clients[0] = client(i * 1024, i * 2048, 100 * i, 7);
      observer.sample(node.startedMs + i * 100);
    }
    expect(fields('stats')).toMatchObject({ instantaneous_ops_per_sec: '500' });
    const { instantaneous_input_kbps: input, instantaneous_output_kbps: output } = fields('stats');
    expect([Number(input), Number(output)].map(Math.round)).toEqual([11, 21]);
    expect(fields('clients', node.startedMs + 1600)).toMatchObject({ client_recent_max_input_buffer: '1600', client_recent_max_output_buffer: '7' });
    expect(fields('clients', node.startedMs + 60_000)).toMatchObject({ client_recent_max_input_buffer: '0' });
  });

  it('of commands add up over threads and over the hidden parts of a command', () => {
    node.pool.stats[0]!.countCalls(0, 3, 30);
    node.pool.stats[1]!.countCalls(0, 1, 10.4);
    node.stats.countCalls(4, 1, 5);
    node.stats.countFailed(4);
    node.stats.countRejected(3);
    node.stats.countCalls(5, 1, 1);
    node.pool.stats[0]!.countCalls(6, 1, 2);
    expect(fields('commandstats')).toEqual({
      cmdstat_get: 'calls=4,usec=40,usec_per_call=10.10,rejected_calls=0,failed_calls=0',
      'cmdstat_config|get': 'calls=1,usec=5,usec_per_call=5.00,rejected_calls=0,failed_calls=1',
      cmdstat_debug: 'calls=2,usec=3,usec_per_call=1.50,rejected_calls=1,failed_calls=0',
    });
  });

  it('of errors are counted by prefix, in order', () => {
    node.pool.stats[0]!.countError('WRONGTYPE Operation against');
    node.pool.stats[1]!.countError('ERR syntax error');
    node.stats.countError('ERR unknown command');
    node.stats.countError('NOAUTH Authentication required.');
    expect(Object.entries(fields('errorstats'))).toEqual([
      ['errorstat_ERR', 'count=2'], ['errorstat_NOAUTH', 'count=1'], ['errorstat_WRONGTYPE', 'count=1'],
    ]);
    expect(fields('stats')).toMatchObject({ total_error_replies: '4' });
  });

  it('of latencies are percentiles of all threads, while they are tracked', () => {
    node.values['latency-tracking-info-percentiles'] = [50, 99.9];
    node.pool.stats[0]!.countLatency(0, 3.5, 900);
    node.pool.stats[1]!.countLatency(0, 900, 99);
    node.stats.countLatency(0, 60_000, 1);
    expect(fields('latencystats')).toEqual({ latency_percentiles_usec_get: 'p50=4.000,p99.9=1024.000' });
    node.values['latency-tracking'] = false;
    expect(fields('latencystats')).toEqual({});
  });

  it('of shards stand a line each, with the door', () => {
    node.shards[1]!.keys = [3, 2];
    node.pool.stats[1]!.set(Counter.gcPauseMaxMs, 1.5);
    node.pool.stats[1]!.set(Counter.heapUsedBytes, 77);
    node.pool.stats[1]!.set(Counter.leases, 4);
    const { shard1, door } = fields('shards');
    expect(pairs(shard1!)).toMatchObject({
      keys: '5', used_bytes: '128', leases: '4', heap_used_bytes: '77', gc_pause_max_ms: '1.500', request_ring_bytes: '64', reply_ring_bytes: '32',
    });
    expect(Number(pairs(door!)['heap_used_bytes'])).toBeGreaterThan(1e6);
    expect(Object.keys(fields('shards'))).toEqual(['shard0', 'shard1', 'door']);
  });

  it('of the logs tell a failing write', () => {
    node.values.appendonly = true;
    node.logControl.setError(28);
    expect(fields('persistence')).toEqual({ loading: '0', aof_enabled: '1', aof_last_write_status: 'err' });
  });
});

describe('CONFIG RESETSTAT', () => {
  it('begins all counts anew, of clients that stay as well', () => {
    node.clients.push(client(10, 20));
    node.pool.stats[0]!.countCalls(0, 3, 30);
    node.stats.countError('ERR x');
    node.pool.stats[0]!.set(Counter.commandsProcessed, 3);
    observer.sample(nowMs);
    observer.reset(nowMs + 100);
    node.clients[0] = client(15, 20);
    expect(fields('stats')).toMatchObject({
      total_connections_received: '0', total_commands_processed: '0', total_net_input_bytes: '5', total_net_output_bytes: '0',
      rejected_connections: '0', total_error_replies: '0', instantaneous_ops_per_sec: '0',
    });
    expect(fields('commandstats')).toEqual({});
  });
});

function titles(): string[] {
  return [
    'Server', 'Clients', 'Memory', 'Persistence', 'Stats', 'Replication', 'CPU', 'Modules', 'Commandstats', 'Errorstats', 'Latencystats',
    'Cluster', 'Keyspace', 'Shards',
  ];
}

function fields(section: string, atMs = nowMs): Record<string, string> {
  const lines = observer.info([section], atMs).split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function pairs(line: string): Record<string, string> {
  return Object.fromEntries(line.split(',').map((pair) => pair.split('=') as [string, string]));
}
