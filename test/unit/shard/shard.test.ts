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
