import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteIfNeeded, quoteWord, splitWords } from '../../../src/config/words.ts';

const trickyCharacter = fc.constantFrom(...'ab0x- #\'"\\\0\t\r\n\x07\x7fàé\xa0\u2028😀');

describe('splitWords', () => {
  it.each([
    ['', []],
    ['  port\t 6379  ', ['port', '6379']],
    ['requirepass "a b"', ['requirepass', 'a b']],
    [String.raw`x "\x41\n\t\"\\\q"`, ['x', 'A\n\t"\\q']],
    [String.raw`x 'it\'s \n'`, ['x', String.raw`it's \n`]],
    [String.raw`x "\xc3\xa9"`, ['x', 'é']],
    ['x é', ['x', 'é']],
    ['voilà "à b"', ['voilà', 'à b']],
    ['save ""', ['save', '']],
    ['a"b c"', ['ab c']],
    [String.raw`x "\x4"`, ['x', 'x4']],
  ])('takes %j apart', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['"', "'", 'x "a', "x 'a", 'x "a"b', "x 'a'b", String.raw`x "a\"`])('refuses %j as unbalanced', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  it('reads back whatever was quoted', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: trickyCharacter })), (words) => {
      expect(splitWords(words.map(quoteWord).join(' '))).toEqual(words);
      expect(splitWords(words.map(quoteIfNeeded).join('  '))).toEqual(words);
    }));
  });
});

describe('quoteWord', () => {
  it('writes bytes outside printable ASCII in hexadecimal', () => {
    expect(quoteWord('a"é\n\x01')).toBe(String.raw`"a\"\xc3\xa9\n\x01"`);
  });

  it('leaves plain words alone when quotes are not needed', () => {
    expect(quoteIfNeeded('-::1')).toBe('-::1');
    expect(quoteIfNeeded('a b')).toBe('"a b"');
    expect(quoteIfNeeded('')).toBe('""');
    expect(quoteIfNeeded('a\\b')).toBe(String.raw`"a\\b"`);
  });
});
