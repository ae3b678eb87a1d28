import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Setting } from '../../../../src/channel/control.ts';
import { StringEncoding, ValueType } from '../../../../src/keyspace/entry.ts';
import { seed } from '../../base/seed.ts';
import { CommandBench, type CommandLine } from '../command-bench.ts';
import { play } from '../play.ts';

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.checkAndFlush());

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const tooLong = '-ERR string exceeds maximum allowed size (proto-max-bulk-len)';

function encodingOf(key: string): number | undefined {
  return bench.dataset().find((entry) => entry.key === key)?.encoding;
}

describe('GETRANGE and SUBSTR', () => {
  test('count indexes from either end', () => {
    expect(play(bench, `
      SET k Hello           -> +OK
      GETRANGE k 0 0        -> $1 H       => nothing
      GETRANGE k 1 3        -> $3 ell
      GETRANGE k -3 -1      -> $3 llo
      GETRANGE k 0 -1       -> $5 Hello
      GETRANGE k 3 100      -> $2 lo
      GETRANGE k -100 1     -> $2 He
      GETRANGE k 3 1        -> $0
      GETRANGE k 5 9        -> $0
      GETRANGE k -1 -3      -> $0
      GETRANGE k 0 -100     -> $1 H
      GETRANGE k -200 -100  -> $1 H
      GETRANGE k -100 -200  -> $0
      SUBSTR k 1 -2         -> $3 ell
      SET e ""              -> +OK
      GETRANGE e 0 -1       -> $0
      GETRANGE missing 0 -1 -> $0
    `)).toEqual([]);
  });

  test('take any int64 and nothing else', () => {
    expect(play(bench, `
      SET k Hello                                             -> +OK
      GETRANGE k -9223372036854775808 9223372036854775807     -> $5 Hello
      GETRANGE k 9223372036854775807 -9223372036854775808     -> $0
      GETRANGE k -9223372036854775808 -9223372036854775807    -> $1 H
      GETRANGE k -9223372036854775807 -9223372036854775808    -> $0
      GETRANGE k 9223372036854775808 1                        -> -ERR value is not an integer or out of range
      GETRANGE missing x 1                                    -> -ERR value is not an integer or out of range
      GETRANGE k 1 1.0                                        -> -ERR value is not an integer or out of range
    `)).toEqual([]);
    bench.pretendType('k', ValueType.list);
    expect(play(bench, `GETRANGE k 0 1 -> ${wrongType}`)).toEqual([]);
  });
});

describe('SETRANGE', () => {
  test('overwrites, grows with zeros, and makes the value raw', () => {
    expect(play(bench, `
      SET k Hello           -> +OK
      SETRANGE k 1 ipp      -> :5     => SETRANGE k 1 ipp
      GET k                 -> $5 Hippo
      SETRANGE k 4 y??      -> :7     => SETRANGE k 4 y??
      SETRANGE k 9 z        -> :10
      GET k                 -> $10 Hippy??\\x00\\x00z
    `)).toEqual([]);
    expect(encodingOf('k')).toBe(StringEncoding.raw);
  });

  test('makes a key, unless there is nothing to write', () => {
    expect(play(bench, `
      SETRANGE k 0 ""       -> :0     => nothing
      SETRANGE k 5 ""       -> :0     => nothing
      SETRANGE k 2 ab       -> :4     => SETRANGE k 2 ab
      GET k                 -> $4 \\x00\\x00ab
      SET n 123             -> +OK
      SETRANGE n 1 ""       -> :3     => nothing
    `)).toEqual([]);
    expect(encodingOf('n')).toBe(StringEncoding.int);
    expect(encodingOf('k')).toBe(StringEncoding.raw);
  });

  test('leaves no old bytes where a value has been longer', () => {
    bench.run(['SET', 'k', 'x'.repeat(40)]);
    bench.run('SET k ab');
    expect(play(bench, `
      SETRANGE k 6 c        -> :7
      GET k                 -> $7 ab\\x00\\x00\\x00\\x00c
    `)).toEqual([]);
  });

  test('keeps the expiry', () => {
    bench.run('SET k v PX 100');
    bench.run(['SETRANGE', 'k', '5000', 'w']);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
  });

  test('refuses offsets and lengths beyond the limit', () => {
    expect(play(bench, `
      SETRANGE k -1 x                       -> -ERR offset is out of range
      SETRANGE k -9223372036854775808 ""    -> -ERR offset is out of range
      SETRANGE k x y                        -> -ERR value is not an integer or out of range
      SETRANGE k 9223372036854775808 y      -> -ERR value is not an integer or out of range
      SETRANGE k 536870912 x                -> ${tooLong}
      SETRANGE k 9223372036854775807 x      -> ${tooLong}   => nothing
      SETRANGE k 9223372036854775807 ""     -> :0
      GET k                                 -> $-1
    `)).toEqual([]);
    bench.control.settings[Setting.maxBulkBytes] = 2 ** 40;
    expect(play(bench, `SETRANGE k 2147483647 x -> ${tooLong}`)).toEqual([]);
    bench.run('SET list x');
    bench.pretendType('list', ValueType.list);
    expect(play(bench, `
      SETRANGE list 0 ""    -> ${wrongType}
      SETRANGE list 0 x     -> ${wrongType}
    `)).toEqual([]);
  });
});

