/** The reply reader must find the same replies wherever the network cuts the stream. */
import { describe, expect, test } from 'vitest';
import { ReplyError, asMap, decodeReply, findReplyEnd, splitElements } from './resp-reply.ts';

const REPLIES: readonly (readonly [string, unknown])[] = [
  ['+OK\r\n', 'OK'],
  ['-ERR no\r\n', new ReplyError('ERR no')],
  [':-12\r\n', -12],
  [':9223372036854775807\r\n', 9223372036854775807n],
  ['$-1\r\n', null],
  ['$0\r\n\r\n', ''],
  ['$4\r\na\r\nb\r\n', 'a\r\nb'],
  ['*-1\r\n', null],
  ['*0\r\n', []],
  ['*2\r\n*1\r\n:1\r\n$1\r\nx\r\n', [[1], 'x']],
  ['_\r\n', null],
  ['#t\r\n', true],
  [',1.5\r\n', 1.5],
  [',-inf\r\n', -Infinity],
  ['(123456789012345678901\r\n', 123456789012345678901n],
  ['!5\r\nERR x\r\n', new ReplyError('ERR x')],
  ['=6\r\ntxt:ab\r\n', 'ab'],
  ['~2\r\n:1\r\n:2\r\n', [1, 2]],
  ['>1\r\n+x\r\n', ['x']],
  ['%1\r\n+k\r\n*1\r\n:2\r\n', new Map([['k', [2]]])],
  ['|1\r\n+k\r\n:1\r\n:5\r\n', 5],
];

describe('replies', () => {
  test.each(REPLIES)('%j has its value', (bytes, value) => {
    expect(decodeReply(Buffer.from(bytes))).toEqual(value);
  });

  test.each(REPLIES)('%j ends at its last byte, however it is cut', (bytes) => {
    const stream = Buffer.from(`${bytes}+next\r\n`);
    for (let length = 0; length < bytes.length; length++) {
      const found = findReplyEnd(stream.subarray(0, length), 0);
      expect(found.complete).toBe(false);
      expect(found.end).toBeGreaterThan(length);
      expect(found.end).toBeLessThanOrEqual(bytes.length);
    }
    expect(findReplyEnd(stream, 0)).toEqual({ end: bytes.length, complete: true });
  });

  test('elements of an aggregate are found', () => {
    const split = splitElements(Buffer.from('*3\r\n:1\r\n*1\r\n:2\r\n$1\r\nx\r\n'));
    expect(split?.elements.map(String)).toEqual([':1\r\n', '*1\r\n:2\r\n', '$1\r\nx\r\n']);
    expect(splitElements(Buffer.from(':1\r\n'))).toBeUndefined();
  });

  test('a flat array of pairs reads as a map', () => {
    expect(asMap(['a', 1, 'b', 2])).toEqual(new Map([['a', 1], ['b', 2]]));
  });

  test('what is not a reply is an error', () => {
    expect(() => findReplyEnd(Buffer.from('hello\r\n'), 0)).toThrow('not a reply');
  });
});
