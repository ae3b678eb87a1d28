import { describe, expect, it } from 'vitest';
import { randomHexId } from '../../../src/base/random-hex.ts';

describe('randomHexId', () => {
  it('makes 40 lower-case hexadecimal digits', () => {
    for (let i = 0; i < 100; i++) expect(randomHexId()).toMatch(/^[0-9a-f]{40}$/);
  });

  it('makes no id twice', () => {
    expect(new Set(Array.from({ length: 1000 }, randomHexId)).size).toBe(1000);
  });
});
