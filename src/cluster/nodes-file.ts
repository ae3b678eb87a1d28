/**
 * nodes.conf on disk. A new version is whole or absent: written beside the old one, synced, renamed
 * over it, and the directory synced, all before `save` returns. That costs the door some
 * milliseconds, for changes of the cluster's shape only.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { NodesConfError, parseNodesConf } from './nodes-conf.ts';
import type { ClusterState } from './state.ts';

/** The calls used, as node:fs has them; replaced where faults are injected. */
export interface NodesFileCalls {
  readonly open: (path: string, flags: string) => number;
  readonly write: (fd: number, bytes: Uint8Array, offset: number) => number;
  readonly fsync: (fd: number) => void;
  readonly close: (fd: number) => void;
  readonly rename: (from: string, to: string) => void;
  readonly unlink: (path: string) => void;
}

const systemCalls: NodesFileCalls = {
  open: openSync,
  write: writeSync,
  fsync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  unlink: unlinkSync,
};

/**
 * The state kept at `path`; undefined when the file is absent or empty. Throws NodesConfError with
 * path, line and reason when it cannot be trusted.
 */
export function loadNodesFile(path: string, nowMs: number, newShardId: string): ClusterState | undefined {
  const text = readIfThere(path);
  if (text === undefined || text === '') return undefined;
  try {
    return parseNodesConf(text, nowMs, newShardId);
  } catch (error) {
    if (!(error instanceof NodesConfError)) throw error;
    throw new NodesConfError(
      `the cluster config file ${path} is corrupt: ${error.message}. ` +
        'Restore it from a copy, or move it away to start as a new node without slots.',
    );
  }
}

/** Replaces the file at `path` by `text`, durably. Throws what the system says; the old file stays then. */
export function saveNodesFile(path: string, text: string, calls: NodesFileCalls = systemCalls): void {
  const temporary = `${path}.tmp-${process.pid}`;
  try {
    writeDurably(temporary, Buffer.from(text), calls);
    calls.rename(temporary, path);
  } catch (error) {
    unlinkIfThere(temporary, calls);
    throw error;
  }
  syncDirectory(dirname(path), calls);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeDurably(path: string, bytes: Uint8Array, calls: NodesFileCalls): void {
  const fd = calls.open(path, 'w');
  try {
    for (let offset = 0; offset < bytes.length; ) offset += calls.write(fd, bytes, offset);
    calls.fsync(fd);
  } finally {
    calls.close(fd);
  }
}

function syncDirectory(path: string, calls: NodesFileCalls): void {
  const fd = calls.open(path, 'r');
  try {
    calls.fsync(fd);
  } finally {
    calls.close(fd);
  }
}

function unlinkIfThere(path: string, calls: NodesFileCalls): void {
  try {
    calls.unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
