import { getHeapStatistics } from 'node:v8';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EffectLog, LogWord } from '../../../src/channel/effect-log.ts';
import { EffectWriter } from '../../../src/channel/effect-writer.ts';
import { LeaseEffects } from '../../../src/channel/lease-effects.ts';
import { LogControl } from '../../../src/channel/log-control.ts';
import { respCommand, takePublished } from './effect-bytes.ts';

function makeLog(capacityBytes = 1 << 16, control = LogControl.create()): EffectLog {
  const log = EffectLog.create(capacityBytes, control);
  log.switchFile(1, 1);
  log.setSwitched();
  return log;
}

function set(writer: EffectWriter, db: number, key: Buffer, value: Buffer, expireAtMs?: number): void {
  writer.command(db, 'SET', expireAtMs === undefined ? 2 : 4);
  writer.bytes(key, 0, key.length);
  writer.bytes(value, 0, value.length);
  if (expireAtMs === undefined) return;
  writer.text('PXAT');
  writer.integer(expireAtMs);
}

describe('an effect writer', () => {
  test('writes a command as RESP after a SELECT of its database', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    set(writer, 3, Buffer.from('key'), Buffer.from('value'), 1_795_447_621_816);
    set(writer, 3, Buffer.from(''), Buffer.from('x'));
    writer.publish();
    expect(takePublished(log).toString()).toBe(Buffer.concat([
      respCommand('SELECT', '3'), respCommand('SET', 'key', 'value', 'PXAT', '1795447621816'), respCommand('SET', '', 'x'),
    ]).toString());
  });

  test('publishes nothing before it is told to', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    set(writer, 0, Buffer.from('a'), Buffer.from('1'));
    expect(takePublished(log)).toHaveLength(0);
    expect(writer.publish()).toBe(writer.position);
    expect(takePublished(log).length).toBe(writer.position);
  });

  test('writes every safe integer in decimal', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => {
      writer.command(0, 'X', 1);
      writer.integer(n);
      writer.publish();
      expect(takePublished(log).toString()).toContain(respCommand('X', String(n)).toString());
    }));
    for (const n of [0, -1, 9, 10, 2 ** 31 - 1, 2 ** 31, 10 ** 10, 20_000_000_000, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      writer.command(0, 'X', 1);
      writer.integer(n);
      writer.publish();
      expect(takePublished(log).toString()).toBe(respCommand('X', String(n)).toString());
    }
  });

  test('writes the same bytes as a naive model, around the end of the ring and of int32', () => {
    const value = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const effect = fc.record({
      db: fc.integer({ min: 0, max: 2 }), name: fc.constantFrom('SET', 'DEL', 'RPUSH'), args: fc.array(value, { minLength: 1, maxLength: 80 }),
    });
    fc.assert(fc.property(fc.array(effect, { maxLength: 12 }), fc.integer(), (effects, start) => {
      const log = startedAt(makeLog(1 << 10), start);
      const received: Buffer[] = [];
      log.onFull = () => received.push(takePublished(log));
      const writer = new EffectWriter(log);
      const expected: Buffer[] = [];
      let db = -1;
      for (const { name, args, ...rest } of effects) {
        writer.command(rest.db, name, args.length);
        for (const arg of args) writer.bytes(arg, 0, arg.length);
        if (rest.db !== db) expected.push(respCommand('SELECT', String(rest.db)));
        ({ db } = rest);
        expected.push(respCommand(name, ...args));
      }
      writer.publish();
      received.push(takePublished(log));
      expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true);
    }), { numRuns: 300 });
  });

  test('takes arguments from any place in their source', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    const source = Buffer.from(Array.from({ length: 500 }, (_, i) => 33 + (i % 90)));
    for (const [offset, length] of [[0, 1], [7, 24], [3, 25], [11, 200], [499, 1], [500, 0]] as const) {
      writer.command(0, 'DEL', 1);
      writer.bytes(source, offset, length);
      writer.publish();
      expect(takePublished(log).toString()).toContain(respCommand('DEL', source.subarray(offset, offset + length)).toString());
    }
  });

  test('does nothing while effects are off', () => {
    const log = EffectLog.create(1 << 12, LogControl.create());
    const writer = new EffectWriter(log);
    expect(writer.enabled).toBe(false);
    writer.beginTransaction();
    set(writer, 0, Buffer.from('a'), Buffer.from('1'), 17);
    writer.endTransaction();
    expect(writer.publish()).toBe(0);
  });

  test('selects the database again in a new file', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    set(writer, 1, Buffer.from('a'), Buffer.from('1'));
    writer.publish();
    takePublished(log);
    log.switchFile(1, 2);
    set(writer, 1, Buffer.from('b'), Buffer.from('2'));
    writer.publish();
    expect(takePublished(log).toString()).toBe(`${respCommand('SELECT', '1')}${respCommand('SET', 'b', '2')}`);
  });

  test('allocates nothing for the effect of SET', () => {
    const log = makeLog(1 << 20);
    const writer = new EffectWriter(log);
    const key = new Uint8Array(16).fill(97);
    const value = new Uint8Array(200).fill(98);
    const expireAtMs = 1_795_447_621_816;
    const run = (count: number): void => {
      for (let i = 0; i < count; i++) {
        writer.command(0, 'SET', 4);
        writer.bytes(key, 0, key.length);
        writer.bytes(value, 0, value.length);
        writer.bytes(pxat, 0, pxat.length);
        writer.integer(expireAtMs);
        log.setConsumed(writer.publish());
      }
    };
    run(400_000);
    const before = getHeapStatistics().total_allocated_bytes;
    run(400_000);
    // The smallest object is 12 bytes; what is counted here belongs to the compiler and the runner.
    expect(getHeapStatistics().total_allocated_bytes - before).toBeLessThan(400_000 * 4);
  });
});

