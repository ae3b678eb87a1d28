import { describe, expect, it } from 'vitest';
import { isPattern, matchesPattern } from '../../../src/config/name-pattern.ts';

describe('matchesPattern', () => {
  it.each([
    ['*', 'anything', true],
    ['max*', 'maxmemory', true],
    ['max*y', 'maxmemory', true],
    ['*mem*', 'maxmemory', true],
    ['max*x', 'maxmemory', false],
    ['MAX*', 'maxmemory', true],
    ['p?rt', 'port', true],
    ['p?rt', 'prt', false],
    ['[a-z]ort', 'port', true],
    ['[^a-o]ort', 'port', true],
    ['[^a-z]ort', 'port', false],
    ['[z-a]ort', 'port', true],
    ['[pq', 'p', true],
    ['por\\t', 'port', true],
    ['\\*', 'a', false],
    ['', '', true],
    ['', 'a', false],
    ['port', 'ports', false],
  ])('%j against %j is %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it('does not take exponential time on many stars', () => {
    expect(matchesPattern(`${'a*'.repeat(40)}b`, 'a'.repeat(200))).toBe(false);
  });

  it('tells patterns from names', () => {
    expect(['maxmemory', 'max*', 'm?', '[m]', 'a\\b'].map(isPattern)).toEqual([false, true, true, true, false]);
  });
});
