/** When the door executes on a sleeping shard itself, and when it leaves that to the shard's thread. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Control } from '../../../src/channel/control.ts';
import type { EffectLog } from '../../../src/channel/effect-log.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { Ring } from '../../../src/channel/ring.ts';
import { closeTap, createTaps, openTap } from '../../../src/channel/slot-tap.ts';
import { type ShardLink, ShardLinks } from '../../../src/routing/shard-links.ts';
import type { Shard } from '../../../src/shard/shard.ts';

const asleepWord = 2 * 16 + 1;

let control: Control;
let tap: EffectLog;
let links: ShardLinks;
let drains: number;
let drainMs: number;
let hasWork: boolean;

beforeEach(() => {
  control = Control.create(1);
  Atomics.store(control.i32, asleepWord, 1);
  [tap] = createTaps(1, 1024, control, LogControl.create('no')) as [EffectLog];
  drains = 0;
  drainMs = 0.01;
  hasWork = false;
  const own = {
    takeOver: () => undefined,
    drain: () => { drains++; },
    get lastDrainMs() { return drainMs; },
    get hasWork() { return hasWork; },
  } as unknown as Shard;
  const link = { requests: Ring.create(4096), replies: Ring.create(4096), effects: undefined, tap } as unknown as ShardLink;
  links = new ShardLinks([link], control, undefined, [own]);
});

/** Whether the door executes a batch of so many quick commands itself. */
function executes(commands: number): boolean {
  const before = drains;
  links.written(0, commands);
  links.publish();
  Atomics.store(control.i32, asleepWord, 1);
  return drains > before;
}

describe('the door', () => {
  it('executes a few quick commands, and neither many nor slow ones', () => {
    expect([executes(1), executes(30), executes(1025), executes(Infinity)]).toEqual([true, true, false, false]);
  });

  it('leaves a shard that is awake to its thread', () => {
    Atomics.store(control.i32, asleepWord, 0);
    expect(executes(1)).toBe(false);
  });

  it('leaves a shard to its thread for a while when batches take long on average, and tries again', () => {
    drainMs = 5;
    expect(executes(1)).toBe(true);
    drainMs = 0.01;
    expect(executes(1)).toBe(true);
    drainMs = 5;
    const outcomes = Array.from({ length: 200 }, () => executes(1));
    const first = outcomes.indexOf(false);
    expect(first).toBeGreaterThan(0);
    expect(outcomes.slice(first, first + 100)).toEqual(Array.from({ length: 100 }, () => false));
    expect(outcomes[first + 100]).toBe(true);
  });

  it('leaves to the thread what was too much to read, and the shard for a while', () => {
    hasWork = true;
    expect(executes(1)).toBe(true);
    hasWork = false;
    expect(Array.from({ length: 101 }, () => executes(1))).toEqual([...Array.from({ length: 100 }, () => false), true]);
  });

  it('never executes while the shard writes into a tap, in which only the door could make room', () => {
    openTap(tap);
    expect(executes(1)).toBe(false);
    closeTap(tap);
    expect(executes(1)).toBe(true);
  });
});
