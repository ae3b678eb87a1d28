import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../src/cli/node-figures.ts';
import { parseInfo, parseMigrations, parseNodeLines } from '../../../src/cli/replies.ts';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];

describe('CLUSTER NODES', () => {
  it('is read with addresses of each form', () => {
    const text = [
      `${a} 127.0.0.1:7000@17000 myself,master - 0 0 3 connected 0-5460 7000 [100->-${b}] [101-<-${b}]`,
      `${b} ::1:7001@17001,host.example.com,shard-id=${a} slave,fail ${a} 1 2 3 disconnected`,
      `${b} :0@0 handshake - 0 0 0 disconnected`,
      'vars currentEpoch 3 lastVoteEpoch 0', '',
    ].join('\n');
    expect(parseNodeLines(text)).toEqual([
      {
        id: a, host: '127.0.0.1', port: 7000, flags: ['myself', 'master'], primaryId: undefined, epoch: 3, slots: [{ start: 0, end: 5460 }, { start: 7000, end: 7000 }],
        open: [{ slot: 100, direction: 'to', nodeId: b }, { slot: 101, direction: 'from', nodeId: b }],
      },
      { id: b, host: '::1', port: 7001, flags: ['slave', 'fail'], primaryId: a, epoch: 3, slots: [], open: [] },
      { id: b, host: '', port: 0, flags: ['handshake'], primaryId: undefined, epoch: 0, slots: [], open: [] },
    ]);
  });
});

describe('CLUSTER GETSLOTMIGRATIONS', () => {
  it('is read without what is over', () => {
    const job = (name: string, state: string) => ['name', name, 'operation', 'EXPORT', 'slot_ranges', '0-99 200', 'target_node', b, 'source_node', a, 'create_time', 1, 'state', state, 'message', '', 'cow_size', 0];
    expect(parseMigrations([job('one', 'replicating'), job('two', 'success'), job('three', 'failed'), job('four', 'cancelled')])).toEqual([
      { name: 'one', ranges: [{ start: 0, end: 99 }, { start: 200, end: 200 }], sourceId: a, targetId: b, state: 'replicating' },
    ]);
    expect(parseMigrations(null)).toEqual([]);
  });
});

describe('INFO', () => {
  it('gives the figures of a node', () => {
    const info = parseInfo([
      '# Server', 'redis_version:7.4.0', 'tessera_version:0.1.0', 'process_id:7', 'uptime_in_seconds:60', 'config_file:/with:colon', '', 'connected_clients:3', 'used_memory:1024',
      'maxmemory:0', 'instantaneous_ops_per_sec:9', 'loading:1', 'db0:keys=3,expires=1,avg_ttl=0', 'db9:keys=4,expires=0',
      'shard0:keys=7,expires=1,used_bytes=512,ops_per_sec=9', 'shard1:keys=0,expires=0,used_bytes=256,ops_per_sec=0',
    ].join('\r\n'));
    expect(info.get('config_file')).toBe('/with:colon');
    expect(figuresOf(info)).toEqual({
      server: 'Tessera 0.1.0', processId: 7, uptimeS: 60, keys: 7, usedBytes: 1024, maxBytes: 0, opsPerSecond: 9, clients: 2, isLoading: true,
      shards: [{ keys: 7, usedBytes: 512, opsPerSecond: 9 }, { keys: 0, usedBytes: 256, opsPerSecond: 0 }],
    });
  });

  it.each([['valkey_version:9.0.0', 'valkey 9.0.0'], ['redis_version:7.0.15', 'redis 7.0.15'], ['', 'unknown']])('with %s is of %s', (field, server) => {
    const figures = figuresOf(parseInfo(field));
    expect(figures.server).toBe(server);
    expect(figures).not.toHaveProperty('shards');
  });
});
