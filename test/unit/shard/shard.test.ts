import { describe, expect, it } from 'vitest';
import { Setting } from '../../../src/channel/control.ts';
import { RequestFlag } from '../../../src/channel/records.ts';
import { Counter } from '../../../src/channel/shard-stats.ts';
import { rows } from '../../../src/commands/table.ts';
import { ShardRig } from './shard-rig.ts';

const idOf = (name: string): number => rows.findIndex((row) => row.name === name);

describe('Shard', () => {
  it('has nothing to do without requests', () => {
    const rig = new ShardRig();
    expect(rig.shard.hasWork).toBe(false);
    expect(rig.shard.drain()).toBe(false);
  });

  it('answers a run of commands with one record, in their order', () => {
    const rig = new ShardRig();
    rig.request(['SET a 1', 'GET a', 'GET b', 'DEL a', 'EXISTS a'], { connection: 3, run: 9 });
    expect(rig.shard.drain()).toBe(true);
    expect(rig.take()).toEqual([
      { connection: 3, run: 9, text: '+OK\r\n$1\r\n1\r\n$-1\r\n:1\r\n:0\r\n', wrote: false, commands: 5 },
    ]);
  });

  it('drains all runs that are there as one batch', () => {
    const rig = new ShardRig();
    for (let i = 0; i < 100; i++) rig.request([`SET key:${i} ${i}`], { connection: i, run: i });
    rig.shard.drain();
    expect(rig.take().map(({ connection }) => connection)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(rig.stats.get(Counter.batches)).toBe(1);
    expect(rig.stats.get(Counter.commandsProcessed)).toBe(100);
    expect(rig.keyspace.keyCount(0)).toBe(100);
  });

  it('keeps databases and protocol versions of runs apart', () => {
    const rig = new ShardRig();
    rig.request(['SET a zero'], { db: 0 });
    rig.request(['SET a five'], { db: 5 });
    rig.request(['GET a', 'GET none'], { db: 0, resp: 3 });
    rig.request(['GET a'], { db: 5 });
    rig.shard.drain();
    expect(rig.take().map(({ text }) => text)).toEqual(['+OK\r\n', '+OK\r\n', '$4\r\nzero\r\n_\r\n', '$4\r\nfive\r\n']);
  });

  it('executes silent runs and answers them with nothing', () => {
    const rig = new ShardRig();
    rig.request(['SET a 1', 'GET a'], { flags: RequestFlag.silent });
    rig.request(['GET a']);
    rig.shard.drain();
    expect(rig.take().map(({ text }) => text)).toEqual(['', '$1\r\n1\r\n']);
  });

  it('frees what waits for it before it says that memory is full', () => {
    const rig = new ShardRig();
    const members = Array.from({ length: 200 }, (_, i) => `member:${i}`).join(' ');
    rig.request([`SADD large ${members}`]);
    rig.shard.drain();
    rig.take();
    const { arena, unlinked } = rig.keyspace;
    const { tryAlloc } = arena;
    let isFull = (): boolean => unlinked.hasAny;
    arena.tryAlloc = (bytes, purpose) => (isFull() ? 0 : tryAlloc.call(arena, bytes, purpose));
    rig.request(['DEL large', 'SET a 1', 'GET a']);
    rig.shard.drain();
    expect(rig.take().map(({ text }) => text)).toEqual([':1\r\n+OK\r\n$1\r\n1\r\n']);
    isFull = () => true;
    rig.request(['SET b 1', 'GET b']);
    rig.shard.drain();
    expect(rig.take().map(({ text }) => text)).toEqual(["-OOM command not allowed when used memory > 'maxmemory'.\r\n$-1\r\n"]);
  });

  it('streams a reply that is larger than a record in parts that make up the whole', () => {
    const rig = new ShardRig();
    const value = 'x'.repeat(60_000);
    rig.request([`SET a ${value}`]);
    rig.request(Array.from({ length: 8 }, () => 'GET a'), { run: 1 });
    rig.shard.drain();
    const [, ...parts] = rig.take();
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ text }) => text).join('')).toBe(`$60000\r\n${value}\r\n`.repeat(8));
  });

  const ten = '0 1 2 3 4 5 6 7 8 9';

  it.each([
    ['LRANGE', ['RPUSH key 0 1 2 3 4 5 6 7 8 9'], 'LRANGE key 0 -1', 10],
    ['LRANGE of a part', [`RPUSH key ${ten} ${ten}`], 'LRANGE key -5 30', 5],
    ['LRANGE of nothing', [`RPUSH key ${ten}`], 'LRANGE key 5 3', 0],
    ['SMEMBERS', [`SADD key ${ten}`], 'SMEMBERS key', 10],
    ['HGETALL', ['HSET key a 1 b 2'], 'HGETALL key', 2],
    ['HKEYS', ['HSET key a 1 b 2'], 'HKEYS key', 2],
    ['ZRANGE', ['ZADD key 1 a 2 b 3 c'], 'ZRANGE key 1 1', 1],
    ['ZRANGE by scores', ['ZADD key 1 a 2 b 3 c'], 'ZRANGE key 1 1 BYSCORE', 3],
    ['ZRANGEBYSCORE', ['ZADD key 1 a 2 b 3 c'], 'ZRANGEBYSCORE key 1 1', 3],
    ['a key of another type', ['SET key 1'], 'HGETALL key', 0],
    ['no key', [], 'SMEMBERS key', 0],
  ] as [string, string[], string, number][])('leaves a run that reads more elements than it may for later: %s', (_, before, read, elements) => {
    const rig = new ShardRig();
    rig.request(before);
    rig.shard.drain();
    rig.take();
    rig.request(['GET other']);
    rig.request(['GET other', read]);
    rig.request(['GET last']);
    rig.shard.drain(elements);
    expect(rig.take().length).toBe(3);
    for (let i = 0; i < 3; i++) rig.request([read]);
    if (elements === 0) return;
    rig.shard.drain(elements * 2);
    expect([rig.take().length, rig.shard.hasWork]).toEqual([2, true]);
    rig.shard.drain();
    expect([rig.take().length, rig.shard.hasWork]).toEqual([1, false]);
  });

  it('marks replies whose commands have left effects, and only those', () => {
    const rig = new ShardRig(true);
    rig.request(['SET a 1']);
    rig.request(['GET a']);
    rig.shard.drain();
    expect(rig.take().map(({ wrote }) => wrote)).toEqual([true, false]);
    expect(rig.log.written).toBeGreaterThan(0);
  });

  it('refuses what may grow memory above maxmemory, and nothing else', () => {
    const rig = new ShardRig();
    rig.request(['SET a 1']);
    rig.shard.drain();
    rig.control.settings[Setting.maxmemory] = 1;
    rig.request(['SET b 1', 'GET a', 'DEL a']);
    rig.shard.drain();
    const [, { text }] = rig.take() as [unknown, { text: string }];
    expect(text).toBe("-OOM command not allowed when used memory > 'maxmemory'.\r\n$1\r\n1\r\n:1\r\n");
    expect(rig.stats.calls(idOf('set')).rejected).toBe(1);
  });

  it('counts calls of each command of a mixed run', () => {
    const rig = new ShardRig();
    rig.request(['SET a 1', 'GET a', 'GET a', 'MGET a b', 'GET a']);
    rig.shard.drain();
    expect(rig.stats.calls(idOf('get')).calls).toBe(3);
    expect(rig.stats.calls(idOf('set')).calls).toBe(1);
    expect(rig.stats.calls(idOf('mget')).calls).toBe(1);
    expect(rig.stats.get(Counter.keyspaceHits)).toBe(4);
    expect(rig.stats.get(Counter.keyspaceMisses)).toBe(1);
  });

  it('reports a command as slow by the threshold', () => {
    const rig = new ShardRig();
    rig.control.settings[Setting.slowerThanUs] = 0;
    rig.request(['MGET a b']);
    rig.shard.drain();
    expect(rig.slow.map(({ id }) => id)).toEqual([idOf('mget')]);
  });
});
