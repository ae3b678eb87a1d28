import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aof } from './aof-text.ts';
import { FaultyFiles } from './faulty-files.ts';
import { createGeneration, incrementPath } from './log-rig.ts';
import { ModelShard, allKeys, slotOf, startNode } from './model-node.ts';

/** One command of a history: the effects, each on one key, and whether they are one transaction. */
interface Step {
  readonly effects: readonly { readonly db: number; readonly words: readonly string[] }[];
  readonly shared: boolean;
}

const shardCount = 3;
const keys = Array.from({ length: 12 }, (_, i) => `key-${i}`);
const shardOf = (key: string): number => slotOf(key) % shardCount;

const effect = fc.record({
  db: fc.integer({ min: 0, max: 1 }),
  words: fc.oneof(
    fc.tuple(fc.constantFrom('SET', 'APPEND'), fc.constantFrom(...keys), fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 1, maxLength: 3 })),
    fc.tuple(fc.constant('DEL'), fc.constantFrom(...keys)),
  ),
});
const step: fc.Arbitrary<Step> = fc.record({
  effects: fc.array(effect, { minLength: 1, maxLength: 3 }), shared: fc.boolean(),
}).map(({ effects, shared }) => (shared && participants(effects).length > 1 ? { effects, shared } : { effects: effects.slice(0, 1), shared: false }));

function participants(effects: Step['effects']): number[] {
  return [...new Set(effects.map(({ words }) => shardOf(words[1]!)))].toSorted();
}

/** The shards' logs as the effect writers would leave them, and where each step ends in each. */
function writeLogs(history: readonly Step[]): { logs: Buffer[]; ends: number[][] } {
  const parts: Buffer[][] = Array.from({ length: shardCount }, () => []);
  const sizes = Array.from({ length: shardCount }, () => 0);
  const selected = Array.from({ length: shardCount }, () => -1);
  const ends: number[][] = [];
  for (const [id, { effects, shared }] of history.entries()) {
    for (const shard of participants(effects)) {
      const lines: string[] = [];
      if (shared) lines.push(`#TX:${id + 1}:${participants(effects).join(',')}`, 'MULTI');
      for (const { db, words } of effects) {
        if (selected[shard] !== db) lines.push(`SELECT ${db}`);
        selected[shard] = db;
        lines.push(words.join(' '));
      }
      if (shared) lines.push('EXEC');
      const part = aof(...lines);
      parts[shard]!.push(part);
      sizes[shard]! += part.length;
    }
    ends.push([...sizes]);
  }
  return { logs: parts.map((part) => Buffer.concat(part)), ends };
}

/** What a node may remember: each shard its steps before the cut, then the transactions that another shard has. */
function expectedKeys(history: readonly Step[], ends: readonly number[][], cuts: readonly number[]): Record<string, string> {
  const survives = (id: number, shard: number): boolean => ends[id]![shard]! <= cuts[shard]!;
  const shards = cuts.map((_, shard) => {
    const model = new ModelShard();
    const perform = (id: number): void => {
      for (const { db, words } of history[id]!.effects) if (shardOf(words[1]!) === shard) model.perform(db, words);
    };
    const late: number[] = [];
    for (const [id, { effects, shared }] of history.entries()) {
      if (!participants(effects).includes(shard)) continue;
      if (survives(id, shard)) perform(id);
      else if (shared && participants(effects).some((other) => survives(id, other))) late.push(id);
    }
    for (const id of late) perform(id);
    return model;
  });
  return allKeys({ shards });
}

const emptyDisks = new Map<number, FaultyFiles>();

function diskWith(logs: readonly Uint8Array[]): FaultyFiles {
  const files = emptyDisks.get(logs.length)?.copy() ?? new FaultyFiles(1);
  if (!emptyDisks.has(logs.length)) {
    createGeneration(files, logs.length);
    emptyDisks.set(logs.length, files.copy());
  }
  for (const [shard, log] of logs.entries()) files.put(incrementPath(shard), log);
  return files;
}

const cutHistory = fc.record({
  history: fc.array(step, { minLength: 1, maxLength: 15 }),
  // Thousandths of each log that survive; most crashes cut little.
  kept: fc.tuple(...Array.from({ length: shardCount }, () => fc.oneof(fc.integer({ min: 700, max: 1000 }), fc.integer({ min: 0, max: 1000 })))),
});

