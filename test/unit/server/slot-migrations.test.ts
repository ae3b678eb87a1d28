/** When slot migrations wake the node. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { SlotMigrations } from '../../../src/server/migration/slot-migrations.ts';
import type { Server } from '../../../src/server/server.ts';
import { TestHost, other, owningAll, settings, stateWith } from '../cluster/support.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

/** Keeps no record of migrations that are over; has no other node that could be reached. */
const server = {
  pool: { control: { slotMarks: new Uint8Array(16384) } },
  clock: { now: () => Date.now() },
  config: { values: { 'cluster-slot-migration-log-max-len': 0 } },
} as unknown as Server;

function openMigrations(): SlotMigrations {
  const state = owningAll(stateWith({ id: other, ip: '127.0.0.1', port: 0, busPort: 1 }), other);
  const migrations = new SlotMigrations(server, new ClusterNode(new TestHost(), settings, state));
  migrations.open();
  return migrations;
}

it('sets no timer in a node that has none, has one while there are some, and none after the last', () => {
  const migrations = openMigrations();
  expect(vi.getTimerCount()).toBe(0);
  const wanted = migrations.requestImport([{ start: 0, end: 9 }]);
  expect(vi.getTimerCount()).toBe(1);
  if (!('id' in wanted)) throw new Error(wanted.error);
  migrations.cancel(wanted.id);
  vi.advanceTimersByTime(1000);
  expect(migrations.views()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('sets no timer any more once they are stopped', () => {
  const migrations = openMigrations();
  migrations.stop();
  migrations.requestImport([{ start: 0, end: 9 }]);
  expect(vi.getTimerCount()).toBe(0);
});
