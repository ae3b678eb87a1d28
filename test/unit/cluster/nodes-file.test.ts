import { closeSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { printNodesConf } from '../../../src/cluster/nodes-conf.ts';
import { loadNodesFile, saveNodesFile } from '../../../src/cluster/nodes-file.ts';
import type { NodesFileCalls } from '../../../src/cluster/nodes-file.ts';
import { openClusterNode } from '../../../src/cluster/open-cluster-node.ts';
import { makeTempDir, removeTempDir } from '../../support/temp-dir.ts';
import { TestHost, address, idOf, me, myShard, settings, stateWith } from './support.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) removeTempDir(dir);
});

function tempFile(): { dir: string; path: string } {
  const dir = makeTempDir('nodes-conf');
  dirs.push(dir);
  return { dir, path: join(dir, 'nodes.conf') };
}

const real: NodesFileCalls = {
  open: openSync,
  write: writeSync,
  fsync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  unlink: unlinkSync,
};

/** The calls with one replaced, and the order in which they came. */
function traced(replaced: Partial<NodesFileCalls> = {}): { calls: NodesFileCalls; trace: string[] } {
  const trace: string[] = [];
  const calls = Object.fromEntries(
    Object.entries({ ...real, ...replaced }).map(([name, call]) => [
      name,
      (...args: never[]) => {
        trace.push(name);
        return (call as (...all: never[]) => unknown)(...args);
      },
    ]),
  ) as unknown as NodesFileCalls;
  return { calls, trace };
}

function noSpace(): never {
  throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 });
}

describe('saving', () => {
  test('syncs the new file before it takes the old one\'s place, and the directory after', () => {
    const { dir, path } = tempFile();
    const { calls, trace } = traced();
    saveNodesFile(path, 'first\n', calls);
    saveNodesFile(path, 'second\n', calls);
    expect(trace.slice(0, 8)).toEqual(['open', 'write', 'fsync', 'close', 'rename', 'open', 'fsync', 'close']);
    expect(readFileSync(path, 'utf8')).toBe('second\n');
    expect(readdirSync(dir)).toEqual(['nodes.conf']);
  });

  test('goes on after a short write', () => {
    const { path } = tempFile();
    const { calls } = traced({ write: (fd, bytes, offset) => writeSync(fd, bytes, offset, 1) });
    saveNodesFile(path, 'whole', calls);
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });

  test.each<keyof NodesFileCalls>(['open', 'write', 'fsync', 'rename'])('leaves the old file alone when %s fails', (name) => {
    const { dir, path } = tempFile();
    saveNodesFile(path, 'old');
    expect(() => saveNodesFile(path, 'new', traced({ [name]: noSpace }).calls)).toThrow('ENOSPC');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['nodes.conf']);
  });
});

describe('loading', () => {
  test('gives nothing for a file that is absent or empty', () => {
    const { path } = tempFile();
    expect(loadNodesFile(path, 0, myShard)).toBeUndefined();
    writeFileSync(path, '');
    expect(loadNodesFile(path, 0, myShard)).toBeUndefined();
  });

  test('gives back what was saved', () => {
    const { path } = tempFile();
    const state = stateWith({ id: me, port: 7001, busPort: 17001 });
    saveNodesFile(path, printNodesConf(state));
    expect(loadNodesFile(path, 0, idOf('f'))).toEqual(state);
  });

  test('names file, line and a way out when the file is corrupt', () => {
    const { path } = tempFile();
    writeFileSync(path, `${me} x\n`);
    expect(() => loadNodesFile(path, 0, myShard)).toThrow(
      `the cluster config file ${path} is corrupt: line 1: a node needs 8 fields, here are 2. ` +
        'Restore it from a copy, or move it away to start as a new node without slots.',
    );
  });

  test('does not take an unreadable path for a new node', () => {
    expect(() => loadNodesFile(tempFile().dir, 0, myShard)).toThrow('EISDIR');
  });
});

describe('opening a node', () => {
  test('makes a new one with ids of its own and writes the file at once', () => {
    const { path } = tempFile();
    const { node, wasKnown } = openClusterNode(path, settings, new TestHost());
    expect(wasKnown).toBe(false);
    expect(node.myself.id).toMatch(/^[0-9a-f]{40}$/);
    expect(node.myself.shardId).not.toBe(node.myself.id);
    expect(readFileSync(path, 'utf8')).toBe(printNodesConf(node.state));
  });

  test('id, shard, epochs and slots survive a restart; the address is that of the configuration', () => {
    const { path } = tempFile();
    const first = openClusterNode(path, settings, new TestHost()).node;
    expect(first.changeSlotRanges('add', ['0', '99'])).toBeUndefined();
    expect(first.bumpEpoch()).toBeUndefined();
    const { node, wasKnown } = openClusterNode(path, { ...settings, address: { ...address, port: 8001, busPort: 18001 } }, new TestHost());
    expect(wasKnown).toBe(true);
    expect(node.state).toMatchObject({ myId: first.state.myId, currentEpoch: 1n, owners: first.state.owners });
    expect(node.myself).toEqual({ ...first.myself, port: 8001, busPort: 18001 });
    expect(readFileSync(path, 'utf8')).toContain(':8001@18001,,');
  });

  test('fails when the file cannot be written', () => {
    const { dir } = tempFile();
    expect(() => openClusterNode(join(dir, 'absent', 'nodes.conf'), settings, new TestHost())).toThrow('ENOENT');
  });
});
