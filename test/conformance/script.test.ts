/** Scripts are read as written, and the comparison is neither blind nor fussy. */
import { describe, expect, test } from 'vitest';
import { agrees } from './compare.ts';
import { parseScript } from './script.ts';
import type { Rule } from './script.ts';

describe('a script', () => {
  test('is read into cases and steps', () => {
    const script = parseScript('x', '# note\n!server a b\n!case one\nSET k "v w"\n!case two\n!protocol 3\n!client c\n!about 5\nTTL k\nGET k\n');
    expect(script.config).toEqual({ a: 'b' });
    expect(script.cases.map(({ title, protocols }) => [title, protocols])).toEqual([
      ['one', [2, 3]],
      ['two', [3]],
    ]);
    expect(script.cases[0]!.steps[0]!.words.map(String)).toEqual(['SET', 'k', 'v w']);
    expect(script.cases[1]!.steps.map(({ client, rule }) => [client, rule.kind])).toEqual([
      ['c', 'about'],
      ['c', 'bytes'],
    ]);
  });

  test.each([
    ['PING', 'a command before the first !case'],
    ['!case a\n!nosuch', 'no such directive: !nosuch'],
    ['!case a\nSET "k', 'quote left open'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseScript('x', text)).toThrow(message);
    expect(() => parseScript('x', text)).toThrow(/^x\.txt:\d/);
  });
});

describe('answers agree', () => {
  const about: Rule = { kind: 'about', tolerance: 10 };
  test.each<[Rule, string, string]>([
    [{ kind: 'bytes' }, '+OK\r\n', '+OK\r\n'],
    [{ kind: 'unordered' }, '*2\r\n+a\r\n*2\r\n:1\r\n:2\r\n', '*2\r\n*2\r\n:2\r\n:1\r\n+a\r\n'],
    [{ kind: 'pairs' }, '*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n', '*4\r\n+b\r\n:2\r\n+a\r\n:1\r\n'],
    [{ kind: 'pairs' }, '%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n', '%2\r\n+b\r\n:2\r\n+a\r\n:1\r\n'],
    [{ kind: 'shape' }, '*2\r\n$1\r\na\r\n:1\r\n', '*2\r\n$2\r\nbc\r\n:2\r\n'],
    [about, '*2\r\n:100\r\n+a\r\n', '*2\r\n:95\r\n+a\r\n'],
  ])('%j: %j and %j', (rule, expected, actual) => {
    expect(agrees(rule, Buffer.from(expected), Buffer.from(actual))).toBe(true);
  });

  test.each<[Rule, string, string]>([
    [{ kind: 'bytes' }, '+OK\r\n', '$2\r\nOK\r\n'],
    [{ kind: 'unordered' }, '*2\r\n+a\r\n+a\r\n', '*2\r\n+a\r\n+b\r\n'],
    [{ kind: 'pairs' }, '*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n', '*4\r\n+a\r\n:2\r\n+b\r\n:1\r\n'],
    [{ kind: 'shape' }, '*1\r\n$1\r\na\r\n', '*1\r\n$-1\r\n'],
    [{ kind: 'shape' }, '*1\r\n:1\r\n', '*2\r\n:1\r\n:1\r\n'],
    [{ kind: 'shape' }, '-ERR a\r\n', '-ERR b\r\n'],
    [about, ':100\r\n', ':111\r\n'],
    [about, ':-1\r\n', ':-2\r\n'],
    [about, ':-1\r\n', ':1\r\n'],
    [about, '+a\r\n', '+b\r\n'],
  ])('unless they differ: %j: %j and %j', (rule, expected, actual) => {
    expect(agrees(rule, Buffer.from(expected), Buffer.from(actual))).toBe(false);
  });
});
