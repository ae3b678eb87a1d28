/** Every reply in both protocols, whole and in pieces: a sink may hand out its room 4 KiB at a time. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferSink } from '../../../src/protocol/buffer-sink.ts';
import { ReplyWriter } from '../../../src/protocol/reply-writer.ts';
import { PieceSink } from './piece-sink.ts';

type Write = (writer: ReplyWriter) => void;
type Case = readonly [name: string, write: Write, resp2: string, resp3?: string];

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What is written, then RESP2, then RESP3 where it differs. */
const REPLIES: readonly Case[] = [
  ['ok', (w) => w.ok(), '+OK\r\n'],
  ['pong', (w) => w.pong(), '+PONG\r\n'],
  ['queued', (w) => w.queued(), '+QUEUED\r\n'],
  ['nil', (w) => w.nil(), '$-1\r\n', '_\r\n'],
  ['nilArray', (w) => w.nilArray(), '*-1\r\n', '_\r\n'],
  ['integer', (w) => w.integer(42), ':42\r\n'],
  ['negative integer', (w) => w.integer(-1), ':-1\r\n'],
  ['largest safe integer', (w) => w.integer(Number.MAX_SAFE_INTEGER), ':9007199254740991\r\n'],
  ['smallest safe integer', (w) => w.integer(Number.MIN_SAFE_INTEGER), ':-9007199254740991\r\n'],
  ['integer64', (w) => w.integer64(-(2n ** 63n)), ':-9223372036854775808\r\n'],
  ['bulk', (w) => w.bulk(bytes('xxabcxx'), 2, 3), '$3\r\nabc\r\n'],
  ['empty bulk', (w) => w.bulk(bytes(''), 0, 0), '$0\r\n\r\n'],
  ['bulk of any bytes', (w) => w.bulk(bytes('\0\r\n\xff'), 0, 4), '$4\r\n\0\r\n\xff\r\n'],
  ['bulkString', (w) => w.bulkString('é'), '$2\r\n\xc3\xa9\r\n'],
  ['long bulkString', (w) => w.bulkString('é'.repeat(3000)), `$6000\r\n${'\xc3\xa9'.repeat(3000)}\r\n`],
  ['bulkLatin1', (w) => w.bulkLatin1('é'), '$1\r\n\xe9\r\n'],
  ['long bulkLatin1', (w) => w.bulkLatin1('é'.repeat(5000)), `$5000\r\n${'\xe9'.repeat(5000)}\r\n`],
  ['bulkInteger', (w) => w.bulkInteger(0), '$1\r\n0\r\n'],
  ['bulkInteger of 9 bytes', (w) => w.bulkInteger(-12_345_678), '$9\r\n-12345678\r\n'],
  ['bulkInteger of 10 bytes', (w) => w.bulkInteger(1_234_567_890), '$10\r\n1234567890\r\n'],
  ['bulkInteger64', (w) => w.bulkInteger64(2n ** 63n - 1n), '$19\r\n9223372036854775807\r\n'],
  ['simple made safe', (w) => w.simple('a\r\nb\n'), '+a  b \r\n'],
  ['error made safe', (w) => w.error('ERR no\r\n+OK'), '-ERR no  +OK\r\n'],
  ['error with bytes of a request', (w) => w.error('ERR \xff'), '-ERR \xff\r\n'],
  ['error with other letters', (w) => w.error('ERR é→'), '-ERR \xc3\xa9\xe2\x86\x92\r\n'],
  ['long error', (w) => w.error('e'.repeat(9000)), `-${'e'.repeat(9000)}\r\n`],
  ['array', (w) => w.array(3), '*3\r\n'],
  ['map', (w) => w.map(3), '*6\r\n', '%3\r\n'],
  ['set', (w) => w.set(3), '*3\r\n', '~3\r\n'],
  ['push', (w) => w.push(3), '*3\r\n', '>3\r\n'],
  ['double', (w) => w.double(0.1), '$3\r\n0.1\r\n', ',0.1\r\n'],
  ['infinity', (w) => w.double(-Infinity), '$4\r\n-inf\r\n', ',-inf\r\n'],
  ['true', (w) => w.boolean(true), ':1\r\n', '#t\r\n'],
  ['false', (w) => w.boolean(false), ':0\r\n', '#f\r\n'],
  ['bigNumber', (w) => w.bigNumber('-123'), '$4\r\n-123\r\n', '(-123\r\n'],
  ['verbatim', (w) => w.verbatim('txt', 'é'), '$2\r\n\xc3\xa9\r\n', '=6\r\ntxt:\xc3\xa9\r\n'],
  ['raw', (w) => w.raw(bytes('x+OK\r\nx'), 1, 5), '+OK\r\n'],
];

