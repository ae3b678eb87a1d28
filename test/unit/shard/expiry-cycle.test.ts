import { describe, expect, it } from 'vitest';
import { Clock } from '../../../src/base/clock.ts';
import { Setting } from '../../../src/channel/control.ts';
import { Counter } from '../../../src/channel/shard-stats.ts';
import { ExpiryCycle } from '../../../src/shard/expiry-cycle.ts';
import { ShardRig } from './shard-rig.ts';

/** A clock that moves when told to. */
class TestClock extends Clock {
  ms = 1_700_000_000_000;

  override now(): number {
    return this.ms;
  }
}

function open(effectsOn = false): { rig: ShardRig; clock: TestClock; cycle: ExpiryCycle } {
  const rig = new ShardRig(effectsOn);
  const clock = new TestClock();
  rig.control.settings[Setting.activeExpire] = 1;
  rig.control.settings[Setting.activeExpireEffort] = 1;
  return { rig, clock, cycle: new ExpiryCycle(rig.shard.call, rig.keyspace, rig.control, rig.stats, clock) };
}

function fill(rig: ShardRig, count: number, atMs: number, db = 0): void {
  for (let i = 0; i < count; i += 100) {
    rig.request(Array.from({ length: 100 }, (_, j) => `SET key:${i + j} v`), { db });
    rig.request(Array.from({ length: 100 }, (_, j) => `PEXPIREAT key:${i + j} ${atMs}`), { db });
    rig.shard.drain();
    rig.take();
  }
}

const far = 4_000_000_000_000;

/** Of `count` fields the first `expiring` expire at the far time. */
function fillHash(rig: ShardRig, key: string, count: number, expiring: number): void {
  const names = Array.from({ length: count }, (_, i) => `f:${String(i).padStart(4, '0')}`);
  for (let i = 0; i < count; i += 100) {
    rig.request([`HSET ${key} ${names.slice(i, i + 100).map((name) => `${name} v`).join(' ')}`]);
    const some = names.slice(i, Math.min(i + 100, expiring));
    if (some.length > 0) rig.request([`HPEXPIREAT ${key} ${far} FIELDS ${some.length} ${some.join(' ')}`]);
    rig.shard.drain();
    rig.take();
  }
}

describe('ExpiryCycle', () => {
  it('removes keys whose time is over, in every database, and leaves the others', () => {
    const { rig, clock, cycle } = open();
    fill(rig, 500, far);
    fill(rig, 300, far + 1, 3);
    cycle.run();
    expect(rig.keyspace.keyCount(0)).toBe(500);
    clock.ms = far;
    cycle.run();
    expect(rig.keyspace.keyCount(0)).toBe(0);
    expect(rig.keyspace.keyCount(3)).toBe(300);
    clock.ms = far + 1;
    cycle.run();
    expect(rig.keyspace.keyCount(3)).toBe(0);
    expect(rig.stats.get(Counter.expiredKeys)).toBe(800);
  });

  it('leaves a DEL for each key it removes', () => {
    const { rig, clock, cycle } = open(true);
    fill(rig, 100, far);
    const before = rig.log.written;
    clock.ms = far;
    cycle.run();
    rig.shard.publishEffects();
    const length = 100 * '*2\r\n$3\r\nDEL\r\n$5\r\nkey:0\r\n'.length;
    expect(rig.log.written - before).toBeGreaterThanOrEqual(length);
  });

  it('does nothing while active expiry is off', () => {
    const { rig, clock, cycle } = open();
    fill(rig, 100, far);
    rig.control.settings[Setting.activeExpire] = 0;
    clock.ms = far;
    cycle.run();
    expect(rig.keyspace.keyCount(0)).toBe(100);
  });

  it('stops at its budget and goes on where it was', () => {
    const { rig, cycle, clock } = open();
    fill(rig, 1000, far);
    clock.ms = far;
    // Every reading of the clock costs a millisecond now.
    const { now } = clock;
    clock.now = () => (clock.ms += 1);
    cycle.run();
    const left = rig.keyspace.keyCount(0);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(1000);
    for (let runs = 0; runs < 100 && rig.keyspace.keyCount(0) > 0; runs++) cycle.run();
    expect(rig.keyspace.keyCount(0)).toBe(0);
    clock.now = now;
  });

  it('removes fields whose time is over, and hashes that have no others', () => {
    const { rig, clock, cycle } = open(true);
    fillHash(rig, 'small', 10, 4);
    fillHash(rig, 'large', 1500, 1400);
    fillHash(rig, 'gone', 600, 600);
    fillHash(rig, 'other', 20, 0);
    expect([rig.keyspace.expiringFieldsCount(0), rig.keyspace.keyCount(0)]).toEqual([3, 4]);
    cycle.run();
    expect(rig.stats.get(Counter.expiredFields)).toBe(0);
    clock.ms = far;
    const before = rig.log.written;
    cycle.run();
    expect([rig.keyspace.expiringFieldsCount(0), rig.keyspace.keyCount(0), rig.stats.get(Counter.expiredFields)]).toEqual([0, 3, 4 + 1400 + 600]);
    rig.request(['HLEN small', 'HLEN large', 'EXISTS gone', 'HLEN other']);
    rig.shard.drain();
    expect(rig.take().map(({ text }) => text).join('')).toBe(':6\r\n:100\r\n:0\r\n:20\r\n');
    rig.shard.publishEffects();
    expect(rig.log.written - before).toBeGreaterThan(1404 * '$6\r\nf:0000\r\n'.length);
  });

  it('stops at its budget among the fields of one hash and goes on there', () => {
    const { rig, cycle, clock } = open();
    fillHash(rig, 'large', 5000, 4900);
    clock.ms = far;
    const { now } = clock;
    clock.now = () => (clock.ms += 1);
    cycle.run();
    const removed = rig.stats.get(Counter.expiredFields);
    expect(removed).toBeGreaterThan(0);
    expect(removed).toBeLessThan(1000);
    let runs = 1;
    for (; runs < 200 && rig.keyspace.expiringFieldsCount(0) > 0; runs++) cycle.run();
    expect(rig.stats.get(Counter.expiredFields)).toBe(4900);
    expect(runs).toBeLessThan(60);
    clock.now = now;
  });

  it('is due once every 100 ms', () => {
    const { cycle, clock } = open();
    cycle.run();
    expect(cycle.isDue).toBe(false);
    clock.ms += 99;
    expect(cycle.isDue).toBe(false);
    clock.ms += 1;
    expect(cycle.isDue).toBe(true);
  });
});
