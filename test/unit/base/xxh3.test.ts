import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { xxh3 } from '../../../src/base/xxh3.ts';
import { xxh3Input, xxh3Lengths } from './xxh3-input.ts';

const recorded = readFileSync(new URL('xxh3.recorded.txt', import.meta.url), 'utf8').trimEnd().split('\n');

describe('xxh3', () => {
  it('digests every recorded length as xxhsum does', () => {
    expect(recorded).toHaveLength(xxh3Lengths.length);
    expect(xxh3Lengths.map((length) => xxh3(xxh3Input, 0, length))).toEqual(recorded);
  });

  it('is the published digest of no bytes', () => {
    expect(xxh3(new Uint8Array(0), 0, 0)).toBe('2d06800538d394c2');
  });

  it('gives 16 digits also when the first ones are zero', () => {
    const digests = Array.from({ length: 2000 }, (_, i) => xxh3(xxh3Input, i, 9));
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(digests.some((digest) => digest.startsWith('00'))).toBe(true);
  });

  it('reads only its range, wherever that starts and in shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4096, { maxByteLength: 8192 }), 8, 4000);
    for (const length of [0, 2, 7, 13, 100, 200, 240, 241, 1500]) {
      for (const offset of [0, 1, 3, 1021]) {
        shared.fill(0xff);
        shared.set(xxh3Input.subarray(0, length), offset);
        expect(xxh3(shared, offset, length)).toBe(xxh3(xxh3Input, 0, length));
      }
    }
  });

  it('changes with any single bit of the input', () => {
    for (const length of [1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 1025]) {
      const bytes = xxh3Input.slice(0, length);
      const before = xxh3(bytes, 0, length);
      for (let at = 0; at < length; at++) {
        bytes[at] = bytes[at]! ^ (1 << at % 8);
        expect(xxh3(bytes, 0, length)).not.toBe(before);
        bytes[at] = bytes[at]! ^ (1 << at % 8);
      }
    }
  });
});