describe.each([2, 3] as const)('RESP%d', (resp) => {
  const cases = REPLIES.map(([name, write, resp2, resp3 = resp2]) => ({ name, write, text: resp === 3 ? resp3 : resp2 }));

  test.each(cases)('$name', ({ write, text }) => {
    expect(written(resp, write)).toBe(text);
  });
});

test('attributes are for RESP3', () => {
  expect(written(3, (w) => w.attribute(1))).toBe('|1\r\n');
  expect(() => written(2, (w) => w.attribute(1))).toThrow('RESP3');
});

describe('pieces', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(20_000)).fill(0x61);
  const more: readonly Write[] = [
    ...[39, 40, 41, 4000, 4031, 4032, 4033, 4096, 10_000].map((length): Write => (w) => w.bulk(shared, 7, length)),
    (w) => w.raw(shared, 3, 9000),
    (w) => {
      const outer = w.arrayDeferred();
      w.bulk(shared, 0, 6000);
      const inner = w.arrayDeferred();
      w.ok();
      w.closeMap(inner, 1);
      w.closeArray(outer, 2);
    },
  ];
  const writes = [...REPLIES.map(([, write]) => write), ...more];

  test('whatever room is left, a reply stays inside it', () => {
    for (const write of writes) {
      const whole = written(3, write);
      for (let roomBytes = 0; roomBytes < 80; roomBytes++) {
        const sink = new PieceSink(4096 + roomBytes);
        const writer = new ReplyWriter(sink);
        writer.resp = 3;
        writer.raw(shared, 0, 4096);
        write(writer);
        expect(sink.text(writer)).toBe('a'.repeat(4096) + whole);
      }
    }
  });

  test('a sink that gives 4 KiB at a time gets the same bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...writes), { maxLength: 30 }),
        fc.constantFrom(2 as const, 3 as const),
        fc.nat(4096),
        (calls, resp, firstRoom) => {
          const sink = new PieceSink(firstRoom);
          const writer = new ReplyWriter(sink);
          writer.resp = resp;
          for (const call of calls) call(writer);
          const whole = written(resp, (w) => calls.forEach((call) => call(w)));
          expect(sink.text(writer)).toBe(whole);
        },
      ),
    );
  });

  test('a value larger than the buffer passes through it', () => {
    const value = Buffer.alloc(3_000_000, 'v');
    const sink = new PieceSink(10);
    const writer = new ReplyWriter(sink);
    writer.bulk(value, 0, value.length);
    expect(sink.text(writer)).toBe(`$3000000\r\n${value.toString()}\r\n`);
    expect(sink.largestPieceBytes).toBeLessThanOrEqual(4096);
  });
});

describe('deferred arrays', () => {
  test('take their length afterwards and nest', () => {
    const text = written(3, (w) => {
      w.ok();
      const outer = w.arrayDeferred();
      w.integer(1);
      const inner = w.arrayDeferred();
      w.closeSet(inner, 0);
      const second = w.arrayDeferred();
      w.integer(2);
      w.integer(3);
      w.closeMap(second, 1);
      w.closeArray(outer, 3);
      w.ok();
    });
    expect(text).toBe('+OK\r\n*3\r\n:1\r\n~0\r\n%1\r\n:2\r\n:3\r\n+OK\r\n');
  });

  test('may be dropped for an error', () => {
    const text = written(2, (w) => {
      const handle = w.arrayDeferred();
      w.integer(1);
      w.dropDeferred(handle);
      w.error('ERR no');
    });
    expect(text).toBe('-ERR no\r\n');
  });

  test('close in order', () => {
    const writer = new ReplyWriter(new BufferSink());
    const outer = writer.arrayDeferred();
    writer.arrayDeferred();
    expect(() => writer.closeArray(outer, 0)).toThrow('close in order');
  });
});

function written(resp: 2 | 3, write: Write): string {
  const sink = new BufferSink();
  const writer = new ReplyWriter(sink);
  writer.resp = resp;
  write(writer);
  return sink.take().toString('latin1');
}
