import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { EffectLog } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { respCommand, takePublished } from './effect-bytes.ts';

describe('an effect log', () => {
  test('lets a value larger than itself through in pieces while its reader keeps up', async () => {
    const log = EffectLog.create(1 << 10, LogControl.create());
    const valueBytes = 300_000;
    const writer = new Worker(new URL('effect-writing-thread.ts', import.meta.url), {
      workerData: { handle: log.handle, valueBytes },
    });
    const expected = Buffer.concat([
      respCommand('SELECT', '0'), respCommand('SET', 'key', patterned(valueBytes)), respCommand('DEL', 'key'),
    ]);
    const received: Buffer[] = [];
    let receivedBytes = 0;
    let largestBytes = 0;
    const ended = new Promise((resolve) => { writer.once('exit', resolve); });
    while (receivedBytes < expected.length) {
      if (!log.isSwitched) log.setSwitched();
      const piece = takePublished(log);
      largestBytes = Math.max(largestBytes, piece.length);
      receivedBytes += piece.length;
      received.push(piece);
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    expect(await ended).toBe(0);
    expect(Buffer.concat(received).equals(expected)).toBe(true);
    expect(largestBytes).toBeLessThanOrEqual(log.capacityBytes);
  });

  test('tells how much can be written without waiting', () => {
    const log = EffectLog.create(1 << 10, LogControl.create());
    log.switchFile(1, 1);
    expect(log.freeBytes).toBe(1024);
    const writer = new EffectWriter(log);
    writer.command(0, 'DEL', 1);
    writer.text('a');
    expect(log.freeBytes).toBe(1024 - writer.position);
    takePublished(log);
    writer.publish();
    takePublished(log);
    expect(log.freeBytes).toBe(1024);
  });

  test('is the same log for everyone who attaches', () => {
    const log = EffectLog.create(1 << 10, LogControl.create('always'));
    const other = EffectLog.attach(log.handle);
    other.switchFile(1, 1);
    const [mine, theirs] = [new EffectWriter(log), new EffectWriter(other)];
    for (const [writer, key] of [[mine, 'a'], [theirs, 'b'], [mine, 'c']] as const) {
      writer.command(0, 'DEL', 1);
      writer.text(key);
    }
    theirs.publish();
    expect(takePublished(log).toString())
      .toBe(`${respCommand('SELECT', '0')}${respCommand('DEL', 'a')}${respCommand('DEL', 'b')}${respCommand('DEL', 'c')}`);
    expect(other.control.policy).toBe('always');
  });

  test('waits for one file switch before the next', () => {
    const log = EffectLog.create(1 << 10, LogControl.create());
    let waits = 0;
    log.onFull = () => {
      waits++;
      log.setSwitched();
    };
    log.switchFile(1, 1);
    expect(log.isSwitched).toBe(false);
    log.switchFile(1, 2);
    expect(waits).toBe(1);
  });
});

describe('the log control block', () => {
  test('does not let the log thread sleep when work came while it lay down', () => {
    const control = LogControl.create();
    let looks = 0;
    control.sleep(60_000, () => {
      looks++;
      return true;
    });
    expect(looks).toBe(1);
  });

  test('wakes the log thread when it is told to stop', () => {
    const control = LogControl.create();
    control.sleep(60_000, () => {
      control.stop();
      return false;
    });
    expect(control.stopping).toBe(true);
  });
});

function patterned(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7) & 0xff));
}
