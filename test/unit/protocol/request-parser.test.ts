/** The parser must find the same commands wherever the network cuts the stream, and stop at every limit. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultRequestLimits } from '../../../src/protocol/request-limits.ts';
import { ParseStatus, RequestParser } from '../../../src/protocol/request-parser.ts';
import { EMPTY, feedParser } from './feed-parser.ts';
import { frame } from './frame.ts';
import { inputs } from './generate-requests.ts';
import { naiveParse } from './naive-parser.ts';

const limits = defaultRequestLimits();
const small = { maxBulkBytes: 40, maxArguments: 6, maxInlineBytes: 24 };

describe('commands', () => {
  test.each([
    ['*1\r\n$4\r\nPING\r\n', [['PING']]],
    ['*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n', [['SET', 'k', '']]],
    ['*2\r\n$3\r\nGET\r\n$4\r\n\r\n\0*\r\n', [['GET', '\r\n\0*']]],
    ['*0\r\n*-1\r\n*-9223372036854775808\r\n*1\r\n$1\r\nx\r\n', [EMPTY, EMPTY, EMPTY, ['x']]],
    ['*1xx$1xxaxx*1\r\n$1\r\nb\r\n', ['-ERR Protocol error: invalid multibulk length']],
    ['*1\rx$1\rxaxx*1\r\n$1\r\nb\r\n', [['a'], ['b']]],
    ['PING\r\nPING\nGET  k \t x\r\n', [['PING'], ['PING'], ['GET', 'k', 'x']]],
    ['\r\n\n  \r\nPING\r\n', [EMPTY, EMPTY, EMPTY, ['PING']]],
    ['PING\r\n*1\r\n$4\r\nPING\r\nPING\r\n', [['PING'], ['PING'], ['PING']]],
  ])('%j', (input, events) => {
    expect(feedParser(input)).toEqual(events);
  });

  test.each([
    [String.raw`SET "a\x41\n\r\t\b\a\\\"\q\x4" 'it\'s \n' plain`, ['SET', 'aA\n\r\t\b\x07\\"qx4', String.raw`it's \n`, 'plain']],
    [String.raw`a"b c"`, ['ab c']],
    [String.raw`a'b c' d`, ['ab c', 'd']],
    ['""', ['']],
    ["'' x", ['', 'x']],
    ['\v\fa\vb', ['a\vb']],
    ['"a"\vb', ['a', 'b']],
    ['a\rb', ['a', 'b']],
    [String.raw`"\xfF\x00"`, ['\xff\0']],
  ])('inline %j is split as redis-cli would', (line, words) => {
    expect(feedParser(`${line}\r\n`)).toEqual([words]);
  });

  test.each(['"', "'", 'a"', '"a"b', "'a'b", '"a""b"', String.raw`"\"`, String.raw`'\'`, String.raw`"a\x4`])(
    'inline %j is unbalanced',
    (line) => {
      expect(feedParser(`${line}\r\nPING\r\n`)).toEqual(['-ERR Protocol error: unbalanced quotes in request']);
    },
  );

  test.each([0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 9999, 10_000, 10_001, 16_384, 16_385, 99_999, 100_000])(
    'an argument of %i bytes ends where it says',
    (length) => {
      const words = ['SET', 'x'.repeat(length), 'k'];
      const input = frame(...words) + frame('PING');
      expect(feedParser(input)).toEqual([words, ['PING']]);
      for (let cut = 12; cut < 24; cut++) expect(feedParser(input, [cut])).toEqual([words, ['PING']]);
    },
  );

  test('a NUL hides the end of an inline command and of a header', () => {
    expect(feedParser('PI\0NG\r\nPING\r\n')).toEqual([]);
    expect(feedParser('*1\0\r\n$4\r\nPING\r\n')).toEqual([]);
    expect(feedParser('*1\r\n$\x004\r\nPING\r\n')).toEqual([]);
  });
});

describe('mistakes are reported in the words of Redis', () => {
  test.each([
    ['*x\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*01\r\n', 'invalid multibulk length'],
    ['*+1\r\n', 'invalid multibulk length'],
    ['*-0\r\n', 'invalid multibulk length'],
    ['* 1\r\n', 'invalid multibulk length'],
    ['*1 \r\n', 'invalid multibulk length'],
    ['*1048577\r\n', 'invalid multibulk length'],
    ['*9223372036854775808\r\n', 'invalid multibulk length'],
    ['*-9223372036854775809\r\n', 'invalid multibulk length'],
    ['*1\r\n:4\r\n', "expected '$', got ':'"],
    ['*1\r\n\r\n', "expected '$', got '\r'"],
    ['*1\r\n\xff\r\n', "expected '$', got '\xff'"],
    ['*1\r\n$\r\n', 'invalid bulk length'],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$x\r\n', 'invalid bulk length'],
    ['*1\r\n$01\r\nx\r\n', 'invalid bulk length'],
    ['*1\r\n$12345\x31\r\n', undefined],
    ['*1\r\n$536870912\r\n', undefined],
    ['*1\r\n$536870913\r\n', 'invalid bulk length'],
    ['*1\r\n$99999999999999999999\r\n', 'invalid bulk length'],
  ])('%j', (input, reason) => {
    const events = reason === undefined ? [] : [`-ERR Protocol error: ${reason}`];
    expect(feedParser(input)).toEqual(events);
    expect(naiveParse(input, limits)).toEqual(events);
  });

  test('what follows a mistake is not read', () => {
    expect(feedParser('*1\r\n$4\r\nPING\r\n*x\r\n*1\r\n$4\r\nPING\r\n')).toHaveLength(2);
  });
});

describe('limits', () => {
  const atLimit = 'x'.repeat(limits.maxInlineBytes);

  test.each([
    ['inline', '', 'x', '\n', 'too big inline request'],
    ['the count', '', '*', '\r\n', 'too big mbulk count string'],
    ['a length', '*1\r\n', '$', '\r\n', 'too big bulk count string'],
  ])('a line of %s may have 64 KiB and no more', (_, before, first, lineEnd, reason) => {
    const longest = before + first + atLimit.slice(1);
    const tooLong = [`-ERR Protocol error: ${reason}`];
    expect(feedParser(longest)).toEqual([]);
    expect(feedParser(longest + lineEnd)).not.toEqual(tooLong);
    expect(feedParser(`${longest}x`)).toEqual(tooLong);
    expect(feedParser(`${longest}x${lineEnd}`)).toEqual(tooLong);
    expect(feedParser(`${longest}x${lineEnd}`, [longest.length, longest.length + 1])).toEqual(tooLong);
    expect(feedParser(`${before}${first}\0${atLimit}`)).toEqual(tooLong);
  });

  test('the CR behind a count or a length of 64 KiB is awaited with its LF, that of an inline command counts', () => {
    expect(feedParser(`*${atLimit.slice(1)}\r`)).toEqual([]);
    expect(feedParser(`*1\r\n$${atLimit.slice(1)}\r`)).toEqual([]);
    expect(feedParser(`${atLimit}\r`)).toEqual(['-ERR Protocol error: too big inline request']);
  });

  test('a stranger may send 10 arguments of 16 KiB', () => {
    const stranger = { authenticated: false };
    const ten = frame(...Array.from({ length: 10 }, () => 'x'.repeat(16_384)));
    expect(feedParser(ten, [], stranger)).toEqual(feedParser(ten));
    expect(feedParser(frame(...Array.from({ length: 11 }, () => 'x')), [], stranger)).toEqual([
      '-ERR Protocol error: unauthenticated multibulk length',
    ]);
    expect(feedParser(frame('AUTH', 'x'.repeat(16_385)), [], stranger)).toEqual([
      '-ERR Protocol error: unauthenticated bulk length',
    ]);
    expect(feedParser(`${'x '.repeat(11)}\r\n`, [], stranger)).toEqual([Array.from({ length: 11 }, () => 'x')]);
  });

  test('a limit that is changed holds from then on', () => {
    const shared = { ...limits };
    const parser = new RequestParser(shared);
    parser.authenticated = true;
    const bytes = Buffer.from(frame('GET', 'x'.repeat(100)));
    expect(parser.parseNext(bytes, 0, bytes.length)).toBe(ParseStatus.Complete);
    shared.maxBulkBytes = 99;
    expect(parser.parseNext(bytes, 0, bytes.length)).toBe(ParseStatus.Failed);
  });

  test('a command beyond 2 GiB is refused before it comes', () => {
    const parser = new RequestParser({ ...limits, maxBulkBytes: 2 ** 40 });
    parser.authenticated = true;
    const bytes = Buffer.from(`*2\r\n$3\r\nGET\r\n$${2 ** 31 - 64}\r\n`);
    expect(parser.parseNext(bytes, 0, bytes.length)).toBe(ParseStatus.Incomplete);
    expect(parser.neededBytes).toBeGreaterThan(2 ** 31 - 64);
    parser.reset();
    const larger = Buffer.from(`*2\r\n$3\r\nGET\r\n$${2 ** 31 - 8}\r\n`);
    expect(parser.parseNext(larger, 0, larger.length)).toBe(ParseStatus.Failed);
    expect(parser.failure).toBe('ERR Protocol error: invalid bulk length');
  });
});

describe('pieces', () => {
  const short = [
    frame('SET', 'key', 'v') + frame('PING'),
    frame('SET', 'k', 'x'.repeat(12)) + frame('', ''),
    `PING\r\n*0\r\n${frame('ECHO', '\r\n$1')}\n`,
    `"a\\x41" 'b'\r\n*-1\r\n*2\r\n$1\r\na\r\n$x\r\n`,
    '*12\r\n$1\r\na\r\n:',
    '*1\r\n$4\rxPING\rx*1\r\n\r\n',
  ];

  test.each(short)('%j is the same cut anywhere once and twice', (input) => {
    const whole = naiveParse(input, limits);
    for (let first = 0; first <= input.length; first++) {
      for (let second = first; second <= input.length; second++) {
        expect(feedParser(input, [first, second])).toEqual(whole);
      }
    }
  });

  test.each(short)('%j is the same byte by byte, and as prefixes', (input) => {
    const everywhere = Array.from({ length: input.length - 1 }, (_, i) => i + 1);
    expect(feedParser(input, everywhere)).toEqual(naiveParse(input, limits));
    for (let length = 0; length <= input.length; length++) {
      expect(feedParser(input.slice(0, length))).toEqual(naiveParse(input.slice(0, length), limits));
    }
  });

  test('any stream cut anywhere is what the naive parser finds', () => {
    fc.assert(
      fc.property(inputs, fc.array(fc.nat(), { maxLength: 8 }), (input, places) => {
        const cuts = places.map((place) => place % (input.length + 1)).toSorted((a, b) => a - b);
        expect(feedParser(input, cuts)).toEqual(naiveParse(input, limits));
        expect(feedParser(input, cuts, { limits: small })).toEqual(naiveParse(input, small));
      }),
      { numRuns: 3000 },
    );
  });

  test('neededBytes says how much is missing as soon as a length is read', () => {
    const input = frame('SET', 'key', 'v'.repeat(50_000));
    const parser = new RequestParser(limits);
    parser.authenticated = true;
    const bytes = Buffer.from(input);
    const valueAt = input.indexOf('vv');
    for (const end of [valueAt, valueAt + 1, bytes.length - 1]) {
      expect(parser.parseNext(bytes, 0, end)).toBe(ParseStatus.Incomplete);
      expect(parser.neededBytes).toBe(bytes.length);
    }
    expect(parser.parseNext(bytes, 0, bytes.length)).toBe(ParseStatus.Complete);
  });
});

describe('work and memory', () => {
  test('a million arguments are one command', () => {
    const count = 1024 * 1024;
    const bytes = Buffer.from(`*${count}\r\n${'$1\r\nx\r\n'.repeat(count)}`);
    const parser = new RequestParser(limits);
    parser.authenticated = true;
    const stepBytes = 1009;
    let status: ParseStatus = ParseStatus.Incomplete;
    for (let end = stepBytes; status === ParseStatus.Incomplete; end += stepBytes) {
      status = parser.parseNext(bytes, 0, Math.min(end, bytes.length));
    }
    expect(status).toBe(ParseStatus.Complete);
    expect(parser.argc).toBe(count);
    expect(parser.args.subarray(2 * count - 2, 2 * count)).toEqual(Int32Array.of(bytes.length - 3, 1));
  });

  test('arguments that come byte by byte are read once', () => {
    const bytes = Buffer.from(`*2000\r\n${'$1\r\nx\r\n'.repeat(2000)}`);
    const reads = countReads(bytes);
    const parser = new RequestParser(limits);
    parser.authenticated = true;
    for (let end = 1; end < bytes.length; end++) {
      expect(parser.parseNext(reads.view, 0, end)).toBe(ParseStatus.Incomplete);
    }
    expect(reads.count()).toBeLessThan(bytes.length * 20);
  });

  test.each(['', '*', '*1\r\n', 'a\0'])('an endless line behind %j is searched once', (before) => {
    const bytes = Buffer.from(before + 'x'.repeat(60_000));
    const reads = countReads(bytes);
    const parser = new RequestParser(limits);
    for (let end = 1; end <= bytes.length; end++) {
      expect(parser.parseNext(reads.view, 0, end)).toBe(ParseStatus.Incomplete);
    }
    expect(reads.count()).toBeLessThan(bytes.length * 10);
  });

  test('the table of a huge command is given back', () => {
    const parser = new RequestParser(limits);
    parser.authenticated = true;
    const huge = Buffer.from(frame(...Array.from({ length: 10_000 }, () => 'x')));
    parser.parseNext(huge, 0, huge.length);
    expect(parser.args.length).toBeGreaterThanOrEqual(20_000);
    const ping = Buffer.from(frame('PING'));
    parser.parseNext(ping, 0, ping.length);
    expect(parser.args.length).toBeLessThan(1000);
  });

  test('reset forgets an open command', () => {
    const parser = new RequestParser(limits);
    const bytes = Buffer.from('*2\r\n$3\r\nGET\r\n$5\r\nab');
    expect(parser.parseNext(bytes, 0, bytes.length)).toBe(ParseStatus.Incomplete);
    parser.reset();
    const ping = Buffer.from(frame('PING'));
    expect(parser.parseNext(ping, 0, ping.length)).toBe(ParseStatus.Complete);
    expect(parser.argc).toBe(1);
  });
});

/** A view of `bytes` that counts how often an element is read. */
function countReads(bytes: Uint8Array): { readonly view: Uint8Array; readonly count: () => number } {
  let count = 0;
  const view = new Proxy(bytes, {
    get(target, name) {
      count++;
      return Reflect.get(target, name, target) as unknown;
    },
  });
  return { view, count: () => count };
}