describe('recovery', () => {
  test('never leaves half of a transaction, however the logs are cut', () => {
    let completedCount = 0;
    let tornCount = 0;
    fc.assert(fc.property(cutHistory, ({ history, kept }) => {
      const { logs, ends } = writeLogs(history);
      const cuts = logs.map((log, shard) => Math.floor((log.length * kept[shard]!) / 1000));
      const files = diskWith(logs.map((log, shard) => log.subarray(0, cuts[shard])));
      const node = startNode(files, shardCount);
      expect(allKeys(node)).toEqual(expectedKeys(history, ends, cuts));
      completedCount += node.completedCount;
      if (cuts.some((cut, shard) => !ends.some((end) => end[shard] === cut))) tornCount++;
      // The logs are whole now: another start needs nothing and finds the same, also with other shards.
      const again = startNode(files, shardCount, false);
      expect(again.completedCount).toBe(0);
      expect(again.highestId).toBe(node.highestId);
      expect(allKeys(again)).toEqual(allKeys(node));
    }), { numRuns: 400 });
    expect(completedCount).toBeGreaterThan(100);
    expect(tornCount).toBeGreaterThan(100);
  });

  test('with another number of shards finds the same, torn or not', () => {
    fc.assert(fc.property(cutHistory, fc.integer({ min: 1, max: 5 }), ({ history, kept }, newCount) => {
      const { logs, ends } = writeLogs(history);
      const cuts = logs.map((log, shard) => Math.floor((log.length * kept[shard]!) / 1000));
      const files = diskWith(logs.map((log, shard) => log.subarray(0, cuts[shard])));
      const node = startNode(files, newCount);
      expect(allKeys(node)).toEqual(expectedKeys(history, ends, cuts));
      for (const [shard, model] of node.shards.entries()) {
        for (const entry of model.keys.keys()) expect(slotOf(entry.slice(entry.indexOf(' ') + 1)) % newCount).toBe(shard);
      }
      const again = startNode(files, newCount, false);
      expect(again.plan).toMatchObject({ kind: 'own', generation: newCount === shardCount ? 1 : 2 });
      expect(again.highestId).toBe(node.highestId);
      expect(allKeys(again)).toEqual(allKeys(node));
    }), { numRuns: 200 });
  });

  test('completes transactions at cuts all over one log while the others are whole', () => {
    const history: Step[] = [
      { shared: false, effects: [{ db: 0, words: ['SET', 'key-0', 'a'] }] },
      { shared: true, effects: keys.map((key) => ({ db: 0, words: ['APPEND', key, 'b'] })) },
      { shared: true, effects: keys.map((key) => ({ db: 1, words: ['SET', key, 'c'] })) },
    ];
    const { logs, ends } = writeLogs(history);
    for (let shard = 0; shard < shardCount; shard++) {
      for (let cut = shard; cut <= logs[shard]!.length; cut += shardCount) {
        const cuts = logs.map((log, other) => (other === shard ? cut : log.length));
        const files = diskWith(logs.map((log, other) => log.subarray(0, cuts[other])));
        const node = startNode(files, shardCount);
        expect(allKeys(node)).toEqual(expectedKeys(history, ends, cuts));
        expect(Object.keys(allKeys(node))).toHaveLength(2 * keys.length);
      }
    }
  });

  test('completes a transaction that lies megabytes before the end of the log that has it', () => {
    const many = Array.from({ length: 100 }, (_, i): Step => ({
      shared: true, effects: [{ db: 0, words: ['SET', 'key-0', `${i}`.repeat(25_000)] }, { db: 0, words: ['APPEND', 'key-1', `${i},`] }],
    }));
    expect(participants(many[0]!.effects)).toHaveLength(2);
    const { logs, ends } = writeLogs(many);
    const loser = shardOf('key-1');
    const cuts = logs.map((log, shard) => (shard === loser ? ends[95]![shard]! + 40 : log.length));
    const files = diskWith(logs.map((log, shard) => log.subarray(0, cuts[shard])));
    const node = startNode(files, shardCount);
    expect(node.completedCount).toBe(4);
    expect(allKeys(node)['0 key-1']).toBe(Array.from({ length: 100 }, (_, i) => `${i},`).join(''));
  });

  test('does not repeat a transaction that is folded into a base', () => {
    const { logs } = writeLogs([{ shared: true, effects: [{ db: 0, words: ['APPEND', 'key-0', 'x'] }, { db: 0, words: ['APPEND', 'key-1', 'y'] }] }]);
    const files = diskWith(logs);
    // Shard of key-1 has been compacted: its base holds transaction 1 and its increment does not.
    const shard = shardOf('key-1');
    const directory = `${incrementPath(shard).split('/').slice(0, -1).join('/')}`;
    files.put(`${directory}/appendonly.aof.1.base.aof`, aof('SELECT 0', 'SET key-1 y'));
    files.put(incrementPath(shard), Buffer.from(''));
    files.put(`${directory}/appendonly.aof.manifest`, Buffer.from(
      'file appendonly.aof.1.base.aof seq 1 type b folded 1\nfile appendonly.aof.1.incr.aof seq 1 type i\n'));
    const node = startNode(files, shardCount);
    expect(node.completedCount).toBe(0);
    expect(node.highestId).toBe(1);
    expect(allKeys(node)).toEqual({ '0 key-0': 'x', '0 key-1': 'y' });
  });

  test('gives keyless effects to the keys of the log that holds them, also with another number of shards', () => {
    const [a, b, c] = [0, 1, 2].map((shard) => keys.find((key) => shardOf(key) === shard)!) as [string, string, string];
    const logs = [
      aof('SELECT 0', `SET ${a} 1`, 'SWAPDB 0 1', `SET ${a} 2`, 'FLUSHDB'),
      aof('SELECT 0', `SET ${b} 1`, 'SELECT 1', 'FLUSHDB', `SET ${b} 2`),
      aof('SELECT 0', `SET ${c} 1`, 'FLUSHALL', `SET ${c} 2`, 'SWAPDB 1 0'),
    ];
    for (const newCount of [1, 2, 3, 4]) {
      expect(allKeys(startNode(diskWith(logs), newCount)))
        .toEqual({ [`1 ${a}`]: '1', [`0 ${b}`]: '1', [`1 ${b}`]: '2', [`1 ${c}`]: '2' });
    }
  });

  test('cuts a torn tail so that the log can be continued', () => {
    const key = keys.find((name) => shardOf(name) === 0)!;
    const files = diskWith([aof('SELECT 0', `SET ${key} 1`, `SET ${key} 2`).subarray(0, -4), Buffer.from(''), Buffer.from('')]);
    const node = startNode(files, shardCount);
    expect(allKeys(node)).toEqual({ [`0 ${key}`]: '1' });
    expect(files.content(incrementPath(0)).toString()).toBe(aof('SELECT 0', `SET ${key} 1`).toString());
    expect(node.targets[0]).toEqual({ generation: 1, sequence: 1 });
  });

  test('makes durable what the process before it had written and not synced, before it is served', () => {
    const key = keys.find((name) => shardOf(name) === 0)!;
    for (let seed = 0; seed < 20; seed++) {
      const files = diskWith([Buffer.from(''), Buffer.from(''), Buffer.from('')]).settle();
      const log = aof('SELECT 0', `SET ${key} 1`);
      const file = files.open(incrementPath(0), 'write');
      files.write(file, log, 0, log.length, 0);
      expect(allKeys(startNode(files, shardCount))).toEqual({ [`0 ${key}`]: '1' });
      expect(allKeys(startNode(files.afterCrash(seed, true), shardCount))).toEqual({ [`0 ${key}`]: '1' });
    }
  });

  test('refuses a torn tail if aof-load-truncated is no', () => {
    const files = diskWith([aof('SELECT 0').subarray(0, -1), Buffer.from(''), Buffer.from('')]);
    expect(() => startNode(files, shardCount, false)).toThrow(/Unexpected end of file reading the append only file .*shard-0/);
  });

  test('refuses an effect on a key of another shard', () => {
    const key = keys.find((name) => shardOf(name) === 0)!;
    const files = diskWith([Buffer.from(''), aof('SELECT 0', `SET ${key} 1`), Buffer.from('')]);
    expect(() => startNode(files, shardCount)).toThrow(/shard-1.*at byte 23: it concerns a key of another shard/);
  });

  test('refuses an effect without a key', () => {
    expect(() => startNode(diskWith([aof('PING')]), 1)).toThrow(/PING is an effect without a key/);
    expect(() => startNode(diskWith([aof('SWAPDB 1')]), 1)).toThrow(/SWAPDB names no database/);
  });
});