describe('a transaction of one shard', () => {
  test('stands between MULTI and EXEC', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    writer.beginTransaction();
    set(writer, 0, Buffer.from('a'), Buffer.from('1'));
    set(writer, 0, Buffer.from('b'), Buffer.from('2'));
    writer.endTransaction();
    set(writer, 0, Buffer.from('c'), Buffer.from('3'));
    writer.publish();
    expect(takePublished(log).toString()).toBe([
      respCommand('MULTI'), respCommand('SELECT', '0'), respCommand('SET', 'a', '1'), respCommand('SET', 'b', '2'), respCommand('EXEC'),
      respCommand('SET', 'c', '3'),
    ].join(''));
  });

  test('without an effect leaves no trace', () => {
    const log = makeLog();
    const writer = new EffectWriter(log);
    writer.beginTransaction();
    writer.endTransaction();
    expect(writer.publish()).toBe(0);
  });
});

describe('a transaction over several shards', () => {
  test('goes complete into every log, with its id and its participants', () => {
    const control = LogControl.create();
    const logs = [makeLog(1 << 12, control), makeLog(1 << 12, control), makeLog(1 << 12, control)];
    const writers = logs.map((log) => new EffectWriter(log));
    set(writers[2]!, 0, Buffer.from('before'), Buffer.from('x'));
    const lease = new LeaseEffects([0, 2], [writers[0]!, writers[2]!], 17);
    lease.command(0, 'SET', 2);
    lease.text('a');
    lease.integer(1);
    lease.command(0, 'DEL', 1);
    lease.bytes(Buffer.from('xbx'), 1, 1);
    expect(lease.end()).toBe(true);
    const transaction = [respCommand('SET', 'a', '1'), respCommand('DEL', 'b'), respCommand('EXEC')].join('');
    expect(takePublished(logs[0]!).toString())
      .toBe(`#TX:17:0,2\r\n${respCommand('MULTI')}${respCommand('SELECT', '0')}${transaction}`);
    expect(takePublished(logs[1]!)).toHaveLength(0);
    expect(takePublished(logs[2]!).toString())
      .toBe(`${respCommand('SELECT', '0')}${respCommand('SET', 'before', 'x')}#TX:17:0,2\r\n${respCommand('MULTI')}${transaction}`);
  });

  test('without an effect leaves no trace', () => {
    const log = makeLog();
    const lease = new LeaseEffects([0], [new EffectWriter(log)], 1);
    lease.beginTransaction();
    lease.endTransaction();
    expect(lease.end()).toBe(false);
    expect(log.written).toBe(0);
  });

  test('is published between two even looks at the control block', () => {
    const control = LogControl.create();
    const writers = [new EffectWriter(makeLog(1 << 12, control)), new EffectWriter(makeLog(1 << 12, control))];
    const before = control.publicationStamp();
    const lease = new LeaseEffects([0, 1], writers, 1);
    lease.command(0, 'DEL', 1);
    lease.text('a');
    expect(control.publicationStamp()).toBe(before);
    lease.end();
    expect(control.publicationStamp()).toBe(before + 1);
    control.beginPublication();
    expect(control.publicationStamp()).toBe(-1);
  });
});

const pxat = Buffer.from('PXAT');

/** As if so many bytes had gone through the log already. */
function startedAt(log: EffectLog, position: number): EffectLog {
  for (const word of [LogWord.head, LogWord.written, LogWord.consumed, LogWord.durable]) log.words[word] = position;
  log.words[LogWord.limit] = (position + log.capacityBytes) | 0;
  return log;
}
