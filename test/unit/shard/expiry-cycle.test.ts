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
