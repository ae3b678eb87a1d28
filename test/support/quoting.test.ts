/** The scripts are only as good as their quoting: every byte must survive it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeBytes, quoteWord, splitWords, unescapeBytes } from './quoting.ts';

describe('quoting', () => {
  test('reads what redis-cli reads', () => {
    const words = splitWords(`  SET "a b\\x00\\n" 'it\\'s' "" plain"joined" \\x `);
    expect(words.map((word) => word.toString('latin1'))).toEqual(['SET', 'a b\0\n', "it's", '', 'plainjoined', '\\x']);
  });

  test('gives any bytes back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }), (words) => {
        const line = words.map(quoteWord).join(' ');
        expect(splitWords(line).map((word) => [...word])).toEqual(words.map((word) => [...word]));
        for (const word of words) expect([...unescapeBytes(escapeBytes(word))]).toEqual([...word]);
      }),
    );
  });

  test('refuses a quote that is left open', () => {
    expect(() => splitWords('SET "a')).toThrow('quote left open');
  });
});