describe('APPEND', () => {
  test('makes a key or lengthens its value', () => {
    expect(play(bench, `
      APPEND k ""       -> :0     => SET k ""
      APPEND k ab       -> :2     => APPEND k ab
      APPEND n 12       -> :2     => SET n 12
      GET k             -> $2 ab
    `)).toEqual([]);
    expect([encodingOf('k'), encodingOf('n')]).toEqual([StringEncoding.raw, StringEncoding.int]);
    expect(play(bench, `
      APPEND n ""       -> :2     => APPEND n ""
      APPEND n 3        -> :3
      INCR n            -> :124
    `)).toEqual([]);
    expect(encodingOf('n')).toBe(StringEncoding.int);
    bench.pretendType('n', ValueType.list);
    expect(play(bench, `APPEND n x -> ${wrongType}`)).toEqual([]);
  });

  test('keeps the expiry and holds the limit, except for what a log brings', () => {
    bench.control.settings[Setting.maxBulkBytes] = 10;
    expect(play(bench, `
      SET k 12345 PX 100  -> +OK
      APPEND k 67890      -> :10
      APPEND k 1          -> ${tooLong}   => nothing
    `)).toEqual([]);
    expect(bench.dataset()[0]!.expiryMs).toBe(1_700_000_000_100n);
    bench.nowMs = 0;
    expect(play(bench, `
      APPEND k 1          -> :11
      SETRANGE k 20 x     -> :21
    `)).toEqual([]);
  });

  test('lengthens a value from nothing to beyond a mebibyte', () => {
    const parts: Buffer[] = [];
    for (let i = 0; i < 400; i++) {
      const part = Buffer.alloc(i * 17, i);
      parts.push(part);
      bench.run(['APPEND', 'k', part]);
    }
    const whole = Buffer.concat(parts);
    expect(whole.length).toBeGreaterThan(2 ** 20);
    expect(bench.runBytes('GET k').equals(Buffer.concat([Buffer.from(`$${whole.length}\r\n`), whole, Buffer.from('\r\n')]))).toBe(true);
  });
});

/** What a string is after a step, and what the step answers. */
function modelStep(model: Buffer, kind: 'set' | 'append' | 'write', start: number, bytes: Uint8Array): { line: CommandLine; reply: string; next: Buffer } {
  if (kind === 'set') return { line: ['SET', 'k', bytes], reply: '+OK\r\n', next: Buffer.from(bytes) };
  const at = kind === 'append' ? model.length : start;
  const next = Buffer.alloc(Math.max(model.length, at + bytes.length));
  model.copy(next);
  next.set(bytes, at);
  return { line: kind === 'append' ? ['APPEND', 'k', bytes] : ['SETRANGE', 'k', String(at), bytes], reply: `:${next.length}\r\n`, next };
}

test('pieces written and read anywhere agree with a plain buffer', () => {
  const step = fc.record({
    kind: fc.constantFrom('set' as const, 'append' as const, 'write' as const),
    start: fc.oneof(fc.nat(30), fc.nat(3000)),
    bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.uint8Array({ minLength: 1, maxLength: 3000 })),
  });
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
    bench.checkAndFlush();
    let model: Buffer = Buffer.alloc(0);
    for (const { kind, start, bytes } of steps) {
      const { line, reply, next } = modelStep(model, kind, start, bytes);
      model = next;
      expect(bench.run(line)).toBe(reply);
      expect(bench.read(`GETRANGE k ${start} ${start + 9}`)).toBe(model.toString('latin1', start, start + 10));
    }
    expect(bench.read('GET k')).toBe(model.toString('latin1'));
  }), { seed, numRuns: 150 });
});
