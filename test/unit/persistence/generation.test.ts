import { describe, expect, test } from 'vitest';
import { beginGeneration, commitGeneration } from '../../../src/persistence/generation.ts';
import { readLayout } from '../../../src/persistence/layout.ts';
import { aof } from './aof-text.ts';
import { crashes, FaultyFiles } from './faulty-files.ts';
import { createGeneration, incrementPath, root } from './log-rig.ts';
import { allKeys, startNode, writeGeneration } from './model-node.ts';

/** A disk to start from, with how many shards, and what must be there after any number of crashes. */
interface Situation {
  readonly disk: () => FaultyFiles;
  readonly shardCount: number;
  readonly keys: Record<string, string>;
}

const keys = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`0 key-${i}`, `${i}`]).toSorted());
const asCommands = Object.entries(keys).map(([entry, value]) => `SET ${entry.slice(2)} ${value}`);

const situations: Record<string, Situation> = {
  'a first start': { disk: emptyDisk, shardCount: 2, keys: {} },
  'a start with fewer shards': { disk: () => diskOfShards(3), shardCount: 2, keys },
  'a start with more shards': { disk: () => diskOfShards(1), shardCount: 3, keys },
  'a take-over of files of redis-server': {
    disk: () => {
      const files = emptyDisk();
      const half = asCommands.length / 2;
      files.put(`${root}/appendonly.aof.3.base.aof`, aof('SELECT 0', ...asCommands.slice(0, half)));
      files.put(`${root}/appendonly.aof.5.incr.aof`, aof('SELECT 0', 'MULTI', ...asCommands.slice(half), 'EXEC'));
      files.put(`${root}/appendonly.aof.4.incr.aof`, Buffer.from(''));
      files.put(`${root}/appendonly.aof.manifest`, Buffer.from(
        'file appendonly.aof.3.base.aof seq 3 type b\nfile appendonly.aof.2.base.aof seq 2 type h\n'
        + 'file appendonly.aof.4.incr.aof seq 4 type i\nfile appendonly.aof.5.incr.aof seq 5 type i\n'));
      return files.settle();
    },
    shardCount: 2, keys,
  },
  'a take-over of an old single file': {
    disk: () => {
      const files = emptyDisk();
      files.put('/data/appendonly.aof', aof('SELECT 0', ...asCommands));
      return files.settle();
    },
    shardCount: 2, keys,
  },
  'a completion of transactions and a cut of torn tails': {
    disk: () => {
      const files = emptyDisk();
      createGeneration(files, 2);
      const transaction = ['#TX:1:0,1', 'MULTI', 'SELECT 0', ...asCommands, 'EXEC'];
      files.put(incrementPath(0), aof(...transaction, '#TX:2:0,1', 'MULTI').subarray(0, -3));
      files.put(incrementPath(1), aof(...transaction).subarray(0, -5));
      return files.settle();
    },
    shardCount: 2, keys,
  },
};

describe.each(Object.entries(situations))('%s', (_, { disk: makeDisk, shardCount, keys: expected }) => {
  const original = makeDisk();
  const disk = (): FaultyFiles => original.copy();

  test('loads what is there', () => {
    expect(allKeys(startNode(disk(), shardCount))).toEqual(expected);
  });

  test('that crashes at any operation, whatever the disk keeps, loses and doubles nothing', () => {
    const operations = operationsOf(disk(), (files) => startNode(files, shardCount));
    for (let crashAt = 1; crashAt <= operations; crashAt++) {
      for (let seed = 1; seed <= 4; seed++) {
        const files = disk();
        files.faults = { crashAt: files.operationCount + crashAt, shortWrites: true };
        expect(crashes(() => startNode(files, shardCount))).toBe(true);
        // The second start dies too, anywhere.
        const second = files.afterCrash(seed * 1000 + crashAt, seed !== 3);
        second.faults = { crashAt: 1 + ((crashAt * 7 + seed * 13) % (operations + 10)) };
        crashes(() => startNode(second, shardCount));
        const third = second.afterCrash(seed * 1000 + crashAt, seed !== 2);
        expect(allKeys(startNode(third, shardCount))).toEqual(expected);
        expect(allKeys(startNode(third, shardCount, false))).toEqual(expected);
      }
    }
  });

  test('leaves nothing behind that is not in force', () => {
    const operations = operationsOf(disk(), (files) => startNode(files, shardCount));
    for (let crashAt = 1; crashAt <= operations; crashAt++) {
      const files = disk();
      files.faults = { crashAt: files.operationCount + crashAt };
      crashes(() => startNode(files, shardCount));
      const next = files.afterCrash(crashAt, true);
      startNode(next, shardCount);
      const { generation, preparing, obsolete } = readLayout(next, root)!;
      expect({ preparing, obsolete }).toEqual({ preparing: 0, obsolete: [] });
      expect(next.list(root)!.filter((name) => !name.startsWith('temp-'))).toEqual([`gen-${generation}`, 'tessera.layout']);
      expect(next.list('/data')).toEqual(['appendonlydir']);
    }
  });
});

describe('a generation', () => {
  test('replaces the one before it while the node runs', () => {
    const files = diskOfShards(2);
    const node = startNode(files, 2);
    node.shards[0]!.keys.clear();
    node.shards[1]!.keys = new Map([...node.shards[1]!.keys].slice(0, 1));
    expect(writeGeneration(files, node.shards, 41)).toEqual([{ generation: 2, sequence: 1 }, { generation: 2, sequence: 1 }]);
    const next = startNode(files, 2);
    expect(allKeys(next)).toEqual(allKeys(node));
    expect(next.highestId).toBe(41);
  });

  test('comes into force only as the one that was begun', () => {
    const files = diskOfShards(1);
    const generation = beginGeneration(files, root);
    expect(() => commitGeneration(files, root, generation + 1, 1)).toThrow('the generation put into force is the one in preparation');
  });

  test('that was begun and never put into force is begun anew', () => {
    const files = diskOfShards(1);
    expect(beginGeneration(files, root)).toBe(2);
    files.put(`${root}/gen-2/shard-0/rest`, Buffer.from('x'));
    expect(beginGeneration(files, root)).toBe(2);
    expect(files.list(`${root}/gen-2`)).toEqual([]);
  });

  test('passes a full disk on to its caller and leaves the old one in force', () => {
    const files = diskOfShards(3);
    files.faults.capacityBytes = files.usedBytes + 300;
    expect(() => startNode(files, 2)).toThrow('ENOSPC');
    delete files.faults.capacityBytes;
    expect(allKeys(startNode(files, 2))).toEqual(keys);
  });
});

function emptyDisk(): FaultyFiles {
  const files = new FaultyFiles(1);
  files.makeDirectory('/data');
  return files.settle();
}

function diskOfShards(shardCount: number): FaultyFiles {
  const files = emptyDisk();
  files.put('/data/appendonly.aof', aof('SELECT 0', ...asCommands));
  startNode(files, shardCount);
  return files.settle();
}

function operationsOf(files: FaultyFiles, action: (files: FaultyFiles) => void): number {
  const before = files.operationCount;
  action(files);
  return files.operationCount - before;
}
